#include "cli/sockets/port_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
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

// "53/foo" is meant as a port with its protocol.
Error unknown_word(std::string_view piece, const catalog::Services& services) {
  const auto slash = piece.rfind('/');
  if (slash == std::string_view::npos) return catalog::unknown_service(piece, services);
  const std::string_view left = piece.substr(0, slash);
  const std::string_view right = piece.substr(slash + 1);
  const bool leads = std::ranges::all_of(right, [](char c) { return c >= '0' && c <= '9'; });
  return {Errc::parse, said("'{0}' in '{1}' is no protocol; there are tcp, udp and sctp",
                            escape_terminal(leads ? left : right), escape_terminal(piece))};
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
      if (!is_known(name, services)) return fail(unknown_word(piece, services));
    }
    text += fmt::format("{}{}", text.empty() ? "" : ",", name);
  }
  return text;
}

struct PortWord {
  std::string_view ports;
  std::optional<net::Protocol> only;  // where a protocol was named
};

// "tcp/443", "443/tcp" and "tcp:443", as `ports` prints them and `who` takes them, in any case; everything else is left
// to the port language.
PortWord split_protocol(std::string_view piece) {
  constexpr std::array protocols{net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp};
  const auto protocol_of = [&protocols](std::string_view word) -> std::optional<net::Protocol> {
    const std::string lower = lower_case(word);
    const auto* const found = std::ranges::find(protocols, lower, [](net::Protocol one) { return net::name_of(one); });
    return found == protocols.end() ? std::nullopt : std::optional{*found};
  };
  const auto sign = piece.find_first_of("/:");
  if (sign == std::string_view::npos) return {piece, std::nullopt};
  if (const auto named = protocol_of(piece.substr(0, sign))) return {piece.substr(sign + 1), named};
  const auto slash = piece.rfind('/');
  if (slash == std::string_view::npos) return {piece, std::nullopt};
  if (const auto named = protocol_of(piece.substr(slash + 1))) return {piece.substr(0, slash), named};
  return {piece, std::nullopt};
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

// A list in which ports name their protocols is taken apart; any other is one word of the port language, whose prefixes
// (T:, U:) hold for all that follows.
std::vector<PortWord> words_of(std::string_view operand) {
  std::vector<PortWord> words;
  std::string_view rest = operand;
  for (bool first = true; first || !rest.empty(); first = false) {
    const auto piece = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    words.push_back(split_protocol(piece));
  }
  if (std::ranges::none_of(words, [](const PortWord& word) { return word.only.has_value(); })) {
    return {{operand, std::nullopt}};
  }
  return words;
}

// Adds what is asked for by one word. Without a choice that is TCP and UDP, and SCTP where there is nothing else.
Result<void> add_word(const PortWord& word, sockets::PortChoice choice, const ListingOptions& options,
                      sockets::PortChoice& all) {
  using enum net::Protocol;
  const auto is_meant = [&word](net::Protocol protocol) { return !word.only || *word.only == protocol; };
  if (!is_meant(tcp)) choice.tcp = {};
  if (!is_meant(udp)) choice.udp = {};
  if (!is_meant(sctp)) choice.sctp = {};
  if (choice.tcp.empty() && choice.udp.empty() && choice.sctp.empty()) {
    return fail(Errc::usage,
                said("'{}' has no port of the protocol that is named beside it", escape_terminal(word.ports)));
  }
  const bool chosen = options.tcp || options.udp || options.sctp;
  const bool only_sctp = choice.tcp.empty() && choice.udp.empty();
  if (!chosen || options.tcp) insert_all(all.tcp, choice.tcp);
  if (!chosen || options.udp) insert_all(all.udp, choice.udp);
  if (chosen ? options.sctp : only_sctp) insert_all(all.sctp, choice.sctp);
  return {};
}

}  // namespace

Result<sockets::PortChoice> choose_ports(const ListingOptions& words, const catalog::Services& services,
                                         const SystemPort& system_port) {
  if (words.operands.empty()) {
    return fail(Errc::usage, std::string{translated("no ports; name numbers, ranges or services, as in: portolan ports "
                                                    "443 ssh 8000-8100")});
  }
  sockets::PortChoice all;
  for (const std::string& operand : words.operands) {
    for (const PortWord& word : words_of(operand)) {
      sockets::PortChoice choice;
      if (const auto added = add_operand(word.ports, services, system_port, choice); !added) return fail(added.error());
      if (const auto added = add_word(word, std::move(choice), words, all); !added) return fail(added.error());
    }
  }
  if (all.tcp.empty() && all.udp.empty() && all.sctp.empty()) {
    return fail(Errc::usage, said("'{}' has no port of the chosen protocol", words.operands.front()));
  }
  all.join_runs = !words.json;
  return all;
}

}  // namespace portolan::cli
