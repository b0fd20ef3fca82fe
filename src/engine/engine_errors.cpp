// Engine: hosts that limit how often they say by an ICMP error that a port is closed.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "engine/engine.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// What comes up so seldom is not taken for chance.
constexpr double no_chance = 0.01;

}  // namespace

// Where the errors that tell ports closed are limited, those that came first are all: what was asked after them stayed
// silent. Or some come only in a later pass, and loss does not explain that.
void Engine::look_for_error_limit(HostWalk& walk, const PassResult& result, Instant now) const {
  const bool may_limit = !finds_hosts() && job_.techniques.front()->closed_is_error && !settings_.timing.ask_no_errors;
  if (!may_limit || walk.limits_errors() || !walk.acquaintance || walk.acquaintance->errors_in_pass == 0) return;
  const std::uint32_t errors = walk.acquaintance->errors_in_pass;
  const bool limits = walk.passes == 1
                          ? first_errors_were_all(walk)
                          : chance_of(errors, expected_missed(result.answered_before, result.usual_loss)) < no_chance;
  if (limits)
    walk.acquaintance->errors = std::make_unique<ErrorLimiter>(errors, job_.questions.size() - walk.answered(), now);
}

// By chance alone so many would hardly all have been among the first that were asked.
bool Engine::first_errors_were_all(const HostWalk& walk) const {
  const auto closed = [this](VerdictCodes::Code code) {
    return VerdictCodes::is_verdict(code) && codes_.entry(code).state == model::PortState::closed;
  };
  double silent_or_closed = 0;
  double up_to_last = 0;
  double errors = 0;
  HostWalk first{.offset = walk.offset};
  for (; first.position < job_.questions.size(); ++first.position) {
    const auto code = walk.ledger.code(question_at(first));
    if (VerdictCodes::is_verdict(code) && !closed(code)) continue;
    ++silent_or_closed;
    if (!closed(code)) continue;
    ++errors;
    up_to_last = silent_or_closed;
  }
  return silent_or_closed > errors && std::pow(up_to_last / silent_or_closed, errors) <= no_chance;
}

// At each question that is still unanswered: one a pass, and one more in those that put them twice.
unsigned Engine::attempts_left(const HostWalk& walk) const {
  const auto most = static_cast<unsigned>(settings_.timing.max_retries) + 1;
  return most - std::min<unsigned>(most, walk.passes + walk.acquaintance->twice);
}

// Puts what the host may answer when it may answer it. False where it is to wait, or is done with this pass.
bool Engine::fill_by_tokens(const WalkHandle& handle, Instant now) {
  HostWalk& walk = walks_[handle.walk];
  ErrorLimiter& errors = *walk.acquaintance->errors;
  const Duration timeout = timeout_of(walk);
  errors.expire(std::min(now, heard_), timeout);
  const Instant due =
      walk.in_outbox > 0 ? now + 1ms : std::max(errors.next(now, timeout), walk.last_sent + gap_of(walk));
  if (due <= now) {
    auto question = errors.take_again();
    const bool again = question.has_value();
    if (!question) question = next_question(walk);
    if (question) {
      if (!again && walk.asked++ == 0) walk.pass_started = now;
      const auto tag = static_cast<std::uint16_t>(settings_.tag_base + walk.passes % tags_an_engine);
      ++walk.in_outbox;
      put(*walk.target, {.walk = handle, .question = *question, .tag = tag, .loss_probe = std::nullopt});
      active_.push_back(handle);
      return true;
    }
    if (errors.is_idle()) {
      finish_pass(handle.walk, now);
      return false;
    }
  }
  walk.phase = HostWalk::Phase::spaced;
  park(handle.walk, std::max(due, now + 1ms));
  return false;
}

LedgerEntry Engine::on_silence(std::uint32_t question) const {
  const probe::Probe& probe = probe_of(question);
  LedgerEntry entry{probe.on_silence.state, probe.on_silence.reason};
  // Nobody has waited for the errors of closed ports, so these are among the silent ones; an open one that is known by
  // its payload would have answered.
  if (probe.closed_is_error && settings_.timing.ask_no_errors) entry.state = model::PortState::closed_filtered;
  return entry;
}

}  // namespace portolan::engine
