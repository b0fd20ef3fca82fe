#include "engine/systems/host_systems.h"

#include <optional>
#include <utility>

#include "engine/findings.h"
#include "model/stack_ports.h"

namespace portolan::engine {
namespace {

using model::PortState;
using model::StackQuestion;
using enum model::StackQuestion;

struct Found {
  std::optional<net::Port> open;  // of TCP
  std::optional<net::Port> closed;
  std::optional<net::Port> closed_udp;
  std::optional<Duration> round_trip;
};

// Who refuses for a host does not answer as it would: the closed port is one that the host itself has reset.
Found ports_of(std::span<const PortWalk> walks) {
  Found found;
  for (const PortWalk& walk : walks) {
    const Job& job = walk.engine.job();
    if (!found.round_trip) {
      if (const auto measured = round_trip_of(walk.engine.outcome(walk.walk))) found.round_trip = measured->smoothed;
    }
    for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
      const auto verdict = walk.engine.verdict(walk.walk, i);
      if (!verdict) continue;
      const Question& question = job.questions[i];
      const probe::Asks asks = job.techniques[question.technique]->asks;
      const bool tcp = asks == probe::Asks::tcp_ports;
      if (tcp && verdict->state == PortState::open && !found.open) found.open = question.port;
      if (tcp && verdict->state == PortState::closed && !found.closed) found.closed = question.port;
      const bool udp = asks == probe::Asks::udp_ports;
      if (udp && verdict->state == PortState::closed && !found.closed_udp) found.closed_udp = question.port;
    }
  }
  return found;
}

// Where no closed port is known: one that hardly anybody uses, the same for all hosts.
constexpr std::uint16_t unlikely_port = 41'641;

std::vector<StackAsked> questions_for(const Found& found, const std::optional<net::Port>& second) {
  std::vector<StackAsked> asked;
  const auto ask = [&asked](StackQuestion question, net::Port port = {}, bool is_second = false) {
    asked.push_back({question, port, is_second});
  };
  if (found.open) {
    ask(syn_full, *found.open);
    ask(syn_plain, *found.open);
    ask(syn_fin, *found.open);
  }
  if (second) {
    ask(syn_full, *second, true);
    ask(syn_plain, *second, true);
  }
  ask(closed_syn, found.closed.value_or(net::Port{unlikely_port}));
  ask(echo);
  ask(echo_code);
  ask(closed_datagram, found.closed_udp.value_or(net::Port{unlikely_port}));
  if (found.open) ask(syn_again, *found.open);
  return asked;
}

}  // namespace

void HostSystems::enter(std::uint32_t number) {
  Host& host = hosts_[number];
  if (!plan_.systems || host.state != model::HostState::up) return done_.push_back(number);
  Found found = ports_of(ports_.walks_of(host));
  auto& system = host.known().system;
  if (plan_.systems->only_with_both && !(found.open && found.closed)) {
    system = {};
    return done_.push_back(number);
  }
  if (!system) system.emplace();
  system->open = found.open;
  system->closed = found.closed;
  system->closed_udp = found.closed_udp;
  // One port stands for each stack.
  const auto stacks = model::ports_by_stack(system->answers);
  std::optional<net::Port> second;
  if (!stacks.empty()) system->open = found.open = stacks.front().front();
  if (stacks.size() > 1) second = stacks[1].front();
  if (!found.round_trip && host.facts->round_trip) found.round_trip = host.facts->round_trip->smoothed;
  driver_.systems()->enter({host.target, number, questions_for(found, second), found.round_trip}, world_.clock.now());
}

std::vector<std::uint32_t> HostSystems::take_done() {
  if (StackQuestions* systems = driver_.systems()) {
    for (StackQuestions::Done& done : systems->take_done()) {
      auto& answers = hosts_[done.host].known().system->answers;
      for (model::StackAnswer& answer : done.answers) answers.push_back(std::move(answer));
      done_.push_back(done.host);
    }
  }
  return std::exchange(done_, {});
}

bool HostSystems::left_out() const {
  const StackQuestions* systems = driver_.systems();
  return systems != nullptr && systems->refused() > 0;
}

}  // namespace portolan::engine
