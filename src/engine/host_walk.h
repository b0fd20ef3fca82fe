// One host at one stage: a keyed walk over the stage's questions, repeated for what is still silent. Walks enter and
// leave while the engine runs; a dark host's walk takes some hundred bytes, and a wide scan has hundreds of thousands.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/hash.h"
#include "base/slab.h"
#include "base/time.h"
#include "engine/ledger.h"
#include "engine/pace/error_limiter.h"
#include "engine/pace/round_trip.h"
#include "net/ip_address.h"
#include "net/path.h"

namespace portolan::engine {

struct WalkTarget {
  net::IpAddress address;
  const net::Path* path = nullptr;
};

// What is known of a host that has answered, or that is asked at a pace of its own.
struct Acquaintance {
  RoundTripEstimate round_trip;
  Duration best{};                    // shortest round trip seen
  Duration gap{};                     // between two probes to this host, where it is asked at a pace of its own; else 0
  Duration pass_gap{};                // the same in this pass, because much of the last one was lost
  double limiter_rate = 0;            // answers a second, where the host was found to limit them
  std::uint32_t answered = 0;         // in all
  std::uint32_t answered_before = 0;  // when this pass began
  std::uint32_t open = 0;             // ports among those that answered
  std::uint32_t open_before = 0;      // when this pass began
  // Its loss probes when this pass began, of open ports and of others.
  std::array<std::uint32_t, 2> loss_asked{};
  std::array<std::uint32_t, 2> loss_lost{};
  Instant last_answer{};
  std::uint8_t turns = 0;                // since its last loss probe
  std::uint8_t open_asked = 0;           // open ports that were to be asked again in this pass
  std::uint16_t spreads = 0;             // passes that were lost on a limit
  std::uint8_t asked_whether_there = 0;  // times, after its last pass
  Instant ask_again{};                   // whether it is there, at the earliest
  std::unique_ptr<ErrorLimiter> errors;  // where it limits its ICMP errors, and closed ports answer by them
  std::uint32_t errors_in_pass = 0;      // that told a port closed
  std::uint16_t twice = 0;               // passes that put each question twice
  std::uint8_t tokens_asked = 0;         // closed ports that were asked again at the end of this pass
  std::uint8_t tokens_left = 0;          // of those: said once more that they are closed
  bool open_are_late = false;            // something limits what its open ports answer, and only theirs
  bool limit_is_new = false;             // on errors: it showed at the end of the last pass
  bool limiter_given_up = false;         // too slow to wait for
  bool stopped = false;                  // it answered, and then nothing came any more
};

struct HostWalk {
  enum class Phase : std::uint8_t {
    vacant,   // no walk
    active,   // may send
    spaced,   // waits between two probes
    waiting,  // after a pass, for the answers
    judged,   // nothing more is asked, but late answers still count
    done,
  };
  const WalkTarget* target = nullptr;            // outlives the walk
  std::unique_ptr<Acquaintance> acquaintance{};  // nullptr for a host that has been silent so far
  Ledger ledger{};
  Instant started{};  // when the first probe left; meaningful where `has_started`
  Instant pass_started{};
  Instant last_sent{};
  Instant first_pass_sent{};     // its last probe
  std::uint32_t path_asked = 0;  // loss probes on the path when this pass began
  std::uint32_t path_lost = 0;   // of those
  float least_loss = 1;          // of a pass
  float hidden = 1;              // the chance that a port which answers was silent in all passes so far
  std::uint32_t host = 0;        // the owner's number for it
  std::uint32_t serial = 0;      // tells it from others that have had its place
  std::uint32_t offset = 0;      // where in the permutation it begins
  std::uint32_t position = 0;
  std::uint32_t asked = 0;   // in this pass
  std::uint16_t passes = 0;  // finished
  Phase phase = Phase::vacant;
  bool has_started = false;
  bool up = false;
  bool timed_out = false;
  bool only_turns = false;  // only the questions that have ways of asking left are put any more
  std::uint16_t in_outbox = 0;
  std::uint32_t refused = 0;  // questions that this machine would not send when they were last asked

  [[nodiscard]] bool at_work() const { return phase != Phase::judged && phase != Phase::done; }
  [[nodiscard]] std::uint32_t answered() const { return acquaintance ? acquaintance->answered : 0; }
  [[nodiscard]] bool limits_errors() const { return acquaintance && acquaintance->errors; }
  [[nodiscard]] bool paced() const { return acquaintance && acquaintance->gap > Duration::zero(); }
  Acquaintance& known() {
    if (!acquaintance) acquaintance = std::make_unique<Acquaintance>();
    return *acquaintance;
  }
};

// A walk's place in its table. The serial number tells whether it is still the same walk.
struct WalkHandle {
  std::uint32_t walk = 0;
  std::uint32_t serial = 0;
};

// All walks of an engine: places that stay where they are, and an index by address. The index is keyed, so that nobody
// can choose addresses that collide. Its slots keep the hash, so that looking at a slot seldom means looking at a walk.
class WalkTable {
 public:
  explicit WalkTable(HashKey key);

  // The place of a new walk. An address that has a walk already keeps it in the index.
  WalkHandle add(const WalkTarget& target);
  void remove(std::uint32_t walk);

  HostWalk& operator[](std::uint32_t walk) { return walks_[walk]; }
  const HostWalk& operator[](std::uint32_t walk) const { return walks_[walk]; }
  [[nodiscard]] bool is_current(WalkHandle handle) const { return (*this)[handle.walk].serial == handle.serial; }
  [[nodiscard]] std::size_t size() const { return walks_.size(); }
  [[nodiscard]] std::vector<std::uint32_t> numbers() const { return walks_.numbers(); }

  // An answer names an address and came in by an interface.
  [[nodiscard]] std::optional<std::uint32_t> find(const net::IpAddress& address, std::uint32_t interface) const;

 private:
  struct Slot {
    std::uint32_t walk = 0;  // + 1; 0 for an empty slot
    std::uint32_t hash = 0;
  };
  [[nodiscard]] std::uint32_t hash_of(const net::IpAddress& address) const;
  [[nodiscard]] net::IpAddress key_of(std::uint32_t walk) const;
  [[nodiscard]] std::size_t after(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  // The slot of the walk with this key, or the empty one where it would stand.
  [[nodiscard]] std::size_t slot_of(const net::IpAddress& key, std::uint32_t hash) const;
  void erase(std::uint32_t walk);
  void grow();

  HashKey key_;
  Slab<HostWalk> walks_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t indexed_ = 0;
  std::uint32_t last_serial_ = 0;
};

}  // namespace portolan::engine
