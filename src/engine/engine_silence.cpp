// Engine: how long answers are waited for, and when silence is a verdict.
#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/engine.h"
#include "engine/pace/silence.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Satellites and sleeping radios need about as long, however short the time-outs that were asked for.
constexpr Duration shortest_second_wait = 1s;
// Who is judged stays for so many of its time-outs, while others are at work.
constexpr int late_timeouts = 10;
// Ports.
constexpr std::size_t few_silent = 32;

}  // namespace

Duration Engine::timeout_of(const HostWalk& walk) const {
  const plan::Timing& t = settings_.timing;
  const TimeoutBounds bounds{t.initial_rtt_timeout, t.min_rtt_timeout, t.max_rtt_timeout};
  return walk.acquaintance ? walk.acquaintance->round_trip.timeout(bounds) : RoundTripEstimate{}.timeout(bounds);
}

bool Engine::asks_link() const { return job_.techniques.front()->asks == probe::Asks::links; }

// What is waited for after a pass. Where no answer has shown how long it takes, twice as long the second time, and a
// second at least; what is on the same link is not that far away.
Duration Engine::wait_of(const HostWalk& walk) const {
  const bool known = walk.acquaintance && walk.acquaintance->round_trip.known();
  const Duration timeout = timeout_of(walk);
  const Duration silence = silence_of(walk);
  if (asks_link() || silence < settings_.silence) return std::min(timeout, silence / questions_in_silence);
  return known || walk.passes < 2 ? timeout : std::max(2 * timeout, shortest_second_wait);
}

// Before this, silence is no verdict.
Instant Engine::silence_at(const HostWalk& walk) const { return walk.first_pass_sent + silence_of(walk); }

Duration Engine::silence_of(const HostWalk& walk) const {
  const Duration usual = settings_.silence;
  if (settings_.timing.serial) return usual;
  const Duration least = settings_.timing.min_rtt_timeout;
  if (asks_link()) {
    return silence_after({hosts_up_, slowest_neighbour_}, enough_neighbours,
                         {usual, std::max(shortest_on_link, least)});
  }
  // Where open ports are silent to a question no program answers it, only the host's own stack, which takes no longer
  // for one port than for another. A closed port that is passed on to a machine far behind it may be told
  // open|filtered.
  const bool stack_answers = std::ranges::none_of(job_.techniques, &probe::Probe::open_answers);
  if (finds_hosts() || !stack_answers || !walk.acquaintance) return usual;
  const RoundTripEstimate& seen = walk.acquaintance->round_trip;
  return silence_after({walk.answered(), seen.smoothed() + 4 * seen.variation()}, enough_resets, {usual, least});
}

// Silence is not judged before its time. Of few silent ports the questions are spread over what is left of it: it costs
// nothing, and a limit that is about open ports alone, which no other answers show, lets more of them through.
Duration Engine::idle_spread(const HostWalk& walk, Instant now) const {
  const bool few = job_.questions.size() - walk.answered() <= few_silent;
  if (finds_hosts() || !walk.acquaintance || !few || settings_.timing.serial) return {};
  return std::max(Duration::zero(), silence_at(walk) - now - timeout_of(walk));
}

// Nothing more is asked. Where answers are known to be quick, little was waited for; who has open questions stays a
// while for those that are not.
void Engine::judge_silent(std::uint32_t walk) {
  HostWalk& judged = walks_[walk];
  const bool waits = judged.acquaintance && judged.acquaintance->round_trip.known() && !finds_hosts() &&
                     judged.answered() < job_.questions.size();
  if (!waits) return finish(walk);
  leave_work(walk);
  judged.phase = HostWalk::Phase::judged;
  const auto has_gone = [this](const WalkHandle& handle) {
    return !walks_.is_current(handle) || walks_[handle.walk].phase != HostWalk::Phase::judged;
  };
  while (!judged_.empty() && has_gone(judged_.front())) judged_.pop_front();
  judged_.push_back({walk, judged.serial});
  park(walk, judged.last_sent + late_timeouts * timeout_of(judged));
}

void Engine::release_judged() {
  for (const WalkHandle& handle : std::exchange(judged_, {})) {
    if (walks_.is_current(handle) && walks_[handle.walk].phase == HostWalk::Phase::judged) finish(handle.walk);
  }
}

}  // namespace portolan::engine
