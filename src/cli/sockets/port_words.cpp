#include "cli/sockets/port_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>

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

// The operand with IANA's names in the place of everyday ones.
Result<std::string> with_registered_names(std::string_view operand, const catalog::Services& services) {
  std::string text;
  for (bool first = true; first || !operand.empty(); first = false) {
    const auto piece = operand.substr(0, operand.find(','));
    operand.remove_prefix(std::min(piece.size() + 1, operand.size()));
    std::string_view name = piece;
    if (is_plain_name(piece)) {
      name = catalog::registered_name_of(piece);
      if (!is_known(name, services)) return fail(catalog::unknown_service(piece, services));
    }
    text += fmt::format("{}{}", text.empty() ? "" : ",", name);
  }
  return text;
}

Result<void> add_operand(std::string_view operand, const catalog::Services& services, sockets::PortChoice& choice) {
  const auto text = with_registered_names(operand, services);
  if (!text) return fail(text.error());
  const auto ports = plan::parse_ports(*text, services);
  if (!ports) return fail(ports.error());
  insert_all(choice.tcp, ports->tcp);
  insert_all(choice.udp, ports->udp);
  insert_all(choice.sctp, ports->sctp);
  return {};
}

}  // namespace

Result<sockets::PortChoice> choose_ports(const ListingOptions& words, const catalog::Services& services) {
  if (words.operands.empty()) {
    return fail(Errc::usage, "no ports; name numbers, ranges or services, as in: portolan ports 443 ssh 8000-8100");
  }
  const bool chosen = words.tcp || words.udp || words.sctp;
  sockets::PortChoice all;
  for (const std::string& operand : words.operands) {
    sockets::PortChoice choice;
    if (const auto added = add_operand(operand, services, choice); !added) return fail(added.error());
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
