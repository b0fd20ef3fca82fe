// The doors of the engine: time, packets, routes, names and the user's wishes come through these and nothing else. os/
// opens them on the real machine, sim/ on a simulated network with a virtual clock.
//
// All of them are called by the thread that runs the scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/shot.h"
#include "model/remark.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "net/path.h"
#include "plan/target_set.h"
#include "wire/build.h"
#include "wire/packet.h"

namespace portolan::engine {

struct Received {
  Instant at;  // when the kernel saw it
  net::EtherType type = net::EtherType::ipv4;
  std::uint32_t interface = 0;
  std::optional<net::Mac> from;         // link-layer sender, where there is one
  std::span<const std::uint8_t> bytes;  // starts at the network header; may be cut behind Hears::bytes
  bool to_everybody = false;            // broadcast or multicast on its link
  bool damaged = false;                 // its checksum is wrong: what it says is no answer
  bool deduced = false;                 // from what a connect() came to: nobody has seen such a packet
  std::size_t length = 0;               // of all of the packet, where that is more than `bytes`
};

// Whether what is on the link that was asked, by this path, can have sent this.
bool came_from_asked_link(const net::Path& path, const wire::Packet& packet, const Received& frame);

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

// What this machine itself would not send: its own firewall, a link that is down, a kernel without IPv6.
struct Refusals {
  std::uint64_t probes = 0;
  std::string cause;                     // of the first: the name of an errno ("EPERM")
  std::optional<net::IpAddress> target;  // whom all of them were for; nullopt where there are several, or none

  void add(const net::IpAddress& to, std::string_view why) { add({1, std::string{why}, to}); }
  void add(const Refusals& more) {
    if (more.probes == 0) return;
    if (probes == 0) {
      *this = more;
      return;
    }
    probes += more.probes;
    if (target != more.target) target.reset();
  }
};

class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;
  // Sends a prefix of `shots` and says how many; none is no error (a full queue, ENOBUFS, EMFILE:
  // nothing of that says anything about a target). An error ends the scan.
  virtual Result<std::size_t> send(std::span<const Shot> shots) = 0;
  // Returns at `deadline`, when frames have arrived, or when a signal or key wants attention. What it
  // returns is valid until the next call. The only call in portolan that sleeps during a scan.
  virtual Result<std::span<const Received>> receive(Instant deadline) = 0;
  struct Limits {
    std::size_t packet = wire::longest_packet;  // bytes of the longest that it takes
    std::size_t batch = 64;                     // shots at once that are worth a call; at most 256
  };
  [[nodiscard]] virtual Limits limits() const { return {}; }
  // Frames that arrived but were lost on this machine for want of room, so far.
  [[nodiscard]] virtual std::uint64_t dropped() const { return 0; }
  // Shots that this machine itself will never send (its own firewall, a link that is down). They count as sent, and
  // asked nobody: their places among those that the last send() took, in order, and all of them so far.
  [[nodiscard]] virtual std::span<const std::size_t> refused_shots() const { return {}; }
  [[nodiscard]] virtual Refusals refusals() const { return {}; }
};

class Routes {
 public:
  Routes() = default;
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;
  virtual ~Routes() = default;
  // One answer a target, in the same order. Errc::unreachable where there is no way to it.
  virtual std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) = 0;
};

// Reverse names, looked up beside the scan.
class NameSource {
 public:
  NameSource() = default;
  NameSource(const NameSource&) = delete;
  NameSource& operator=(const NameSource&) = delete;
  virtual ~NameSource() = default;
  // Starts a look-up; never waits.
  virtual void ask(const net::IpAddress& address) = 0;
  // What is known by now: nullopt while pending, "" where there is no name. Every question is answered in the end: who
  // knows when servers that are silent are to be given up is the one who asks them.
  virtual std::optional<std::string> answer(const net::IpAddress& address) = 0;
};

// Targets that are not known yet when the scan begins: names whose look-ups take their time beside it.
class LateTargets {
 public:
  LateTargets() = default;
  LateTargets(const LateTargets&) = delete;
  LateTargets& operator=(const LateTargets&) = delete;
  virtual ~LateTargets() = default;
  struct News {
    std::vector<plan::Target> targets;  // none that was a target before; their positions follow those of the plan
    std::vector<model::Remark> remarks;
  };
  // What has come since the last call; never waits.
  virtual News take() = 0;
  // Names that are still looked up, or not taken yet.
  [[nodiscard]] virtual std::size_t pending() const = 0;
  // What is to be said of those in a scan that ends before.
  [[nodiscard]] virtual model::Remark left_behind() const = 0;
};

// What the user wants while a scan runs. Link::receive returns early when something here changes.
class UserControl {
 public:
  UserControl() = default;
  UserControl(const UserControl&) = delete;
  UserControl& operator=(const UserControl&) = delete;
  virtual ~UserControl() = default;
  // SIGINT or SIGTERM came: tell what is known, then end.
  virtual bool stop_requested() = 0;
  // Progress should be told now (a moment of a live display has passed, --stats-every is due, a key
  // was pressed). Called often; true once an occasion.
  virtual bool progress_due() = 0;
};

}  // namespace portolan::engine
