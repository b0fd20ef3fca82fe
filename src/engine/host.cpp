#include "engine/host.h"

namespace portolan::engine {
const net::Path* PathTable::keep(net::Path path, const net::IpAddress& target) {
  if (path.next_hop == target)
    path.next_hop = target.is_v4() ? net::IpAddress{} : net::IpAddress::v6({}, target.zone());
  return &*paths_.insert(path).first;
}

}  // namespace portolan::engine
