#include "engine/trace/hop_probe.h"

#include <optional>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

using model::PortState;

// Whether answers tell which question they are to, and a question can be one of a hop. All attempts of TCP leave from
// one port, so that nothing depends on which.
bool tells_hops(const probe::Probe& technique, bool source_port) {
  using enum probe::Asks;
  if (technique.asks == udp_ports || technique.asks == sctp_ports) return !source_port;
  return technique.asks == tcp_ports || technique.asks == hosts;
}

// The lower the better; nullopt for what no hop is asked by. A service is surely the host itself; who says that a port
// is closed may limit how often, and most of all by ICMP errors.
std::optional<int> rank_of(const probe::Probe& technique, PortState state, bool source_port) {
  const bool open = state == PortState::open;
  if (!open && state != PortState::closed && state != PortState::unfiltered) return std::nullopt;
  if (!asks_ports(technique.asks) || !tells_hops(technique, source_port)) return std::nullopt;
  if (technique.asks == probe::Asks::tcp_ports) return open ? 0 : 1;
  return open ? 2 : 3;
}

struct Choice {
  int rank = 0;
  HopQuestion question;
};

void choose(std::optional<Choice>& best, const Host& host, const PortWalk& walk, bool source_port) {
  const Job& job = walk.engine.job();
  for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
    const Question& question = job.questions[i];
    const auto verdict = walk.engine.verdict(walk.walk, i);
    if (!verdict) continue;
    const probe::Probe& technique = *job.techniques[question.technique];
    const auto rank = rank_of(technique, verdict->state, source_port);
    if (!rank || (best && best->rank <= *rank)) continue;
    // Connections have no hop limit of ours; a SYN is what they begin with.
    const HopProbe probe{technique.connects ? &probe::tcp_syn : &technique, question.port};
    const std::uint8_t ttl = host.facts ? host.facts->details.of(walk.first_detail + i).ttl : std::uint8_t{0};
    best = Choice{*rank, {probe, distance_of(ttl)}};
  }
}

}  // namespace

std::uint8_t distance_of(std::uint8_t ttl) {
  if (ttl == 0) return 0;
  const unsigned first = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
  return static_cast<std::uint8_t>(first - ttl + 1);
}

HopQuestion hop_question(const Host& host, std::span<const PortWalk> walks, bool source_port) {
  std::optional<Choice> best;
  for (const PortWalk& walk : walks) choose(best, host, walk, source_port);
  const bool found = host.facts && host.facts->found_by;
  HopQuestion question{.probe = {&probe::icmp_echo, net::Port{}}, .distance = 0};
  if (best) {
    question = best->question;
  } else if (found && tells_hops(*host.facts->found_by->technique, source_port)) {
    question.probe = *host.facts->found_by;
  }
  if (question.distance == 0) question.distance = distance_of(host.reason_ttl);
  return question;
}

}  // namespace portolan::engine
