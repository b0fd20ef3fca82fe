#include "sockets/port_survey.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace portolan::sockets {
namespace {

constexpr std::string_view blanks = " \t\n";
constexpr std::uint32_t beyond_ports = 65'536;

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const auto word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

bool is_at_end(std::string_view text) { return text.find_first_not_of(blanks) == std::string_view::npos; }

std::optional<net::PortRange> range_of(std::string_view first_text, std::string_view last_text) {
  const auto first = net::Port::parse(first_text);
  const auto last = net::Port::parse(last_text);
  if (!first || !last || *last < *first) return std::nullopt;
  return net::PortRange{.first = *first, .last = *last};
}

net::Protocol named_like(SocketKind protocol) {
  switch (protocol) {
    case SocketKind::udp:
    case SocketKind::udplite:
      return net::Protocol::udp;
    case SocketKind::sctp:
      return net::Protocol::sctp;
    default:
      return net::Protocol::tcp;
  }
}

bool listens_as(const Service& service, net::Protocol protocol) {
  return service.path.empty() && service.protocol != SocketKind::dccp && named_like(service.protocol) == protocol;
}

bool same_encryption(const PortEntry& a, const PortEntry& b) { return a.encryption.empty() && b.encryption.empty(); }

bool continues(const PortEntry& run, const PortEntry& next) {
  return run.protocol == next.protocol && run.ports.last.value() + 1 == next.ports.first.value() &&
         run.names == next.names && run.description == next.description && run.port_class == next.port_class &&
         same_encryption(run, next) && run.privileged == next.privileged && run.ephemeral == next.ephemeral &&
         run.set_aside == next.set_aside && run.listeners.empty() && next.listeners.empty();
}

class Surveyor {
 public:
  Surveyor(const PortCatalogue& catalogue, const PortLimits& limits, std::span<const Service> listeners)
      : catalogue_{catalogue}, limits_{limits}, listeners_{listeners} {}

  [[nodiscard]] PortEntry entry_of(net::Protocol protocol, net::Port port) const {
    PortEntry entry;
    entry.protocol = protocol;
    entry.ports = {.first = port, .last = port};
    entry.names = catalogue_.services.names_of(protocol, port);
    entry.description = catalogue_.descriptions.find(protocol, port, entry.names.empty() ? "" : entry.names.front());
    entry.port_class = catalog::class_of(port);
    entry.encryption = catalog::encryption_of(protocol, port);
    if (port.value() == 0) return entry;  // nobody can have it
    entry.privileged = limits_.first_unprivileged && port.value() < *limits_.first_unprivileged;
    const bool in_range = limits_.ephemeral && limits_.ephemeral->first <= port && port <= limits_.ephemeral->last;
    entry.set_aside = in_range && limits_.set_aside.contains(port);
    entry.ephemeral = in_range && !entry.set_aside;
    for (const Service& service : std::ranges::equal_range(listeners_, port.value(), {}, &Service::port)) {
      if (listens_as(service, protocol)) entry.listeners.push_back(&service);
    }
    return entry;
  }

 private:
  const PortCatalogue& catalogue_;
  const PortLimits& limits_;
  std::span<const Service> listeners_;
};

}  // namespace

std::optional<net::PortRange> parse_port_range_setting(std::string_view text) {
  const auto first = take_word(text);
  const auto last = take_word(text);
  return is_at_end(text) ? range_of(first, last) : std::nullopt;
}

std::optional<std::uint32_t> parse_unprivileged_setting(std::string_view text) {
  const auto word = take_word(text);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value > beyond_ports || !is_at_end(text)) {
    return std::nullopt;
  }
  return value;
}

std::optional<net::PortSet> parse_reserved_ports_setting(std::string_view text) {
  net::PortSet set;
  std::string_view list = take_word(text);
  if (!is_at_end(text)) return std::nullopt;
  while (!list.empty()) {
    const auto piece = list.substr(0, list.find(','));
    list.remove_prefix(std::min(piece.size() + 1, list.size()));
    const auto dash = piece.find('-');
    const auto range = range_of(piece.substr(0, dash), dash == std::string_view::npos ? piece : piece.substr(dash + 1));
    if (!range) return std::nullopt;
    set.insert(*range);
  }
  return set;
}

std::vector<PortEntry> survey_ports(const PortChoice& choice, const PortCatalogue& catalogue, const PortLimits& limits,
                                    std::span<const Service> listeners) {
  const Surveyor surveyor{catalogue, limits, listeners};
  std::vector<PortEntry> all;
  for (const auto& [protocol, set] : {std::pair{net::Protocol::tcp, &choice.tcp},
                                      {net::Protocol::udp, &choice.udp},
                                      {net::Protocol::sctp, &choice.sctp}}) {
    for (const net::Port port : set->ports()) {
      PortEntry entry = surveyor.entry_of(protocol, port);
      if (choice.join_runs && !all.empty() && continues(all.back(), entry)) {
        all.back().ports.last = port;
      } else {
        all.push_back(std::move(entry));
      }
    }
  }
  std::ranges::stable_sort(all, {}, [](const PortEntry& entry) { return entry.ports.first; });
  return all;
}

}  // namespace portolan::sockets
