// Names of services and their ports, each the other's inverse: a name that is told for a port is read as that port. The
// system's own come first (nsswitch.conf, /etc/services), and where it has none, those of the registry that portolan
// ships.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/catalog.h"
#include "net/port.h"
#include "net/port_set.h"

namespace portolan::os {

class ServiceNames {
 public:
  // `registry` outlives this, and may be nullptr. The system's are read when they are first asked for.
  explicit ServiceNames(const catalog::Services* registry) : registry_{registry} {}

  // "" where there is none, or where the name would be read as another port. Views stay good while the object lives.
  std::string_view name_of(net::Protocol protocol, net::Port port);
  // The system's, by name or alias; nullopt where it knows none.
  std::optional<net::Port> system_port(net::Protocol protocol, std::string_view name);
  // The same or, where the system knows the name for another protocol only, that port if the registry has it for this
  // one; and the registry's lowest where the system does not know the name at all.
  std::optional<net::Port> port_of(net::Protocol protocol, std::string_view name);

 private:
  using Key = std::pair<net::Protocol, std::string>;
  void read();

  const catalog::Services* registry_;
  bool is_read_ = false;
  std::map<Key, net::Port> ports_;
  std::map<std::pair<net::Protocol, net::Port>, std::string> names_;
};

}  // namespace portolan::os
