#include "engine/host.h"

#include <algorithm>

namespace portolan::engine {
namespace {

// The latest paths are looked at, no more: hosts that follow each other mostly share one.
constexpr std::size_t looked_at = 16;

}  // namespace

const net::Path* PathTable::keep(net::Path path, const net::IpAddress& target) {
  if (path.next_hop == target)
    path.next_hop = target.is_v4() ? net::IpAddress{} : net::IpAddress::v6({}, target.zone());
  const std::size_t first = paths_.size() - std::min(paths_.size(), looked_at);
  for (std::size_t i = paths_.size(); i-- > first;) {
    if (*paths_[i] != path) continue;
    std::swap(paths_[i], paths_.back());
    return paths_.back().get();
  }
  return paths_.emplace_back(std::make_unique<net::Path>(path)).get();
}

}  // namespace portolan::engine
