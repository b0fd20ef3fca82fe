// Asks for the hops on the ways to hosts: by questions that hosts have answered, but with a hop limit that ends on the
// way, so that a router says so (RFC 1812 §5.3.1). Like the engine it does no I/O: it is told the time and handed
// packets.
//
// Of the first way through a gateway all hops are asked at once, as many as the host's answers say that there are.
// Other ways are asked from their end backwards until they meet a router where it is known already: from there on they
// are taken to be the same. So hops that many ways share are asked once.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/slab.h"
#include "base/time.h"
#include "engine/doors.h"
#include "engine/engine.h"
#include "engine/host_walk.h"
#include "engine/pace/outbox.h"
#include "engine/pace/pacer.h"
#include "engine/question.h"
#include "net/ip_address.h"
#include "net/path.h"
#include "probe/probe.h"
#include "wire/packet.h"

namespace portolan::engine {

inline constexpr std::uint8_t most_hops = 30;
// How often a hop is asked that stays silent.
inline constexpr std::uint8_t hop_attempts = 3;
// Source ports, or ICMP identifiers: one for all of TCP, whose sequence numbers tell attempts apart, so that routers
// which share out flows take them for one; and one for each attempt at each hop.
inline constexpr std::uint16_t hop_tags = 1 + most_hops * hop_attempts;

struct HopFound {
  std::optional<net::IpAddress> address;  // nullopt: nobody answered
  std::optional<Duration> round_trip;
};
using Route = std::vector<HopFound>;  // from hop 1 on

class Traceroute {
 public:
  // `tag_base` of the settings is the first of hop_tags source ports. `pacer` outlives it.
  Traceroute(const EngineSettings& settings, Pacer& pacer);

  struct Target {
    WalkTarget target;       // behind a gateway; its path stays where it is until the host is done
    std::uint32_t host = 0;  // the owner's number for it
    HopProbe probe;
    std::uint8_t distance = 0;  // hops, as far as is known; 0: not at all
    std::optional<Duration> round_trip;
  };
  void enter(const Target& target, Instant now);
  struct Done {
    std::uint32_t host = 0;
    Route route;
  };
  // Since the last call.
  std::vector<Done> take_done();
  [[nodiscard]] bool has_done() const { return !done_.empty(); }

  // As those of Engine.
  void advance(Instant now, Instant heard);
  [[nodiscard]] std::span<const Shot> outbox() const { return outbox_.shots(); }
  void on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused = {});
  bool on_packet(const wire::Packet& packet, const Received& frame);
  [[nodiscard]] Instant wake_at(Instant now) const;
  void give_up_through(std::uint32_t interface);
  [[nodiscard]] bool empty() const { return working() == 0; }
  [[nodiscard]] std::size_t working() const { return traces_.size() + waiting_.size(); }
  [[nodiscard]] std::uint64_t entered() const { return entered_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  // Questions that this machine would not send.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Slot {  // a hop limit
    enum class State : std::uint8_t {
      unasked,
      wanted,  // waits to be sent
      asked,
      router,  // the hop limit ended there
      end,     // the host answered, or somebody said that it cannot be reached
      silent,
    };
    State state = State::unasked;
    std::uint8_t attempts = 0;  // that have left
    bool queued = false;        // for its turn at a router that limits its errors
    std::array<Instant, hop_attempts> sent{};
    HopFound found;

    [[nodiscard]] bool is_settled() const {
      return state == State::router || state == State::end || state == State::silent;
    }
    // Settled, or not answered in time: nobody waits any longer before asking further on.
    [[nodiscard]] bool is_overdue() const {
      return is_settled() || (!queued && attempts > (state == State::wanted ? 0 : 1));
    }
  };
  // Who stands between us and hosts: what lies beyond different gateways is not taken to be the same.
  struct Gate {
    std::uint32_t interface = 0;
    net::IpAddress next_hop;
    friend auto operator<=>(const Gate&, const Gate&) = default;
  };
  struct Handle {
    std::uint32_t trace = 0;
    std::uint32_t serial = 0;
  };
  struct Trace {
    Target asked;
    Gate gate;
    std::uint32_t serial = 0;
    std::uint8_t guess = 0;    // where the host is taken to be
    std::uint8_t lowest = 0;   // of the hop limits that were asked
    std::uint8_t highest = 0;  // the same
    std::uint8_t stride = 1;   // by how many the way back goes next
    std::array<Slot, most_hops + 1> slots;
    Duration longest{};   // round trip of any hop
    Instant last_sent{};  // its first question counts from when it began: the host has just been asked others
    std::shared_ptr<const Route> shared;  // another way, whose first `joined` hops are those of this one
    std::uint8_t joined = 0;
    bool waits = false;           // for another way that it has met
    std::vector<Handle> waiting;  // ways that wait for this one
  };
  // A router at a distance. Whoever meets it there takes the hops before it from `route`, once that is known.
  struct Junction {
    Gate gate;
    std::uint8_t ttl = 0;
    net::IpAddress router;
    friend auto operator<=>(const Junction&, const Junction&) = default;
  };
  struct Met {
    Handle first;                        // who asks for the hops before it
    std::shared_ptr<const Route> route;  // nullptr while it does
  };
  // Who stands at a distance behind a gate, mostly one router or a few.
  struct Level {
    std::uint32_t answered = 0;
    std::uint32_t silent = 0;  // questions
    Instant next{};            // when all that was asked would have been, had each question waited for its turn

    // One that answers some and leaves more without an answer than loss would (RFC 1812 §4.3.2.8).
    [[nodiscard]] bool is_limited() const { return answered > 0 && 2 * silent > answered; }
  };
  struct Wake {
    Instant at;
    Handle trace;
    std::uint8_t ttl = 0;
    friend bool operator>(const Wake& a, const Wake& b) { return a.at > b.at; }
  };
  struct Pending {
    Handle trace;
    std::uint8_t ttl = 0;
  };

  [[nodiscard]] bool is_current(Handle handle) const { return traces_[handle.trace].serial == handle.serial; }
  [[nodiscard]] Handle handle_of(std::uint32_t number) const { return {number, traces_[number].serial}; }
  [[nodiscard]] std::uint16_t tag_of(const probe::Probe& technique, std::uint8_t ttl, std::uint8_t attempt) const;
  [[nodiscard]] probe::Attempt attempt(const Trace& trace, std::uint8_t ttl, std::uint8_t number) const;
  [[nodiscard]] Duration wait_of(const Trace& trace, const Slot& slot) const;

  [[nodiscard]] Level& level_of(const Trace& trace, std::uint8_t ttl) { return levels_[{trace.gate, ttl}]; }
  void start(const Target& target);
  void ask(std::uint32_t number, std::uint8_t first, std::uint8_t last);
  void want(Handle trace, std::uint8_t ttl);
  void fill(Instant now);
  void wake(const Wake& due);
  void withdraw(std::uint32_t serial);
  bool answer(std::uint32_t number, std::optional<std::uint16_t> tag, const wire::Packet& packet,
              const Received& frame);
  void settle(std::uint32_t number, std::uint8_t ttl, std::uint8_t attempt, const wire::Packet& packet,
              const Received& frame);
  void go_on(std::uint32_t number);
  bool meets(std::uint32_t number, std::uint8_t end);
  void go_up(std::uint32_t number);
  void go_down(std::uint32_t number);
  [[nodiscard]] bool is_done(const Trace& trace, std::uint8_t end) const;
  void finish(std::uint32_t number, std::uint8_t end);
  void leave(std::uint32_t number);

  EngineSettings settings_;
  Pacer& pacer_;
  std::vector<wire::Dress> dresses_;  // by hop limit
  Slab<Trace> traces_;
  std::deque<Target> waiting_;  // for room
  std::unordered_map<net::IpAddress, std::uint32_t> by_address_;
  std::vector<const probe::Probe*> techniques_;  // that any hop was asked by
  std::map<Gate, std::uint8_t> gates_;           // how far away the last host behind each was; 0: not known yet
  std::map<std::pair<Gate, std::uint8_t>, Level> levels_;
  std::map<Junction, Met> junctions_;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::deque<Pending> wanted_;
  Outbox<Pending> outbox_;  // and whose each shot is
  std::vector<Done> done_;
  Instant now_{};
  std::uint32_t last_serial_ = 0;
  std::uint64_t entered_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace portolan::engine
