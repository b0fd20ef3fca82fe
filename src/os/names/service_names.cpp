#include "os/names/service_names.h"

#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <vector>

#include "catalog/service_names.h"
#include "os/names/name_files.h"

namespace portolan::os {
namespace {

constexpr std::array protocols{net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp};

std::optional<net::Protocol> protocol_of(std::string_view name) {
  if (name == "tcp") return net::Protocol::tcp;
  if (name == "udp") return net::Protocol::udp;
  if (name == "sctp") return net::Protocol::sctp;
  return std::nullopt;
}

}  // namespace

// All at once: to find one, the C library reads the whole file as well. The first of equals is the one it would find.
void ServiceNames::read() {
  if (std::exchange(is_read_, true) || look_up_would_hang("services")) return;
  constexpr std::size_t longest_entry = 16'384;
  std::vector<char> room(longest_entry);
  servent entry{};
  servent* found = nullptr;
  ::setservent(1);
  while (::getservent_r(&entry, room.data(), room.size(), &found) == 0 && found != nullptr) {
    const auto protocol = protocol_of(found->s_proto);
    if (!protocol) continue;
    const net::Port port{ntohs(static_cast<std::uint16_t>(found->s_port))};
    names_.try_emplace({*protocol, port}, found->s_name);
    ports_.try_emplace({*protocol, found->s_name}, port);
    for (char** alias = found->s_aliases; alias != nullptr && *alias != nullptr; ++alias) {
      ports_.try_emplace({*protocol, *alias}, port);
    }
  }
  ::endservent();
}

std::optional<net::Port> ServiceNames::system_port(net::Protocol protocol, std::string_view name) {
  read();
  const auto found = ports_.find({protocol, std::string{name}});
  return found == ports_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<net::Port> ServiceNames::port_of(net::Protocol protocol, std::string_view name) {
  if (const auto port = system_port(protocol, name)) return port;
  // One name, not a pattern.
  if (registry_ == nullptr || name.find_first_of("*?[\\") != std::string_view::npos) return std::nullopt;
  const net::PortSet ports = registry_->matching(protocol, catalog::registered_name_of(name));
  for (const net::Protocol other : protocols) {
    const auto port = system_port(other, name);
    if (port) return ports.contains(*port) ? port : std::nullopt;
  }
  return ports.empty() ? std::nullopt : std::optional{ports.ranges().front().first};
}

std::string_view ServiceNames::name_of(net::Protocol protocol, net::Port port) {
  read();
  const auto system = names_.find({protocol, port});
  if (system != names_.end() && system_port(protocol, system->second) == port) return system->second;
  if (registry_ == nullptr) return {};
  const std::string_view name = registry_->name_of(protocol, port);
  return !name.empty() && port_of(protocol, name) == port ? name : std::string_view{};
}

}  // namespace portolan::os
