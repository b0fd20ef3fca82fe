#include "plan/port_expression.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/message.h"
#include "base/odd_dash.h"
#include "catalog/ip_protocols.h"
#include "plan/quoted.h"

namespace portolan::plan {
namespace {

constexpr std::uint16_t highest_port = 65'535;

struct Transport {
  net::Protocol protocol;
  char letter;
  net::PortSet PortPlan::* ports;
};
constexpr std::array transports{
    Transport{.protocol = net::Protocol::tcp, .letter = 'T', .ports = &PortPlan::tcp},
    Transport{.protocol = net::Protocol::udp, .letter = 'U', .ports = &PortPlan::udp},
    Transport{.protocol = net::Protocol::sctp, .letter = 'S', .ports = &PortPlan::sctp},
    Transport{.protocol = net::Protocol::ip, .letter = 'P', .ports = &PortPlan::ip},
};
constexpr std::size_t ip_protocols = 3;
static_assert(transports[ip_protocols].protocol == net::Protocol::ip);

// Whom a piece speaks to, as the prefixes and brackets before it have it.
struct Scope {
  std::array<bool, transports.size()> selected{true, true, true, false};
  bool registered_only = false;  // inside [ ]
  [[nodiscard]] bool of_ip() const { return selected[ip_protocols]; }
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

net::PortSet within(const net::PortSet& set, net::PortRange range) {
  net::PortSet both;
  for (const net::PortRange& own : set.ranges()) {
    const net::PortRange part{.first = std::max(own.first, range.first), .last = std::min(own.last, range.last)};
    if (part.first <= part.last) both.insert(part);
  }
  return both;
}

void insert_all(net::PortSet& into, const net::PortSet& from) {
  for (const net::PortRange& range : from.ranges()) into.insert(range);
}

// Characters of the names in IANA's registry, and wildcards.
bool is_service_pattern(std::string_view text) {
  return !text.starts_with('-') && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"-_.+/*?"}.contains(c);
  });
}

class Reader {
 public:
  Reader(std::string_view text, const catalog::Services& services, PortLanguage language)
      : whole_{text}, services_{services}, language_{language} {}

  Result<PortPlan> read() {
    Scope scope;
    if (language_ == PortLanguage::ip_protocols) scope.selected = {false, false, false, true};
    if (auto read = read_list(trimmed(whole_), scope); !read) return fail(std::move(read.error()));
    if (plan_ == PortPlan{} && whole_.contains('[')) {
      return wrong(message("has no registered port in its brackets"),
                   message("leave the [] out to take unregistered ones too"));
    }
    if (plan_ == PortPlan{} && scope.of_ip())
      return wrong(message("names no IP protocol"), message("write something like 1,6,17 or gre"));
    if (plan_ == PortPlan{})
      return wrong(message("names no port"), message("write something like 22,80,8000-8100 or http*"));
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what, std::string_view advice) const {
    return fail(Errc::parse, said("the port list {0} {1}; {2}", quoted(whole_), translated(what), translated(advice)));
  }

  // A piece of the list that is the whole of it needs no second mention.
  [[nodiscard]] std::unexpected<Error> wrong_piece(std::string_view piece, std::string_view what,
                                                   std::string_view advice) const {
    if (piece != trimmed(whole_)) return wrong(said("has {0}, which {1}", quoted(piece), translated(what)), advice);
    return fail(Errc::parse, said("{0} {1}; {2}", quoted(piece), translated(what), translated(advice)));
  }

  Result<void> read_list(std::string_view list, Scope scope);
  Result<std::string_view> read_prefixes(std::string_view list, Scope& scope) const;
  Result<std::string_view> read_brackets(std::string_view list, Scope scope);
  Result<void> read_piece(std::string_view piece, const Scope& scope);
  [[nodiscard]] Result<net::PortRange> read_range(std::string_view piece, const Scope& scope) const;
  [[nodiscard]] Result<net::Port> read_port(std::string_view digits, std::uint16_t when_missing,
                                            const Scope& scope) const;
  Result<void> add_service(std::string_view pattern, const Scope& scope);
  void add_range(net::PortRange range, const Scope& scope);
  const net::PortSet& registered(std::size_t transport);

  std::string_view whole_;
  const catalog::Services& services_;
  PortLanguage language_;
  PortPlan plan_;
  std::array<std::optional<net::PortSet>, transports.size()> registered_;  // once asked for
};

// Pieces with commas between them; one more comma at the very end is let pass, as nmap does.
Result<void> Reader::read_list(std::string_view list, Scope scope) {
  while (!list.empty()) {
    auto rest = read_prefixes(list, scope);
    if (!rest) return fail(std::move(rest.error()));
    if (rest->empty()) return {};
    if (rest->front() == '[') {
      rest = read_brackets(*rest, scope);
      if (!rest) return fail(std::move(rest.error()));
    } else {
      const auto piece = rest->substr(0, rest->find(','));
      if (auto read = read_piece(trimmed(piece), scope); !read) return read;
      rest->remove_prefix(piece.size());
    }
    list = trimmed(rest->substr(rest->empty() ? 0 : 1));
  }
  return {};
}

// "T:", "U:", "S:" or "P:" at the start, the last of several counts. They hold for all that follows, but no
// further than the brackets they stand in. Returns the rest.
Result<std::string_view> Reader::read_prefixes(std::string_view list, Scope& scope) const {
  while (list.size() >= 2 && list[1] == ':') {
    if (list[0] == transports[ip_protocols].letter && language_ == PortLanguage::ports) {
      return wrong(message("has 'P:', IP protocols, which have no ports"),
                   message("T:, U: and S: stand for TCP, UDP and SCTP ports"));
    }
    for (std::size_t i = 0; i < transports.size(); ++i) scope.selected[i] = transports[i].letter == list[0];
    if (std::ranges::find(scope.selected, true) == scope.selected.end()) {
      return wrong(said("has {}, which is no protocol", quoted(list.substr(0, 2))),
                   message("T:, U: and S: stand for TCP, UDP and SCTP ports, P: for IP protocols"));
    }
    list = trimmed(list.substr(2));
  }
  return list;
}

// "[...]": of the ports inside only those that have a name in the catalogue. Returns what is behind it.
Result<std::string_view> Reader::read_brackets(std::string_view list, Scope scope) {
  if (scope.registered_only)
    return wrong(message("has brackets inside brackets"), message("one pair is enough, as in [1-1024]"));
  const auto close = list.find(']');
  if (close == std::string_view::npos)
    return wrong(message("has a '[' without a ']'"), message("write registered ports like [1-1024]"));
  scope.registered_only = true;
  if (auto read = read_list(trimmed(list.substr(1, close - 1)), scope); !read) return fail(std::move(read.error()));
  const auto after = trimmed(list.substr(close + 1));
  if (!after.empty() && after.front() != ',') {
    return wrong(said("goes on with {} right behind ']'", quoted(after)), message("put a comma between the two"));
  }
  return after;
}

Result<void> Reader::read_piece(std::string_view piece, const Scope& scope) {
  if (piece.empty())
    return wrong(message("has an empty place"), message("put single commas between ports, as in 22,80,8000-8100"));
  if (piece.contains(']'))
    return wrong(message("has a ']' without a '['"), message("write registered ports like [1-1024]"));
  if (piece.find_first_not_of("0123456789-") == std::string_view::npos) {
    const auto range = read_range(piece, scope);
    if (!range) return fail(range.error());
    add_range(*range, scope);
    return {};
  }
  return add_service(piece, scope);
}

// "80", "1-1024", "-100" (from 1: port 0 must be named, but not protocol 0), "60000-" or "-".
Result<net::PortRange> Reader::read_range(std::string_view piece, const Scope& scope) const {
  const auto dash = piece.find('-');
  const auto first = read_port(piece.substr(0, dash), scope.of_ip() ? 0 : 1, scope);
  if (!first) return fail(first.error());
  if (dash == std::string_view::npos) return net::PortRange{.first = *first, .last = *first};
  const auto last_text = piece.substr(dash + 1);
  if (last_text.contains('-')) {
    return wrong_piece(piece, message("has more than one dash"), message("a range looks like 8000-8100"));
  }
  const auto last = read_port(last_text, scope.of_ip() ? catalog::highest_ip_protocol : highest_port, scope);
  if (!last) return fail(last.error());
  if (*last < *first) {
    return wrong_piece(piece, message("runs backwards"), said("write {0}-{1}", last->value(), first->value()));
  }
  return net::PortRange{.first = *first, .last = *last};
}

Result<net::Port> Reader::read_port(std::string_view digits, std::uint16_t when_missing, const Scope& scope) const {
  if (digits.empty()) return net::Port{when_missing};
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || value > highest_port) {
    return wrong_piece(digits, message("is no port"), message("ports go from 0 to 65535"));
  }
  if (scope.of_ip() && value > catalog::highest_ip_protocol) {
    return wrong_piece(digits, message("is no IP protocol"), message("IP protocols go from 0 to 255"));
  }
  return net::Port{static_cast<std::uint16_t>(value)};
}

Result<void> Reader::add_service(std::string_view pattern, const Scope& scope) {
  if (const auto dash = odd_dash_in(pattern)) {
    return wrong_piece(pattern, said("has {}", translated(dash->name)),
                       message("type it with the '-' of the keyboard"));
  }
  if (!is_service_pattern(pattern)) {
    return wrong_piece(pattern, message("is no port, range or service name"),
                       message("write something like 22,80,8000-8100,http*"));
  }
  bool found = false;
  for (std::size_t i = 0; i < transports.size(); ++i) {
    if (!scope.selected[i]) continue;
    const auto ports = services_.matching(transports[i].protocol, pattern);
    found = found || !ports.empty();
    insert_all(plan_.*transports[i].ports, ports);
  }
  if (!found && scope.of_ip()) {
    return wrong_piece(pattern, message("is the name of no IP protocol"),
                       message("give its number, or a name such as tcp or gre"));
  }
  if (!found) {
    return wrong_piece(pattern, message("is the name of no registered service"),
                       message("give the port's number, or a wildcard such as http*"));
  }
  return {};
}

const net::PortSet& Reader::registered(std::size_t transport) {
  auto& set = registered_[transport];
  if (!set) set = services_.registered(transports[transport].protocol);
  return *set;
}

void Reader::add_range(net::PortRange range, const Scope& scope) {
  for (std::size_t i = 0; i < transports.size(); ++i) {
    if (!scope.selected[i]) continue;
    net::PortSet& ports = plan_.*transports[i].ports;
    if (scope.registered_only) {
      insert_all(ports, within(registered(i), range));
    } else {
      ports.insert(range);
    }
  }
}

}  // namespace

Result<PortPlan> parse_ports(std::string_view text, const catalog::Services& services, PortLanguage language) {
  return Reader{text, services, language}.read();
}

}  // namespace portolan::plan
