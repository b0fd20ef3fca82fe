#include "engine/engine.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <utility>

#include "engine/pace/passes.h"
#include "engine/pace/silence.h"
#include "probe/cookie.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Orders in which passes ask, used in turn.
constexpr std::size_t orders = 4;
// Walks over the questions of a host some of which this machine refuses to send, at least.
constexpr std::uint16_t passes_of_refused = 3;
// Of all answering ports of so many hosts, at most this many are expected to be missed when the scan ends.
constexpr double acceptable_misses = 0.02;
constexpr std::uint64_t most_sharers = 1U << 14U;

std::vector<std::vector<std::uint32_t>> index_of(const Job& job) {
  std::vector<std::vector<std::uint32_t>> all(job.techniques.size());
  for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
    auto& index = all[job.questions[i].technique];
    const std::size_t port = job.questions[i].port.value();
    if (index.size() <= port) index.resize(port + 1);
    if (index[port] == 0) index[port] = i + 1;
  }
  return all;
}

std::vector<Permutation> orders_of(const Job& job, std::uint64_t seed) {
  std::vector<Permutation> all;
  if (job.sequential) {
    all.emplace_back(job.questions.size(), seed, Permutation::Order::sequential);
    return all;
  }
  for (std::uint64_t i = 0; i < orders; ++i) all.emplace_back(job.questions.size(), seed + i);
  return all;
}

// Loss probes count as attempts at a port, and there are no more source ports than this.
unsigned attempts_of(const plan::Timing& timing) {
  return static_cast<unsigned>(std::clamp<int>(timing.max_retries + 1, 1, tags_an_engine));
}

}  // namespace

Engine::Engine(const Job& job, const EngineSettings& settings, Pacer& pacer, AnswerListener& listener)
    : job_{job},
      settings_{settings},
      pacer_{pacer},
      listener_{listener},
      walks_{settings.key},
      question_index_{index_of(job)},
      permutations_{orders_of(job, settings.seed)},
      outbox_{settings.batch},
      loss_probes_{settings.seed, attempts_of(settings.timing)},
      random_{settings.seed} {
  assert(!job.questions.empty());
  for (std::uint32_t question = 0; question < job.questions.size(); ++question) {
    const auto turns = probe_of(question).turns;
    if (turns != nullptr && turns(job.questions[question].port) > 1) many_turns_.push_back(question);
  }
  settings_.hosts = std::clamp<std::uint64_t>(settings.hosts, 1, most_sharers);
}

// ---- entering and leaving -----------------------------------------------------------------------

std::uint32_t Engine::enter(const WalkTarget& target, std::uint32_t host, std::optional<Duration> round_trip) {
  const WalkHandle handle = walks_.add(target);
  HostWalk& walk = walks_[handle.walk];
  walk.host = host;
  walk.ledger = Ledger{job_.questions.size()};
  walk.phase = HostWalk::Phase::active;
  // Hosts walk the same permutation, each from a place of its own.
  if (!job_.sequential && job_.questions.size() > 1) {
    walk.offset =
        static_cast<std::uint32_t>(siphash({settings_.seed, 0}, target.address.bytes()) % job_.questions.size());
  }
  note_losses_so_far(walk);
  if (round_trip) {
    walk.known().round_trip.add(*round_trip);
    walk.known().best = *round_trip;
  }
  active_.push_back(handle);
  if (entered_++ == 0) first_entered_ = target.address;
  ++working_;
  return handle.walk;
}

void Engine::leave(std::uint32_t walk) {
  const HostWalk& leaving = walks_[walk];
  // What stands in the outbox for it refers to its target.
  if (leaving.in_outbox > 0) withdraw(leaving.serial);
  if (leaving.acquaintance) loss_probes_.on_left(leaving.target->address);
  leave_work(walk);
  walks_.remove(walk);
  // Whoever is left there has left; nobody would come by to drop them.
  if (walks_.size() == 0) active_.clear();
  parked_.tidy(walks_);
}

void Engine::withdraw(std::uint32_t serial) {
  outbox_.withdraw([serial](const Pending& p) { return !p.loss_probe && p.walk.serial == serial; });
}

std::vector<std::uint32_t> Engine::take_done() { return std::exchange(done_, {}); }

// ---- asking -------------------------------------------------------------------------------------

probe::Attempt Engine::attempt(const WalkTarget& target, std::uint32_t question, std::uint16_t tag) const {
  const net::IpAddress address = target.address.without_zone();  // a zone never travels
  const Question& asked = job_.questions[question];
  const auto cookie = probe::cookie_of(settings_.key, {.source = target.path->source,
                                                       .target = address,
                                                       .port = asked.port,
                                                       .tag = tag,
                                                       .technique = asked.technique,
                                                       .variant = asked.variant});
  return {.path = *target.path,
          .target = address,
          .port = asked.port,
          .variant = asked.variant,
          .tag = tag,
          .cookie = cookie,
          .dress = settings_.dress,
          .number = static_cast<std::uint8_t>(tag - settings_.tag_base)};
}

std::uint32_t Engine::question_at(const HostWalk& walk) const {
  if (job_.sequential || (job_.likely_first && walk.passes == 0)) return walk.position;
  const std::uint64_t place = std::uint64_t{walk.position} + walk.offset;
  return static_cast<std::uint32_t>(permutations_[walk.passes % orders].at(place % job_.questions.size()));
}

Duration Engine::gap_of(const HostWalk& walk) const {
  const Duration delay = settings_.timing.scan_delay;
  return walk.acquaintance ? std::max({delay, walk.acquaintance->gap, walk.acquaintance->pass_gap}) : delay;
}

// --min-rate is a floor under a host's own pace as well.
Duration Engine::longest_gap(Duration wanted) const {
  const auto& least = settings_.timing.min_rate;
  return least ? std::min(wanted, duration_of(1 / *least)) : wanted;
}

void Engine::advance(Instant now, Instant heard) {
  heard_ = heard;
  outbox_.forget_sent();
  expire_loss_probes(now);
  wake_walks(now);
  if (outbox_.empty()) fill(now);
}

void Engine::wake_walks(Instant now) {
  while (const auto handle = parked_.pop(now)) {
    if (!walks_.is_current(*handle)) continue;
    HostWalk& walk = walks_[handle->walk];
    give_up_if_overdue(handle->walk, now);
    if (walk.phase == HostWalk::Phase::spaced) {
      walk.phase = HostWalk::Phase::active;
      active_.push_back(*handle);
    } else if (walk.phase == HostWalk::Phase::waiting) {
      decide(handle->walk, now);
    } else if (walk.phase == HostWalk::Phase::judged) {
      finish(handle->walk);
    }
  }
}

void Engine::fill(Instant now) {
  const std::size_t allowed = pacer_.allowance(now, settings_.batch);
  while (outbox_.size() < allowed && !active_.empty()) {
    if (loss_probes_.is_due(pacer_.loss_probes_asked(), pacer_.is_searching()) && fill_loss_probe(now)) continue;
    if (!fill_one(now)) return;
  }
}

std::optional<std::uint32_t> Engine::next_question(HostWalk& walk) const {
  while (walk.position < job_.questions.size()) {
    const std::uint32_t question = question_at(walk);
    ++walk.position;
    if (walk.only_turns && !has_turns_left(walk, question)) continue;
    if (!VerdictCodes::is_verdict(walk.ledger.code(question))) return question;
  }
  return std::nullopt;
}

// Has not been put in every way that there is to ask at that port.
bool Engine::has_turns_left(const HostWalk& walk, std::uint32_t question) const {
  const auto turns = probe_of(question).turns;
  return turns != nullptr && turns(job_.questions[question].port) > walk.passes;
}

bool Engine::wants_turns(const HostWalk& walk) const {
  const bool may_again = walk.limits_errors() ? attempts_left(walk) > 0 : walk.passes <= settings_.timing.max_retries;
  if (finds_hosts() || !may_again) return false;
  const auto wants = [&](const auto& place) {
    return !VerdictCodes::is_verdict(walk.ledger.code(place)) && has_turns_left(walk, place);
  };
  return std::ranges::any_of(many_turns_, wants);
}

// Puts the next probe of the walk whose turn it is into the outbox; false when no walk has any.
bool Engine::fill_one(Instant now) {
  while (!active_.empty()) {
    const WalkHandle handle = active_.front();
    active_.pop_front();
    HostWalk& walk = walks_[handle.walk];
    if (walks_.is_current(handle)) give_up_if_overdue(handle.walk, now);
    if (!walks_.is_current(handle) || walk.phase != HostWalk::Phase::active) continue;
    // The wait for a pass may be shorter than what is to lie between two probes.
    if (const Instant due = walk.last_sent + settings_.timing.scan_delay; walk.has_started && due > now) {
      walk.phase = HostWalk::Phase::spaced;
      park(handle.walk, due);
      continue;
    }
    if (walk.limits_errors()) {
      if (fill_by_tokens(handle, now)) return true;
      continue;
    }
    if (walk.acquaintance && fill_loss_probe_of(walk, now)) {
      next_turn(handle, now);
      return true;
    }
    const auto question = next_question(walk);
    if (!question) {
      if (asks_for_token(handle, now)) return true;
      finish_pass(handle.walk, now);
      continue;
    }
    if (walk.asked++ == 0) walk.pass_started = now;
    const auto tag = static_cast<std::uint16_t>(settings_.tag_base + walk.passes % tags_an_engine);
    ++walk.in_outbox;
    put(*walk.target, {.walk = handle, .question = *question, .tag = tag, .loss_probe = std::nullopt});
    if (!walk.acquaintance || pacer_.is_searching()) loss_probes_.on_probe();
    if (walk.position == job_.questions.size() && !wants_token(walk)) {
      finish_pass(handle.walk, now);
    } else {
      next_turn(handle, now);
    }
    return true;
  }
  return false;
}

void Engine::next_turn(const WalkHandle& handle, Instant now) {
  HostWalk& walk = walks_[handle.walk];
  const Duration gap = gap_of(walk);
  if (gap == Duration::zero()) return active_.push_back(handle);
  walk.phase = HostWalk::Phase::spaced;
  park(handle.walk, now + gap);
}

void Engine::put(const WalkTarget& target, const Pending& pending) {
  outbox_.push({&probe_of(pending.question), attempt(target, pending.question, pending.tag)}, pending);
}

// Nobody sleeps past the time at which the host is given up.
void Engine::park(std::uint32_t walk, Instant until) {
  const HostWalk& parked = walks_[walk];
  const auto& limit = settings_.timing.host_timeout;
  if (limit && parked.has_started) until = std::min(until, parked.started + *limit + 1ns);
  parked_.push(until, {walk, parked.serial});
}

std::span<const Shot> Engine::outbox() const { return outbox_.shots(); }

void Engine::mark(HostWalk& walk, std::uint32_t question, VerdictCodes::Code code) {
  const auto before = walk.ledger.code(question);
  if (before == code) return;
  walk.refused += code == VerdictCodes::refused ? 1U : 0U;
  walk.refused -= before == VerdictCodes::refused ? 1U : 0U;
  walk.ledger.record(question, code);
}

void Engine::on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused) {
  if (count == 0) {
    if (!outbox_.has_left()) pacer_.on_refused(now);
    return;
  }
  const std::size_t not_sent = refused.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Pending& p = outbox_.pending(i);
    const bool is_refused = !refused.empty() && refused.front() == i;
    if (is_refused) refused = refused.subspan(1);
    if (p.loss_probe) {
      if (is_refused) {
        loss_probes_.on_refused(*p.loss_probe);
      } else {
        loss_probes_.on_sent(*p.loss_probe, rate_of_each(), now);
      }
      continue;
    }
    HostWalk& walk = walks_[p.walk.walk];
    --walk.in_outbox;
    if (const auto code = walk.ledger.code(p.question); !VerdictCodes::is_verdict(code)) {
      mark(walk, p.question, is_refused ? VerdictCodes::refused : VerdictCodes::unanswered);
    }
    if (!walk.has_started) {
      walk.has_started = true;
      walk.started = now;
      if (settings_.timing.host_timeout) park(p.walk.walk, Instant::max());  // only to be woken when overdue
    }
    walk.last_sent = now;
    if (walk.passes == 0 || (walk.passes == 1 && walk.phase == HostWalk::Phase::waiting)) walk.first_pass_sent = now;
    if (is_refused) continue;
    send_times_.note(p.walk.serial, p.question, p.tag, now);
    if (walk.limits_errors()) walk.acquaintance->errors->on_sent(p.question, now);
  }
  outbox_.on_sent(count);
  sent_ += count - not_sent;
  pacer_.on_sent(count, now);
}

// ---- passes -------------------------------------------------------------------------------------

void Engine::finish_pass(std::uint32_t walk, Instant now) {
  HostWalk& asked = walks_[walk];
  ++asked.passes;
  asked.phase = HostWalk::Phase::waiting;
  // Answers that come meanwhile may show that so much is not to be waited for; decide() looks again.
  const bool may_learn = asks_link() || (asked.acquaintance && job_.questions.size() >= enough_resets);
  const Duration wait = wait_of(asked);
  park(walk, now + (may_learn ? wait / questions_in_silence : wait));
}

void Engine::give_up_if_overdue(std::uint32_t walk, Instant now) {
  const auto& limit = settings_.timing.host_timeout;
  HostWalk& late = walks_[walk];
  if (!limit || !late.at_work() || !late.has_started || now - late.started <= *limit) return;
  late.timed_out = true;
  loss_probes_.forget(late.target->address);
  finish(walk);
}

PassResult Engine::result_of_pass(const HostWalk& walk, Instant now) const {
  const Acquaintance nobody;
  const Acquaintance& known = walk.acquaintance ? *walk.acquaintance : nobody;
  PassResult result{.passes = walk.passes,
                    .answered_before = known.answered_before,
                    .asked = walk.asked,
                    .answered = std::min(walk.asked, known.answered - known.answered_before),
                    .open_before = known.open_before,
                    .open = known.open - known.open_before,
                    .duration = now - walk.pass_started,
                    .hidden_before = walk.hidden,
                    .loss = pass_loss(walk),
                    .usual_loss = usual_loss(walk),
                    .usual_answers = usual_answers(),
                    .limited = known.gap > Duration::zero() || known.errors != nullptr,
                    .lost_on_limit = spread_of(walk) > Duration::zero()};
  if (finds_hosts()) {
    // Here hosts are what may be missed: as many as loss hides among those that were found.
    result.answered_before = static_cast<std::uint32_t>(std::min(hosts_up_, most_sharers));
    result.answered = 0;
  }
  return result;
}

void Engine::decide(std::uint32_t walk, Instant now) {
  HostWalk& asked = walks_[walk];
  // The last probe may have left later than its pass ended, or still wait for room in the link.
  if (asked.in_outbox > 0) return park(walk, now + 1ms);
  const Instant waited = asked.last_sent + wait_of(asked);
  // As late as that it is known what loss probes of this pass have come to. Where the stack alone answers they hold up
  // nobody once all of them are answered.
  const net::IpAddress& address = asked.target->address;
  const bool has_probes = asked.acquaintance && asked.acquaintance->open_asked > 0 &&
                          (silence_of(asked) == settings_.silence || loss_probes_.waits_for(address));
  const Instant due = has_probes ? std::max(waited, asked.last_sent + loss_probes_.timeout_of(address) + 1ns) : waited;
  if (now < due) return park(walk, std::max(waited, std::min(due, now + 5ms)));
  // What has arrived meanwhile may still stand in the link's queue.
  if (heard_ < due) return park(walk, now + 1ns);

  if (asked.limits_errors() && asked.acquaintance->errors->puts_again()) ++asked.acquaintance->twice;
  if (asked.only_turns) return wants_turns(asked) ? start_pass(walk, now) : judge_silent(walk);
  const PassResult result = result_of_pass(asked, now);
  const bool finds_limit = look_for_error_limit(asked, result, now);
  const double sharers = finds_hosts() ? 1 : static_cast<double>(settings_.hosts);
  const PassLimits limits{.max_retries = settings_.timing.max_retries,
                          .acceptable_misses = acceptable_misses / sharers};
  const PassDecision decision = after_pass(result, limits);
  const bool came_back = comes_back(asked);
  // What this machine would not send then, it may send now; for how long it will not, nothing tells.
  const bool ask_refused = asked.refused > 0 && asked.passes < passes_of_refused && asked.passes <= limits.max_retries;
  const bool may_again = !asked.limits_errors() || attempts_left(asked) > 0;
  const bool again =
      may_again && (decision.next == PassDecision::Next::again || came_back || ask_refused || finds_limit);
  if (!again && asked.answered() < job_.questions.size()) {
    if (const Instant at = silence_at(asked); std::min(now, heard_) < at) return park(walk, std::max(now + 1ns, at));
    if (asks_whether_there(walk, now)) return;
  }
  asked.hidden = static_cast<float>(decision.hidden);
  if (decision.open_are_late) asked.known().open_are_late = true;
  asked.least_loss = std::min(asked.least_loss, static_cast<float>(result.loss));
  if (!finds_hosts() && !asked.limits_errors()) {
    weigh_late_answers(result, now);
    if (const double limit = came_back ? slow_rate_of(asked, now) : decision.limit; limit > 0) {
      suspect_limit(walk, limit, now);
    }
  }
  if (!again && !wants_turns(asked)) return judge_silent(walk);
  asked.only_turns = !again;
  start_pass(walk, now);
}

void Engine::start_pass(std::uint32_t walk, Instant now) {
  HostWalk& again = walks_[walk];
  const Duration limited = again.limits_errors() ? Duration::zero() : spread_of(again);
  const Duration spread = limited > Duration::zero() ? limited : idle_spread(again, now);
  if (again.acquaintance || spread > Duration::zero())
    again.known().pass_gap = longest_gap(spread / std::max(1U, again.asked));
  again.position = 0;
  again.asked = 0;
  if (again.limits_errors()) again.acquaintance->errors->begin_pass(attempts_left(again) > 1);
  // What is asked in other ways says nothing about the rest, of which the last pass stands.
  if (again.acquaintance && !again.only_turns) {
    again.acquaintance->answered_before = again.acquaintance->answered;
    again.acquaintance->open_before = again.acquaintance->open;
    again.acquaintance->asked_whether_there = 0;
    again.acquaintance->open_asked = 0;
    again.acquaintance->errors_in_pass = 0;
    again.acquaintance->tokens_asked = 0;
    again.acquaintance->tokens_left = 0;
    again.acquaintance->limit_is_new = false;
    again.acquaintance->turns = 0;  // what a limit has saved up lets the first ones through
  }
  note_losses_so_far(again);
  if (spread > Duration::zero()) {
    if (limited > Duration::zero()) ++again.acquaintance->spreads;
    // Hosts of which there is only one question left are to be spread as well.
    again.phase = HostWalk::Phase::spaced;
    return park(walk, now + duration_of(random_.unit() * seconds_of(again.acquaintance->pass_gap)));
  }
  again.phase = HostWalk::Phase::active;
  active_.push_back({walk, again.serial});
}

void Engine::give_up_through(std::uint32_t interface) {
  for (const std::uint32_t walk : walks_.numbers()) {
    HostWalk& asked = walks_[walk];
    if (!asked.at_work() || asked.target->path->interface != interface) continue;
    for (std::uint32_t question = 0; question < job_.questions.size(); ++question) {
      if (!VerdictCodes::is_verdict(asked.ledger.code(question))) mark(asked, question, VerdictCodes::refused);
    }
    asked.passes = std::max<std::uint16_t>(asked.passes, 1);  // what it has not come to is refused as well
    loss_probes_.forget(asked.target->address);
    finish(walk);
  }
}

// It is asked nothing any more, whether it was before or not.
void Engine::leave_work(std::uint32_t walk) {
  const HostWalk& asked = walks_[walk];
  if (!asked.at_work()) return;
  --working_;
  settled_ += job_.questions.size() - asked.answered();
}

void Engine::finish(std::uint32_t walk) {
  HostWalk& finished = walks_[walk];
  if (finished.phase == HostWalk::Phase::done) return;
  leave_work(walk);
  finished.phase = HostWalk::Phase::done;
  done_.push_back(walk);
}

// ---- telling ------------------------------------------------------------------------------------

Instant Engine::wake_at(Instant now) const {
  if (empty()) return Instant::max();
  const bool sending = !outbox_.has_left() || !active_.empty();
  Instant at = sending ? std::max(now, pacer_.next()) : Instant::max();
  if (!parked_.empty()) at = std::min(at, parked_.first());
  return at;
}

WalkOutcome Engine::outcome(std::uint32_t walk) const {
  const HostWalk& asked = walks_[walk];
  WalkOutcome outcome{
      .done = !asked.at_work(),
      .timed_out = asked.timed_out,
      .up = asked.up,
      .answered = asked.answered(),
      .never_asked =
          (asked.passes == 0 ? static_cast<std::uint32_t>(job_.questions.size()) - asked.asked : 0) + asked.refused,
      .refused = asked.refused,
      .round_trip = {},
      .timeout = timeout_of(asked),
      .passes = asked.passes,
      .hidden = {}};
  if (loss_is_known(asked)) {
    // Under a limit the fates of a port's attempts hang together, so that not more than one of them counts.
    outcome.hidden = met_limit(asked) ? std::max(asked.hidden, asked.least_loss) : asked.hidden;
  }
  if (!asked.acquaintance) return outcome;
  outcome.round_trip = asked.acquaintance->round_trip;
  outcome.limiter_rate = asked.acquaintance->limiter_rate;
  outcome.limiter_given_up = asked.acquaintance->limiter_given_up;
  if (const auto& errors = asked.acquaintance->errors) {
    const Acquaintance& known = *asked.acquaintance;
    outcome.errors_are_limited = asked.at_work() || known.errors_in_pass > 0 || known.limit_is_new;
    outcome.limiter_rate = errors->period() ? 1 / seconds_of(*errors->period()) : 0;
  }
  outcome.errors_may_be_limited = is_limit_unknown(asked);
  outcome.stopped_answering = asked.acquaintance->stopped;
  return outcome;
}

std::optional<LedgerEntry> Engine::verdict(std::uint32_t walk, std::uint32_t question) const {
  const auto code = walks_[walk].ledger.code(question);
  if (!VerdictCodes::is_verdict(code)) return std::nullopt;
  return codes_.entry(code);
}

double Engine::settled() const {
  double settled = static_cast<double>(settled_);
  for (const std::uint32_t number : walks_.numbers()) {
    const HostWalk& walk = walks_[number];
    const double silent = static_cast<double>(job_.questions.size() - walk.answered());
    if (!walk.at_work() || silent == 0) continue;
    const std::uint32_t asked = walk.asked - (walk.passes == 0 ? std::min(walk.asked, walk.answered()) : 0);
    const double share = walk.phase == HostWalk::Phase::waiting ? 0 : std::min(1.0, asked / silent);  // of this pass
    settled += silent * (1 - std::exp2(-walk.passes) * (1 - share / 2));
  }
  return settled;
}

// Each closed port takes a token, in this pass or another one; of the last pass what has not been asked yet.
Duration Engine::left_at_limits() const {
  Duration longest{};
  for (const std::uint32_t number : walks_.numbers()) {
    const HostWalk& walk = walks_[number];
    if (!walk.at_work() || !walk.limits_errors()) continue;
    const auto period = walk.acquaintance->errors->period();
    if (!period) continue;
    std::size_t open = job_.questions.size() - walk.answered();
    if (attempts_left(walk) == 0) open = std::min<std::size_t>(open, open_in_pass(walk));
    longest = std::max(longest, *period * static_cast<std::int64_t>(open));
  }
  return longest;
}

std::size_t Engine::open_in_pass(const HostWalk& walk) const {
  const std::size_t at_its_begin = job_.questions.size() - walk.acquaintance->answered_before;
  return at_its_begin - std::min<std::size_t>(at_its_begin, walk.asked);
}

}  // namespace portolan::engine
