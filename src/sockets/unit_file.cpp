#include "sockets/unit_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "net/port.h"

namespace portolan::sockets {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view socket_suffix = ".socket";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool is_true(std::string_view value) {
  constexpr std::array<std::string_view, 6> words{"1", "yes", "y", "true", "t", "on"};
  return std::ranges::find(words, value) != words.end();
}

void set_socket_option(std::string_view key, std::string_view value, UnitFile& unit) {
  if (key.starts_with("Listen")) {
    // An empty assignment takes back all addresses, whatever their kind.
    if (value.empty()) return unit.listens.clear();
    const bool stream = key == "ListenStream";
    if (stream || key == "ListenDatagram") unit.listens.push_back({.datagram = !stream, .value = std::string{value}});
  } else if (key == "Service") {
    unit.service = value;
  } else if (key == "Accept") {
    unit.accept = is_true(value);
  } else if (key == "BindIPv6Only") {
    unit.ipv6_only = value;
  } else if (key == "BindToDevice") {
    unit.device = value;
  } else if (key == "SocketProtocol") {
    unit.protocol = value;
  }
}

void set_option(std::string_view section, std::string_view line, UnitFile& unit) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = trimmed(line.substr(0, equals));
  const std::string_view value = trimmed(line.substr(equals + 1));
  if (section == "[Socket]") set_socket_option(key, value, unit);
  if (section == "[Install]" && !value.empty()) {
    constexpr std::array<std::string_view, 4> reasons{"WantedBy", "RequiredBy", "UpheldBy", "Alias"};
    unit.installable = unit.installable || std::ranges::find(reasons, key) != reasons.end();
  }
}

bool set_port(std::string_view text, ListenAddress& listen) {
  const auto port = net::Port::parse(text);
  if (!port || port->value() == 0) return false;
  listen.port = port->value();
  return true;
}

bool set_address(std::string_view text, ListenAddress& listen) {
  const auto address = net::IpAddress::parse(text);
  if (!address) return false;
  listen.address = *address;
  return true;
}

// "22", "127.0.0.1:22", "[::1]:22", "[fe80::1]:22%eth0".
bool set_place(std::string_view value, ListenAddress& listen) {
  if (value.starts_with('[')) {
    const auto close = value.find("]:");
    if (close == std::string_view::npos) return false;
    std::string_view port = value.substr(close + 2);
    const auto percent = port.find('%');
    if (percent != std::string_view::npos) listen.device = port.substr(percent + 1);
    port = port.substr(0, percent);
    return set_address(value.substr(1, close - 1), listen) && !listen.address.is_v4() && set_port(port, listen);
  }
  const auto colon = value.find(':');
  if (colon != std::string_view::npos) {
    return set_address(value.substr(0, colon), listen) && listen.address.is_v4() &&
           set_port(value.substr(colon + 1), listen);
  }
  listen.address = net::IpAddress::v6({});
  return set_port(value, listen);
}

std::optional<SocketKind> protocol_for(std::string_view word, bool datagram) {
  if (datagram) {
    if (word == "udplite") return SocketKind::udplite;
    return word.empty() ? std::optional{SocketKind::udp} : std::nullopt;
  }
  if (word == "sctp") return SocketKind::sctp;
  return word.empty() || word == "mptcp" ? std::optional{SocketKind::tcp} : std::nullopt;
}

UnitState state_of(const UnitFacts& facts, std::string_view unit) {
  const auto found = facts.states.find(unit);
  return found == facts.states.end() ? UnitState::unknown : found->second;
}

void add_flag(Service& service, UnitFlag flag) {
  const auto at = std::ranges::lower_bound(service.flags, flag);
  if (at == service.flags.end() || *at != flag) service.flags.insert(at, flag);
}

void add_state(Service& service, const UnitFacts& facts, std::string_view unit) {
  const UnitState state = state_of(facts, unit);
  if (state == UnitState::disabled) add_flag(service, UnitFlag::disabled);
  if (state == UnitState::masked) add_flag(service, UnitFlag::masked);
  if (facts.failed.contains(unit)) add_flag(service, UnitFlag::failed);
}

// "ssh@2-198.18.0.1:22-....service" is one of "ssh@.service".
bool is_unit(std::string_view unit, std::string_view pattern) {
  if (unit == pattern) return true;
  const auto at = pattern.find("@.");
  return at != std::string_view::npos && unit.starts_with(pattern.substr(0, at + 1)) &&
         unit.ends_with(pattern.substr(at + 1));
}

bool listens_at(const SocketUnit& unit, const Service& service) {
  return std::ranges::any_of(unit.listens, [&](const ListenAddress& listen) {
    return listen.protocol == service.protocol && listen.port == service.port;
  });
}

void flag_running(Service& service, const UnitFacts& facts) {
  if (!service.held_by_systemd) return add_state(service, facts, service.unit);
  add_flag(service, UnitFlag::socket_activated);
  const auto unit =
      std::ranges::find_if(facts.sockets, [&](const SocketUnit& one) { return listens_at(one, service); });
  // The socket is what is enabled or not; its service need not be.
  if (unit == facts.sockets.end()) return add_state(service, facts, service.unit);
  add_state(service, facts, unit->name);
  if (facts.failed.contains(unit->service)) add_flag(service, UnitFlag::failed);
  // Nobody has called yet: systemd's own unit, init.scope, says nothing.
  if (service.unit.empty() || service.unit == "init.scope") service.unit = unit->name;
}

bool is_served(const std::vector<Service>& services, const SocketUnit& unit, const ListenAddress& listen) {
  return std::ranges::any_of(services, [&](const Service& service) {
    return service.protocol == listen.protocol && service.port == listen.port &&
           (service.held_by_systemd || is_unit(service.unit, unit.service));
  });
}

// A line for each port where a unit would listen and nobody of its own does.
std::vector<Service> idle_services(const std::vector<Service>& services, const UnitFacts& facts) {
  std::vector<Service> idle;
  for (const SocketUnit& unit : facts.sockets) {
    for (const ListenAddress& listen : unit.listens) {
      if (is_served(services, unit, listen)) continue;
      auto entry = std::ranges::find_if(idle, [&](const Service& one) {
        return one.unit == unit.name && one.protocol == listen.protocol && one.port == listen.port &&
               one.device == listen.device;
      });
      if (entry == idle.end()) {
        entry = idle.insert(idle.end(), Service{});
        entry->protocol = listen.protocol;
        entry->port = listen.port;
        entry->unit = unit.name;
        entry->device = listen.device;
        add_state(*entry, facts, unit.name);
        if (facts.failed.contains(unit.service)) add_flag(*entry, UnitFlag::failed);
        add_flag(*entry, UnitFlag::stopped);
      }
      const Place place{.address = listen.address, .only_v6 = listen.only_v6, .interface = 0};
      if (std::ranges::find(entry->places, place) == entry->places.end()) entry->places.push_back(place);
      std::ranges::sort(entry->places);
    }
  }
  return idle;
}

}  // namespace

void read_unit_file(std::string_view text, UnitFile& unit) {
  std::string section;
  std::string joined;  // of lines that end with a backslash, what came before
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line);
    // Comments may stand between the lines that belong together.
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.ends_with('\\')) {
      joined += line.substr(0, line.size() - 1);
      joined += ' ';
      continue;
    }
    joined += line;
    const std::string_view whole = trimmed(joined);
    if (whole.starts_with('[')) {
      section = whole;
    } else {
      set_option(section, whole, unit);
    }
    joined.clear();
  }
}

std::optional<ListenAddress> parse_listen(const UnitFile& unit, const UnitFile::Listen& listen) {
  const auto protocol = protocol_for(unit.protocol, listen.datagram);
  if (!protocol) return std::nullopt;
  ListenAddress address;
  address.protocol = *protocol;
  address.device = unit.device;
  if (!set_place(listen.value, address)) return std::nullopt;
  address.only_v6 = !address.address.is_v4() && unit.ipv6_only == "ipv6-only";
  return address;
}

SocketUnit socket_unit_of(std::string name, const UnitFile& file) {
  SocketUnit unit;
  const std::string stem{std::string_view{name}.substr(0, name.size() - std::min(name.size(), socket_suffix.size()))};
  unit.name = std::move(name);
  unit.service = file.service;
  if (unit.service.empty()) unit.service = fmt::format("{}{}.service", stem, file.accept ? "@" : "");
  for (const UnitFile::Listen& listen : file.listens) {
    if (auto address = parse_listen(file, listen)) unit.listens.push_back(std::move(*address));
  }
  return unit;
}

std::set<std::string, std::less<>> parse_unit_list(std::string_view text) {
  std::set<std::string, std::less<>> names;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = trimmed(line);
    const auto name = line.substr(0, line.find(' '));
    if (!name.empty()) names.emplace(name);
  }
  return names;
}

void join_units(std::vector<Service>& services, const UnitFacts& facts) {
  if (!facts.known) return;
  auto idle = idle_services(services, facts);
  for (Service& service : services) flag_running(service, facts);
  std::ranges::move(idle, std::back_inserter(services));
  std::ranges::stable_sort(services, {},
                           [](const Service& service) { return std::pair{service.port, service.protocol}; });
}

}  // namespace portolan::sockets
