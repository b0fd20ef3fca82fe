#include "engine/watched_link.h"

#include <algorithm>
#include <array>

#include "wire/fragments.h"

namespace portolan::engine {

WatchedLink::WatchedLink(Link& inner, const Clock& clock, PacketWatch& watch)
    : LinkWrapper{inner}, clock_{clock}, watch_{watch}, room_(inner.limits().packet) {}

namespace {

class Sending {
 public:
  explicit Sending(PacketWatch& watch) : watch_{watch} { watch_.begin_sending(); }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;
  ~Sending() { watch_.end_sending(); }

 private:
  PacketWatch& watch_;
};

}  // namespace

// A packet follows from its question, so it is built once more for the watch.
Result<std::size_t> WatchedLink::send(std::span<const Shot> shots) {
  const Sending sending{watch_};
  const Instant at = clock_.now();
  const auto sent = LinkWrapper::send(shots);
  if (!sent) return sent;
  const auto refused = refused_shots();
  for (std::size_t i = 0; i < *sent; ++i) {
    Departure departure{.at = at, .shot = shots[i], .refused = std::ranges::binary_search(refused, i)};
    if (!shots[i].probe->connects) {
      departure.head = build(shots[i], room_);
      departure.bytes = std::span<const std::uint8_t>{room_}.first(departure.head.size);
    }
    if (auto seen = tell(departure); !seen) return fail(seen.error());
  }
  return sent;
}

// Each fragment is a packet of its own.
Result<void> WatchedLink::tell(Departure& departure) {
  if (!leaves_in_fragments(departure.shot)) return watch_.sent(departure);
  const probe::Attempt& attempt = departure.shot.attempt;
  std::array<std::uint8_t, wire::longest_packet + wire::longest_fragment_header> room{};
  wire::Fragments fragments{departure.bytes, attempt.dress.fragment, attempt.cookie};
  while (const std::size_t size = fragments.next(room)) {
    departure.head.size = size;
    departure.bytes = std::span<const std::uint8_t>{room}.first(size);
    if (auto seen = watch_.sent(departure); !seen) return seen;
  }
  return {};
}

Result<std::span<const Received>> WatchedLink::receive(Instant deadline) {
  if (auto let_go = watch_.about_to_wait(); !let_go) return fail(let_go.error());
  const auto arrived = LinkWrapper::receive(deadline);
  if (!arrived) return arrived;
  for (const Received& frame : *arrived) {
    if (auto seen = watch_.received(frame); !seen) return fail(seen.error());
  }
  return arrived;
}

}  // namespace portolan::engine
