#include "engine/gateways.h"

#include <chrono>
#include <utility>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Everything behind a gateway hangs on its answer, so it is asked twice as often as a target.
constexpr int most_rounds = 2;

}  // namespace

const Duration link_wait = 500ms;

Job link_job(net::Family family) {
  Job job;
  job.techniques = {family == net::Family::v4 ? &probe::arp : &probe::neighbour};
  job.questions = {Question{}};
  job.goal = Job::Goal::first_sign;
  return job;
}

Gateways::Gateways(Driver& driver)
    : v4_{&driver.open("", link_job(net::Family::v4), *this, link_wait)},
      v6_{&driver.open("", link_job(net::Family::v6), *this, link_wait)} {}

Gateways::State Gateways::look_up(net::Path& path) {
  const auto found = index_.find({path.interface, path.next_hop});
  if (found == index_.end()) return State::asked;
  const Gateway& gateway = gateways_[found->second];
  if (gateway.state == State::known) path.next_hop_mac = gateway.mac;
  return gateway.state;
}

void Gateways::wait(const net::Path& path, std::uint32_t host) {
  const auto [place, is_new] =
      index_.try_emplace({path.interface, path.next_hop}, static_cast<std::uint32_t>(gateways_.size()));
  if (is_new) {
    Gateway& gateway = gateways_.emplace_back();
    gateway.path = path;
    gateway.path.on_link = true;
    gateway.target = {path.next_hop, &gateway.path};
    ask(place->second);
  }
  gateways_[place->second].waiting.push_back(host);
}

Stage& Gateways::stage_for(const Gateway& gateway) const { return gateway.target.address.is_v4() ? *v4_ : *v6_; }

void Gateways::ask(std::uint32_t number) {
  Gateway& gateway = gateways_[number];
  ++gateway.rounds;
  stage_for(gateway).engine.enter(gateway.target, number, std::nullopt);
}

std::vector<std::uint32_t> Gateways::take_ready() {
  for (Stage* stage : {v4_, v6_}) {
    for (const std::uint32_t walk : stage->engine.take_done()) end_walk(*stage, walk);
  }
  return std::exchange(ready_, {});
}

void Gateways::end_walk(Stage& stage, std::uint32_t walk) {
  const std::uint32_t number = stage.engine.host_of(walk);
  Gateway& gateway = gateways_[number];
  const bool refused = stage.engine.outcome(walk).refused > 0;
  stage.engine.leave(walk);
  if (!gateway.mac && gateway.rounds < most_rounds) return ask(number);
  gateway.state = gateway.mac ? State::known : refused ? State::unasked : State::silent;
  ready_.insert(ready_.end(), gateway.waiting.begin(), gateway.waiting.end());
  gateway.waiting = {};
}

void Gateways::on_verdict(const Answer& answer) {
  Gateway& gateway = gateways_[answer.host];
  if (answer.mac && !gateway.mac) gateway.mac = answer.mac;
}

}  // namespace portolan::engine
