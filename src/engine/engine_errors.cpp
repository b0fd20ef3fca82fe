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
// Closed ports that are asked again behind a pass, and answers among them that show that errors were left. One may be
// lost, and one error may have been there again already.
constexpr std::uint32_t tokens_to_see = 3;
constexpr unsigned tokens_that_tell = 2;

}  // namespace

// Where the errors that tell ports closed are limited, none is left when all have been asked; or some come only in a
// later pass, and loss does not explain that. Of a single pass it is known that those that came first were all: what
// was asked after them stayed silent.
bool Engine::look_for_error_limit(HostWalk& walk, const PassResult& result, Instant now) const {
  if (!may_limit_errors(walk)) return false;
  const std::uint32_t errors = walk.acquaintance->errors_in_pass;
  const bool asks_but_once = settings_.timing.max_retries == 0;
  const auto some_came_late = [&] {
    return chance_of(errors, expected_missed(result.answered_before, result.usual_loss)) < no_chance;
  };
  const bool came = errors > 0 && (asks_but_once ? first_errors_were_all(walk) : walk.passes > 1 && some_came_late());
  if (!came && !has_no_token_left(*walk.acquaintance)) return false;
  walk.acquaintance->limit_is_new = true;
  walk.acquaintance->errors = std::make_unique<ErrorLimiter>(errors, job_.questions.size() - walk.answered(), now);
  return true;
}

// It has not been found to do so yet.
bool Engine::may_limit_errors(const HostWalk& walk) const {
  return !finds_hosts() && job_.techniques.front()->closed_is_error && !settings_.timing.ask_no_errors &&
         walk.acquaintance && !walk.limits_errors();
}

bool Engine::is_closed(const HostWalk& walk, std::uint32_t question) const {
  const auto code = walk.ledger.code(question);
  return VerdictCodes::is_verdict(code) && codes_.entry(code).state == model::PortState::closed;
}

// Few errors may be all that a host has to say, or all that its limit let through. A limit that still has errors to
// give when a pass is over has withheld none in it: so some closed ports are asked once more behind all that is silent.
// The first pass is followed by another one anyway.
bool Engine::wants_token(const HostWalk& walk) const {
  return walk.passes > 0 && !walk.only_turns && may_limit_errors(walk) &&
         walk.acquaintance->tokens_asked < tokens_to_see && walk.answered() < job_.questions.size() &&
         !settings_.timing.serial;
}

bool Engine::asks_for_token(const WalkHandle& handle, Instant now) {
  HostWalk& walk = walks_[handle.walk];
  if (!wants_token(walk)) return false;
  // Each port is asked only once a pass, and others in the next one.
  std::uint32_t closed = 0;
  for (std::uint32_t question = 0; question < job_.questions.size(); ++question) closed += is_closed(walk, question);
  if (walk.acquaintance->tokens_asked >= closed) return false;
  std::uint32_t place = (walk.passes * tokens_to_see + walk.acquaintance->tokens_asked) % closed;
  std::uint32_t question = 0;
  while (!is_closed(walk, question) || place-- > 0) ++question;
  ++walk.acquaintance->tokens_asked;
  const auto tag = static_cast<std::uint16_t>(settings_.tag_base + walk.passes % tags_an_engine);
  ++walk.in_outbox;
  put(*walk.target, {.walk = handle, .question = question, .tag = tag, .loss_probe = std::nullopt});
  next_turn(handle, now);
  return true;
}

// A port that was known to be closed has said so again.
void Engine::note_token(HostWalk& walk, const Match& match, const probe::Verdict& verdict) const {
  if (walk.acquaintance->tokens_asked == 0 || !verdict.by_error || verdict.state != model::PortState::closed) return;
  // By the time it is heard the pass may be over.
  const bool is_over = walk.phase == HostWalk::Phase::waiting || !walk.at_work();
  const unsigned pass = is_over ? walk.passes - 1U : walk.passes;
  if (match.tag == settings_.tag_base + pass % tags_an_engine) ++walk.acquaintance->tokens_left;
}

bool Engine::has_no_token_left(const Acquaintance& known) {
  const unsigned enough = std::min<unsigned>(known.tokens_asked, tokens_that_tell);
  return known.tokens_left < enough;
}

// A limit shows by what comes late, which takes two passes behind the first, or by what is left of it at the end of
// one.
bool Engine::is_limit_unknown(const HostWalk& walk) const {
  constexpr int enough_retries = 2;
  if (!may_limit_errors(walk) || settings_.timing.max_retries >= enough_retries) return false;
  return walk.acquaintance->tokens_asked == 0 || has_no_token_left(*walk.acquaintance);
}

// By chance alone so many would hardly all have been among the first that were asked.
bool Engine::first_errors_were_all(const HostWalk& walk) const {
  double silent_or_closed = 0;
  double up_to_last = 0;
  double errors = 0;
  HostWalk first{.offset = walk.offset};
  for (; first.position < job_.questions.size(); ++first.position) {
    const std::uint32_t question = question_at(first);
    const bool closed = is_closed(walk, question);
    if (VerdictCodes::is_verdict(walk.ledger.code(question)) && !closed) continue;
    ++silent_or_closed;
    if (!closed) continue;
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
