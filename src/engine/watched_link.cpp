#include "engine/watched_link.h"

namespace portolan::engine {

WatchedLink::WatchedLink(Link& inner, const Clock& clock, PacketWatch& watch)
    : LinkWrapper{inner}, clock_{clock}, watch_{watch}, room_(inner.limits().packet) {}

// A packet follows from its question, so it is built once more for the watch.
Result<std::size_t> WatchedLink::send(std::span<const Shot> shots) {
  const Instant at = clock_.now();
  const auto sent = LinkWrapper::send(shots);
  if (!sent) return sent;
  for (const Shot& shot : shots.first(*sent)) {
    if (shot.probe->connects) continue;
    const Head head = build(shot, room_);
    const auto bytes = std::span<const std::uint8_t>{room_}.first(head.size);
    if (auto seen = watch_.sent(at, shot.attempt.path, head.type, bytes); !seen) return fail(seen.error());
  }
  return sent;
}

Result<std::span<const Received>> WatchedLink::receive(Instant deadline) {
  const auto arrived = LinkWrapper::receive(deadline);
  if (!arrived) return arrived;
  for (const Received& frame : *arrived) {
    if (auto seen = watch_.received(frame); !seen) return fail(seen.error());
  }
  return arrived;
}

}  // namespace portolan::engine
