// Sees every packet of a scan both ways, for who writes them down. It stands around another link and costs nothing
// where it is not put.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/doors.h"

namespace portolan::engine {

// A question that a link has taken.
struct Departure {
  Instant at;  // a moment before
  const Shot& shot;
  Head head{};
  std::span<const std::uint8_t> bytes{};  // from the network header on; none where it becomes a connect()
  bool refused = false;                   // this machine itself would not send it, so it never left
};

class PacketWatch {
 public:
  PacketWatch() = default;
  PacketWatch(const PacketWatch&) = delete;
  PacketWatch& operator=(const PacketWatch&) = delete;
  virtual ~PacketWatch() = default;
  // A send and what is told of it stand between these two, so that nobody hears of an answer in between, whatever other
  // links he watches.
  virtual void begin_sending() {}
  virtual void end_sending() {}
  virtual Result<void> sent(const Departure& departure) = 0;
  virtual Result<void> received(const Received& frame) = 0;
  // The link may wait for packets now, so that who has kept something back should let it go.
  virtual Result<void> about_to_wait() { return {}; }
};

// Hands everything on to another link. Who wants to see or change something overrides that alone.
class LinkWrapper : public Link {
 public:
  explicit LinkWrapper(Link& inner) : inner_{inner} {}
  Result<std::size_t> send(std::span<const Shot> shots) override { return inner_.send(shots); }
  Result<std::span<const Received>> receive(Instant deadline) override { return inner_.receive(deadline); }
  [[nodiscard]] Limits limits() const override { return inner_.limits(); }
  [[nodiscard]] std::uint64_t dropped() const override { return inner_.dropped(); }
  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return inner_.refused_shots(); }
  [[nodiscard]] Refusals refusals() const override { return inner_.refusals(); }

 private:
  Link& inner_;
};

class WatchedLink final : public LinkWrapper {
 public:
  // All outlive it. An error of the watch ends the scan.
  WatchedLink(Link& inner, const Clock& clock, PacketWatch& watch);
  Result<std::size_t> send(std::span<const Shot> shots) override;
  Result<std::span<const Received>> receive(Instant deadline) override;

 private:
  Result<void> tell(Departure& departure);

  const Clock& clock_;
  PacketWatch& watch_;
  std::vector<std::uint8_t> room_;  // for one packet
};

}  // namespace portolan::engine
