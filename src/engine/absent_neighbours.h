// Some machines answer ARP for everybody: a router with proxy ARP for all it has a route to, an access point, a
// firewall. Behind one every address of a range would count as up. So on every link of which a range is asked, an
// address that nobody can have is asked as well, and who answers for that one proves nothing by answering for another.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/driver.h"
#include "engine/gateways.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "plan/target_set.h"

namespace portolan::engine {

// An address that no machine has in the network of `bits` around `address`: the first of an IPv4 network, which means
// the network itself (RFC 1122 §3.2.1.3; all but /31 and /32, RFC 3021), and any of 2^64 of an IPv6 one, which `drawn`
// chooses. nullopt where the network has none, or is not known (0 bits).
std::optional<net::IpAddress> absent_address(const net::IpAddress& address, unsigned bits, std::uint64_t drawn);

class AbsentNeighbours final : private AnswerListener {
 public:
  // Both outlive it. What `targets` excludes is not asked.
  AbsentNeighbours(Driver& driver, const plan::TargetSet& targets, std::uint64_t seed);

  // Asks the one in the network of this neighbour of ours, once for each network.
  void ask(const net::IpAddress& neighbour, const net::Path& path, Instant now);

  // Whether who answered for `neighbour` answers for all of them.
  //   yes:   it does so for the absent one; or for so many that it would be a wonder if all of them were its own.
  //   waits: the absent one was asked a moment ago; or this one answers for several, so that it is likely, and the
  //          absent one has not been given up yet. The host will be among those of take_ready().
  enum class State : std::uint8_t { no, yes, waits };
  State answers_for_all(const net::IpAddress& neighbour, const net::Path& path, const net::Mac& mac, std::uint32_t host,
                        Instant now);
  std::vector<std::uint32_t> take_ready(Instant now);
  // Nobody is ready before, unless an answer comes.
  [[nodiscard]] Instant wake_at() const;

  // For whom nobody has heard of it yet.
  struct Finding {
    net::IpAddress asked;
    net::Mac mac;
  };
  std::vector<Finding> take_findings() { return std::exchange(findings_, {}); }

 private:
  struct Network {
    WalkTarget target;
    net::Path path;
    Instant asked;
    bool over = false;
    std::optional<net::Mac> mac;                        // that answered
    std::map<net::Mac, std::set<net::IpAddress>> seen;  // for whom each has answered
    std::vector<std::uint32_t> waiting_a_moment;
    std::vector<std::uint32_t> waiting;
  };
  void release(std::vector<std::uint32_t>& hosts);

  void on_verdict(const Answer& answer) override;
  [[nodiscard]] Network* network_of(const net::IpAddress& neighbour, const net::Path& path);

  Stage& stage_for(net::Family family);

  Driver& driver_;
  const plan::TargetSet& targets_;
  std::array<Stage*, 2> stages_{};  // by family; opened where they are needed
  std::uint64_t drawn_;
  std::map<std::pair<std::uint32_t, net::Prefix>, std::uint32_t> index_;  // by interface and network
  std::deque<Network> networks_;
  std::vector<std::uint32_t> ready_;
  std::vector<Finding> findings_;
};

}  // namespace portolan::engine
