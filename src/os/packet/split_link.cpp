#include "os/packet/split_link.h"

#include <algorithm>

namespace portolan::os {

SplitLink::SplitLink(std::unique_ptr<PacketLink> raw, std::unique_ptr<ConnectLink> connections)
    : raw_{std::move(raw)}, connections_{std::move(connections)} {}

// Shots of one kind that stand together go together; the order between the kinds is kept, so that what
// was sent is always a prefix.
Result<std::size_t> SplitLink::send(std::span<const engine::Shot> shots) {
  std::size_t sent = 0;
  refused_shots_.clear();
  while (sent < shots.size()) {
    const auto rest = shots.subspan(sent);
    const bool connects = rest[0].probe->connects;
    const auto end =
        std::ranges::find_if(rest, [&](const engine::Shot& shot) { return shot.probe->connects != connects; });
    const auto run = rest.first(static_cast<std::size_t>(end - rest.begin()));
    engine::Link& link = connects ? static_cast<engine::Link&>(*connections_) : *raw_;
    const auto taken = link.send(run);
    if (!taken) return taken;
    for (const std::size_t shot : link.refused_shots()) refused_shots_.push_back(sent + shot);
    sent += *taken;
    if (*taken < run.size()) break;
  }
  return sent;
}

Result<std::span<const engine::Received>> SplitLink::receive(Instant deadline) {
  // Both are looked at without waiting first, connections first because they are the ports' answers.
  auto arrived = connections_->receive(Instant::min());
  if (!arrived || !arrived->empty()) return arrived;
  arrived = raw_->receive(std::min(deadline, connections_->next_end()));
  if (!arrived || !arrived->empty()) return arrived;
  return connections_->receive(Instant::min());
}

}  // namespace portolan::os
