#include "cli/sockets/port_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/service_names.h"
#include "plan/port_expression.h"

namespace portolan::cli {
namespace {

void insert_all(net::PortSet& into, const net::PortSet& from) {
  for (const net::PortRange& range : from.ranges()) into.insert(range);
}

// Neither number nor range, and without what the port language has besides names.
bool is_plain_name(std::string_view piece) {
  const bool has_letter = std::ranges::any_of(piece, [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
  return has_letter && piece.find_first_of("*?:[]") == std::string_view::npos;
}

bool is_known(std::string_view name, const catalog::Services& services) {
  return !services.matching(net::Protocol::tcp, name).empty() || !services.matching(net::Protocol::udp, name).empty() ||
         !services.matching(net::Protocol::sctp, name).empty();
}

// Whether the system has a port of that name, which is then in the choice.
bool take_system_ports(std::string_view name, const SystemPort& system_port, sockets::PortChoice& choice) {
  bool found = false;
  for (const auto& [protocol, ports] : {std::pair{net::Protocol::tcp, &choice.tcp},
                                        {net::Protocol::udp, &choice.udp},
                                        {net::Protocol::sctp, &choice.sctp}}) {
    const auto port = system_port ? system_port(protocol, name) : std::nullopt;
    if (port) ports->insert(*port);
    found = found || port.has_value();
  }
  return found;
}

// What is left of the operand, with IANA's names in the place of everyday ones, once the system's names are taken.
Result<std::string> take_names(std::string_view operand, const catalog::Services& services,
                               const SystemPort& system_port, sockets::PortChoice& choice) {
  std::string text;
  for (bool first = true; first || !operand.empty(); first = false) {
    const auto piece = operand.substr(0, operand.find(','));
    operand.remove_prefix(std::min(piece.size() + 1, operand.size()));
    std::string_view name = piece;
    if (is_plain_name(piece)) {
      if (take_system_ports(piece, system_port, choice)) continue;
      name = catalog::registered_name_of(piece);
      if (!is_known(name, services)) return fail(catalog::unknown_service(piece, services));
    }
    text += fmt::format("{}{}", text.empty() ? "" : ",", name);
  }
  return text;
}

Result<void> add_operand(std::string_view operand, const catalog::Services& services, const SystemPort& system_port,
                         sockets::PortChoice& choice) {
  const auto text = take_names(operand, services, system_port, choice);
  if (!text) return fail(text.error());
  const bool all_taken = text->empty() && (!choice.tcp.empty() || !choice.udp.empty() || !choice.sctp.empty());
  if (all_taken) return {};
  const auto ports = plan::parse_ports(*text, services);
  if (!ports) return fail(ports.error());
  insert_all(choice.tcp, ports->tcp);
  insert_all(choice.udp, ports->udp);
  insert_all(choice.sctp, ports->sctp);
  return {};
}

}  // namespace

Result<sockets::PortChoice> choose_ports(const ListingOptions& words, const catalog::Services& services,
                                         const SystemPort& system_port) {
  if (words.operands.empty()) {
    return fail(Errc::usage, "no ports; name numbers, ranges or services, as in: portolan ports 443 ssh 8000-8100");
  }
  const bool chosen = words.tcp || words.udp || words.sctp;
  sockets::PortChoice all;
  for (const std::string& operand : words.operands) {
    sockets::PortChoice choice;
    if (const auto added = add_operand(operand, services, system_port, choice); !added) return fail(added.error());
    const bool only_sctp = choice.tcp.empty() && choice.udp.empty();
    if (chosen ? words.tcp : true) insert_all(all.tcp, choice.tcp);
    if (chosen ? words.udp : true) insert_all(all.udp, choice.udp);
    if (chosen ? words.sctp : only_sctp) insert_all(all.sctp, choice.sctp);
  }
  if (all.tcp.empty() && all.udp.empty() && all.sctp.empty()) {
    return fail(Errc::usage, fmt::format("'{}' has no port of the chosen protocol", words.operands.front()));
  }
  all.join_runs = !words.json;
  return all;
}

}  // namespace portolan::cli
