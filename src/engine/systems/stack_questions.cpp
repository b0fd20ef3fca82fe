#include "engine/systems/stack_questions.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "probe/cookie.h"
#include "probe/registry.h"
#include "probe/stack.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::StackAnswer;
using model::StackQuestion;

// Hosts that are asked at a time.
constexpr std::size_t most_asked = 1024;
// Between two questions to a host: it is asked odd things, and shall not take them for an attack on its limits.
constexpr Duration gap = 25ms;
// Between the two SYNs that are alike, so that clocks and counters of the host have moved.
constexpr Duration pair_gap = 200ms;
constexpr Duration shortest_wait = 300ms;
// In the place of a technique's number, so that no cookie of the engine or of hops is one of these.
constexpr std::uint8_t cookie_technique = UINT8_MAX - 1;

}  // namespace

StackQuestions::StackQuestions(const EngineSettings& settings, int tries, Pacer& pacer)
    : settings_{settings}, tries_{std::max(1, tries)}, pacer_{pacer}, outbox_{settings.batch} {}

// ---- entering and leaving -----------------------------------------------------------------------

void StackQuestions::enter(Target target, Instant now) {
  now_ = now;
  ++entered_;
  if (asked_.size() < most_asked) {
    start(std::move(target));
  } else {
    waiting_.push_back(std::move(target));
  }
}

void StackQuestions::start(Target target) {
  const std::uint32_t number = asked_.add();
  Asking& asking = asked_[number];
  by_address_[target.target.address.without_zone()] = number;
  asking.slots.resize(target.questions.size());
  for (const StackAsked& asked : target.questions) {
    if (asked.hop_limit == 0) continue;
    const auto dress = shortened_.try_emplace(asked.hop_limit, settings_.dress).first;
    dress->second.hop_limit = asked.hop_limit;
  }
  asking.target = std::move(target);
  asking.serial = ++last_serial_;
  asking.began = asking.last_sent = now_;
  go_on(number);
}

void StackQuestions::finish(std::uint32_t number) {
  Asking& asking = asked_[number];
  Done done{asking.target.host, {}};
  for (std::size_t i = 0; i < asking.slots.size(); ++i) {
    StackAnswer answer;
    answer.question = asking.target.questions[i].question;
    answer.port = asking.target.questions[i].port;
    answer.ipv6 = !asking.target.target.address.is_v4();
    // What this machine would not send has no answer, and no silence either.
    if (asking.slots[i].answer) answer = *asking.slots[i].answer;
    if (asking.slots[i].attempts > 0) done.answers.push_back(std::move(answer));
  }
  done_.push_back(std::move(done));
  withdraw(asking.serial);
  by_address_.erase(asking.target.target.address.without_zone());
  asked_.remove(number);
  if (waiting_.empty()) return;
  Target next = std::move(waiting_.front());
  waiting_.pop_front();
  start(std::move(next));
}

// What stands in the outbox refers to the path.
void StackQuestions::withdraw(std::uint32_t serial) {
  outbox_.withdraw([serial](const Pending& pending) { return pending.serial == serial; });
}

std::vector<StackQuestions::Done> StackQuestions::take_done() { return std::exchange(done_, {}); }

void StackQuestions::give_up_through(std::uint32_t interface) {
  std::erase_if(waiting_, [&](const Target& target) {
    const bool gone = target.target.path->interface == interface;
    if (gone) done_.push_back({target.host, {}});
    return gone;
  });
  for (const std::uint32_t number : asked_.numbers()) {
    if (asked_[number].serial != 0 && asked_[number].target.target.path->interface == interface) finish(number);
  }
}

// ---- asking -------------------------------------------------------------------------------------

probe::Attempt StackQuestions::attempt(const Asking& asking, std::size_t question, std::uint8_t number) const {
  const StackAsked& asked = asking.target.questions[question];
  const net::Path& path = *asking.target.target.path;
  const net::IpAddress target = asking.target.target.address.without_zone();
  const auto tag = static_cast<std::uint16_t>(settings_.tag_base + question * stack_attempts + number % stack_attempts);
  const auto variant =
      static_cast<std::uint8_t>(static_cast<std::uint8_t>(asked.question) | (asked.second ? probe::second_stack : 0));
  const auto cookie = probe::cookie_of(settings_.key, {.source = path.source,
                                                       .target = target,
                                                       .port = asked.port,
                                                       .tag = tag,
                                                       .technique = cookie_technique,
                                                       .variant = variant});
  return {.path = path,
          .target = target,
          .port = asked.port,
          .variant = variant,
          .tag = tag,
          .cookie = cookie,
          .dress = asked.hop_limit == 0 ? settings_.dress : shortened_.at(asked.hop_limit),
          .number = number};
}

Duration StackQuestions::wait_of(const Asking& asking) const {
  const plan::Timing& t = settings_.timing;
  const Duration known = std::max(asking.longest, asking.target.round_trip.value_or(Duration::zero()));
  if (known == Duration::zero()) return t.initial_rtt_timeout;
  return std::clamp(4 * known, std::min(shortest_wait, t.max_rtt_timeout), std::max(shortest_wait, t.max_rtt_timeout));
}

// When its next question may leave.
Instant StackQuestions::due_at(const Asking& asking) const {
  Instant due = asking.last_sent + std::max(gap, settings_.timing.scan_delay);
  const auto& questions = asking.target.questions;
  if (questions[asking.next].question != StackQuestion::syn_again) return due;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i].question == StackQuestion::syn_full) due = std::max(due, asking.slots[i].sent + pair_gap);
  }
  return due;
}

bool StackQuestions::asks_next(const Asking& asking) {
  const bool has_room = asking.round == 0 || asking.sent < asking.target.most_packets;
  return has_room && asking.next < asking.slots.size() && !asking.slots[asking.next].answer;
}

// To the next question that wants an answer, then through them again, once the last had its time.
void StackQuestions::go_on(std::uint32_t number) {
  Asking& asking = asked_[number];
  while (asking.round < tries_) {
    while (asking.next < asking.slots.size() && asking.slots[asking.next].answer) ++asking.next;
    if (asks_next(asking)) {
      wakes_.push({due_at(asking), number, asking.serial});
      return;
    }
    const bool all = std::ranges::all_of(asking.slots, [](const Slot& slot) { return slot.answer.has_value(); });
    if (all) break;
    const Instant judged = asking.last_sent + wait_of(asking);
    if (judged > now_) {
      wakes_.push({judged, number, asking.serial});
      return;
    }
    ++asking.round;
    asking.next = 0;
  }
  finish(number);
}

void StackQuestions::advance(Instant now, Instant heard) {
  now_ = now;
  outbox_.forget_sent();
  while (!wakes_.empty() && wakes_.top().at <= std::min(now, heard)) {
    const Wake due = wakes_.top();
    wakes_.pop();
    if (!is_current(due.number, due.serial)) continue;
    Asking& asking = asked_[due.number];
    if (asking.pending) continue;
    if (!asks_next(asking)) {
      go_on(due.number);
      continue;
    }
    if (due_at(asking) > now) {
      wakes_.push({due_at(asking), due.number, due.serial});
      continue;
    }
    asking.pending = true;
    wanted_.push_back({due.number, due.serial, asking.next});
  }
  if (outbox_.empty()) fill(now);
}

void StackQuestions::fill(Instant now) {
  const std::size_t allowed = pacer_.allowance(now, settings_.batch);
  while (outbox_.size() < allowed && !wanted_.empty()) {
    const Pending next = wanted_.front();
    wanted_.pop_front();
    if (!is_current(next.number, next.serial)) continue;
    const Asking& asking = asked_[next.number];
    outbox_.push({&probe::stack, attempt(asking, next.question, asking.slots[next.question].attempts)}, next);
  }
}

void StackQuestions::on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused) {
  if (count == 0) {
    if (!outbox_.has_left()) pacer_.on_refused(now);
    return;
  }
  now_ = now;
  sent_ += count - refused.size();
  refused_ += refused.size();
  pacer_.on_sent(count, now);
  for (std::size_t i = 0; i < count; ++i) {
    const Pending pending = outbox_.pending(i);
    if (!is_current(pending.number, pending.serial)) continue;
    Asking& asking = asked_[pending.number];
    Slot& slot = asking.slots[pending.question];
    if (std::ranges::find(refused, i) == refused.end()) ++slot.attempts;
    slot.sent = asking.last_sent = now;
    ++asking.sent;
    asking.pending = false;
    ++asking.next;
    // What is asked next, or when silence counts, is looked at in its own time: this may be inside a batch.
    wakes_.push({now, pending.number, pending.serial});
  }
  outbox_.on_sent(count);
}

Instant StackQuestions::wake_at(Instant now) const {
  if (empty()) return Instant::max();
  const bool sending = !outbox_.has_left() || !wanted_.empty();
  Instant at = sending ? std::max(now, pacer_.next()) : Instant::max();
  if (!wakes_.empty()) at = std::min(at, wakes_.top().at);
  return at;
}

// ---- answers ------------------------------------------------------------------------------------

// Only what gives the cookie of an attempt back, or quotes it, is an answer to it.
bool StackQuestions::on_packet(const wire::Packet& packet, const Received& frame) {
  const auto subject = probe::stack.subject(packet);
  if (!subject) return false;
  const auto found = by_address_.find(subject->target.without_zone());
  if (found == by_address_.end()) return false;
  Asking& asking = asked_[found->second];
  if (!came_from_asked_link(*asking.target.target.path, packet, frame)) return false;
  for (std::size_t i = 0; i < asking.slots.size(); ++i) {
    Slot& slot = asking.slots[i];
    if (asking.target.questions[i].port != subject->port) continue;
    for (int number = 0; number < std::min<int>(slot.attempts, stack_attempts); ++number) {
      const auto asked = attempt(asking, i, static_cast<std::uint8_t>(number));
      if (!probe::stack.judge(asked, packet)) continue;
      if (slot.answer) return true;
      ++answers_;
      pacer_.on_answer();
      asking.longest = std::max(asking.longest, std::max(Duration::zero(), frame.at - slot.sent));
      slot.answer = probe::read_stack_answer(asking.target.questions[i].question, packet, frame.bytes, frame.length);
      slot.answer->at = std::chrono::duration_cast<std::chrono::nanoseconds>(frame.at - asking.began).count();
      wakes_.push({frame.at, found->second, asking.serial});
      return true;
    }
  }
  return false;
}

}  // namespace portolan::engine
