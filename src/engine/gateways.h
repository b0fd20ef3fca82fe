// The gateways that hosts are reached through: each is asked for its link-layer address once, however many hosts wait
// for it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/driver.h"
#include "engine/host.h"

namespace portolan::engine {

class Gateways final : private AnswerListener {
 public:
  explicit Gateways(Driver& driver);

  // Puts the gateway's link-layer address into `path`, whose next hop it is, where it is known by now.
  // unasked: this machine did not send the question.
  enum class State : std::uint8_t { known, silent, unasked, asked };
  State look_up(net::Path& path);
  // After State::asked: the host will be among those of take_ready().
  void wait(const net::Path& path, std::uint32_t host);
  // Hosts whose gateway has answered, or was given up, since the last call.
  std::vector<std::uint32_t> take_ready();

 private:
  using Key = std::pair<std::uint32_t, net::IpAddress>;  // interface, address
  struct Gateway {
    WalkTarget target;
    net::Path path;
    int rounds = 0;
    State state = State::asked;
    std::optional<net::Mac> mac;
    std::vector<std::uint32_t> waiting;
  };

  void on_verdict(const Answer& answer) override;
  [[nodiscard]] Stage& stage_for(const Gateway& gateway) const;
  void ask(std::uint32_t gateway);
  void end_walk(Stage& stage, std::uint32_t walk);

  Stage* v4_;
  Stage* v6_;
  std::map<Key, std::uint32_t> index_;
  std::deque<Gateway> gateways_;
  std::vector<std::uint32_t> ready_;
};

// The question that ARP or neighbour discovery puts to a host of this family.
Job link_job(net::Family family);
// Nothing on a link is a second away; a host that sleeps (Wi-Fi) may need a few hundred milliseconds.
extern const Duration link_wait;

}  // namespace portolan::engine
