// Loss probes: ports known to answer, asked again, so that their answers measure the loss at the present rate and
// nothing else. Each is asked from a source port that this question has not had yet, since a port that is asked twice
// from the same one may take the second question for part of the first connection. None is asked more often than a
// silent port would be, and log-in ports, behind which somebody may count attempts, only where nothing else measures.
//
// They outlast the hosts that they were learnt from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "engine/host_walk.h"
#include "engine/pace/loss_law.h"
#include "net/ip_address.h"
#include "net/path.h"

namespace portolan::engine {

// What is known of the loss of one host.
struct HostLoss {
  // A limit on resets or errors leaves open ports alone, so each kind of answer has a balance of its own.
  enum class Kind : std::uint8_t { open, other };
  static constexpr std::size_t kinds = 2;
  struct Balance {
    std::uint32_t asked = 0;
    std::uint32_t lost = 0;
  };
  std::array<Balance, kinds> all{};        // since the host is known
  std::array<LossWindow, kinds> window{};  // of what left since `rate_since`
  Instant rate_since{};
  Instant last_good{};  // when the last question that was answered had left
  LossLaw law{lowest_rate};
  static constexpr double lowest_rate = 1;  // questions a second, to one host

  // Nothing came of it for a while, and nothing has been lost since.
  [[nodiscard]] bool is_coming_back() const { return law.comes_back(); }
  // The window that shows the most loss of those that tell something; nullopt while none does. Of a host that is coming
  // back a few good ones tell.
  [[nodiscard]] std::optional<LossWindow> worst() const;
};

class LossProbes {
 public:
  static constexpr std::size_t most_hosts = 64;
  static constexpr std::size_t ports_a_host = 8;
  // One frame in so many is a loss probe: more of them until the loss is known at all.
  static constexpr std::uint64_t every_while_searching = 4;
  static constexpr std::uint64_t every_at_first = 16;
  static constexpr std::uint64_t every = 64;
  static constexpr std::uint64_t known_after = 64;  // questions
  // A port rests after each question, four times longer each time: the few that there are measure the first moments,
  // and the rest of the scan too.
  static constexpr Duration first_rest = std::chrono::milliseconds{10};

  // `most_attempts`: how often a port is asked in all, by the walk that found it too.
  LossProbes(std::uint64_t seed, unsigned most_attempts);

  struct Port {
    std::uint32_t question = 0;
    bool open = false;
    bool log_in = false;
    unsigned attempts = 0;  // made so far
  };
  // A port has answered; `timeout` is what answers of this host are waited for. The target's path is copied.
  void remember(const WalkTarget& target, const Port& port, Duration timeout);
  // The host is asked no more.
  void forget(const net::IpAddress& address);
  // Its walk is over: its ports may still measure the path, but nothing is to be learnt about itself.
  void on_left(const net::IpAddress& address);
  // Whether some port may be asked now or later.
  [[nodiscard]] bool empty() const;

  // An ordinary probe has been made.
  void on_probe() { ++since_; }
  // `asked`: questions whose fate is known; `searching`: the rate that the path bears is being looked for.
  [[nodiscard]] bool is_due(std::uint64_t asked, bool searching) const {
    return since_ >= (searching ? every_while_searching : asked < known_after ? every_at_first : every);
  }
  // It was the turn of a loss probe, whether one could be asked or not.
  void skip_turn() { since_ = 0; }

  struct Chosen {
    std::size_t probe;  // for on_sent() and the rest; stays what it is until its fate is known
    std::uint32_t question;
    unsigned attempt;  // which one at this question, from 0
  };
  // A question that is now to be sent; nullopt where there is none. Hosts take turns.
  std::optional<Chosen> choose(Instant now);
  // The same, to this host, and of this kind if one is given. `urgent`: no port rests.
  std::optional<Chosen> choose_of(const net::IpAddress& address, Instant now, bool urgent = false,
                                  std::optional<HostLoss::Kind> kind = std::nullopt);
  // What is waited for the answer of this host; zero where nothing is known of it.
  [[nodiscard]] Duration timeout_of(const net::IpAddress& address) const;
  // Whether any port of this host may be asked now or later.
  [[nodiscard]] bool can_measure(const net::IpAddress& address) const;
  // Whether a question to this host is under way.
  [[nodiscard]] bool waits_for(const net::IpAddress& address) const;
  // `rate`: questions a second to its host.
  void on_sent(std::size_t probe, double rate, Instant now);
  // This machine would not send it: nobody was asked, and nothing is measured.
  void on_refused(std::size_t probe);
  [[nodiscard]] WalkTarget target_of(std::size_t probe) const;

  // Whose fate has become known, and is counted.
  struct Fate {
    std::size_t probe = 0;
    bool lost = false;
    Instant sent{};
    double rate = 0;  // as in on_sent()
  };
  // Fates of questions whose timeout is over; each is told once. Answers are told no sooner, because a loss takes that
  // long to be known: else the first fates of every stretch of time would be good ones.
  std::vector<Fate> take_fates(Instant now);
  // The last question to this port, if it was this attempt and its answer is still of use.
  [[nodiscard]] std::optional<std::size_t> find(const net::IpAddress& address, std::uint32_t interface,
                                                std::uint32_t question, unsigned attempt) const;
  // It has been answered: when it had left. nullopt where it had been given up for lost; that is taken back.
  std::optional<Instant> take(std::size_t probe);

  // What is known of a host; nullptr where nothing is.
  [[nodiscard]] HostLoss* of(const net::IpAddress& address);
  [[nodiscard]] const HostLoss* of(const net::IpAddress& address) const;
  [[nodiscard]] HostLoss& of(std::size_t probe) { return hosts_[probe / ports_a_host].loss; }

 private:
  enum class State : std::uint8_t { vacant, idle, queued, in_flight };
  struct Probe {
    Port port;
    Instant sent{};
    double rate = 0;
    Instant ready{};  // when it may be asked next
    Duration rest = first_rest;
    State state = State::vacant;
    bool given_up = false;  // its last question was counted as lost
    unsigned untold = 0;    // questions that were answered, and whose fate is not told yet
  };
  struct Host {
    net::IpAddress address;
    net::Path path;
    Duration timeout{};
    HostLoss loss;
    std::array<Probe, ports_a_host> probes{};
    bool forgotten = false;
    bool left = false;
  };

  [[nodiscard]] Host* find_host(const net::IpAddress& address);
  [[nodiscard]] const Host* find_host(const net::IpAddress& address) const;
  Host* place_for(const net::IpAddress& address);
  [[nodiscard]] static bool is_busy(const Host& host);
  // Its place may be given to another port.
  [[nodiscard]] static bool is_idle(const Probe& probe) { return probe.state == State::idle && probe.untold == 0; }
  [[nodiscard]] bool may_measure(const Probe& probe) const;
  [[nodiscard]] bool only_log_in_ports() const;
  std::optional<Chosen> choose_from(std::size_t host, Instant now, bool urgent, std::optional<HostLoss::Kind> kind);
  void count(const Fate& fate);

  struct Answered {
    Fate fate;
    Instant due;
  };

  std::vector<Host> hosts_;
  std::vector<Answered> answered_;  // fates that are not told yet
  unsigned most_attempts_;
  Random random_;
  std::size_t turn_ = 0;     // whose
  std::uint64_t since_ = 0;  // ordinary probes
};

}  // namespace portolan::engine
