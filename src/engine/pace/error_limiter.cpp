#include "engine/pace/error_limiter.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace portolan::engine {
namespace {

// Gaps between errors that tell of a period, and errors in a row that tell of a faster one than was asked for.
constexpr std::size_t enough_gaps = 3;
constexpr std::uint32_t enough_in_a_row = 4;
// So many questions without one, and they are put more slowly, up to this.
constexpr std::uint32_t too_many = 16;
constexpr Duration shortest_interval = std::chrono::milliseconds{100};
constexpr Duration longest_interval = std::chrono::seconds{2};
// A walk over the questions is to tell the period.
constexpr Duration long_enough = std::chrono::seconds{4};
// Tokens that are to be there when a question is put again: the period is known roughly, and who waits loses none.
constexpr double surely_one = 1.7;
// A gap is more than the interval by this.
constexpr double clearly = 1.5;
// What is measured is rounded up to the interval, so that each error makes the period a little shorter; one that comes
// only when the question is put again shows that it was too short, and several in a row that it was by far.
constexpr double shorter = 0.998;
constexpr double first_longer = 0.02;
constexpr double last_longer = 0.16;
// Where questions and errors are lost besides, some are answered only the second time whatever the period. It is not
// longer than what was measured by more than this.
constexpr double longest = 1.6;

Duration scaled(Duration duration, double by) { return duration_of(seconds_of(duration) * by); }

// Each gap is right to an interval, so the mean to a third of it; but where an error was lost, a gap is two.
Duration usual_of(std::array<Duration, enough_gaps> gaps) {
  std::ranges::sort(gaps);
  const bool lost = gaps[2] > scaled(gaps[1], clearly);
  return lost ? (gaps[0] + gaps[1]) / 2 : (gaps[0] + gaps[1] + gaps[2]) / 3;
}

}  // namespace

ErrorLimiter::ErrorLimiter(std::uint32_t burst, std::size_t left, Instant now)
    : burst_{std::max(1.0, 1.0 * burst)},
      longer_{first_longer},
      at_{now},
      sent_{now},
      interval_{std::clamp<Duration>(long_enough / static_cast<std::int64_t>(std::max<std::size_t>(1, left)),
                                     shortest_interval, longest_interval)} {}

double ErrorLimiter::tokens(Instant at) const {
  if (!period_) return 0;
  return std::min(burst_, tokens_ + seconds_of(at - at_) / seconds_of(*period_));
}

void ErrorLimiter::on_sent(std::uint32_t question, Instant at) {
  const Duration gap = at - std::exchange(sent_, at);
  if (!period_ && ++without_error_ >= too_many) {
    interval_ = std::min(2 * interval_, longest_interval);
    without_error_ = 0;
  }
  open_.push_back(
      {question, at, gap, std::min(gap, std::exchange(gap_, gap)), std::exchange(taken_, std::nullopt) == question});
}

void ErrorLimiter::on_error(std::uint32_t question, Instant at) {
  const auto found = std::ranges::find(open_, question, &Open::question);
  const Open asked = found != open_.end() ? *found : Open{.question = question, .sent = at};
  on_other_answer(question);
  if (!period_) return measure(asked);
  period_ = std::min(scaled(*period_, asked.again ? 1 + longer_ : shorter), scaled(measured_, longest));
  longer_ = asked.again ? std::min(2 * longer_, last_longer) : first_longer;
  // There was none when it was put first, so this was the only one.
  tokens_ = asked.again ? 0 : std::clamp(tokens(asked.sent) - 1, 0.0, burst_ - 1);
  at_ = std::max(at_, asked.sent);
}

void ErrorLimiter::on_other_answer(std::uint32_t question) {
  std::erase_if(open_, [&](const Open& open) { return open.question == question; });
  std::erase(again_, question);
}

void ErrorLimiter::measure(const Open& asked) {
  // Others may space the questions further than the interval: more than they usually do is late.
  const Duration at_most = scaled(std::max(interval_, asked.usual_gap), clearly);
  if (last_ && asked.sent > *last_) {
    const Duration gap = asked.sent - *last_;
    if (gap <= at_most) {
      ++in_a_row_;
    } else if (!saved_up_) {
      in_a_row_ = 0;
      gaps_.push_back(gap);
    }
  }
  last_ = asked.sent;
  saved_up_ = asked.gap > at_most;
  without_error_ = 0;
  if (gaps_.size() >= enough_gaps) {
    measured_ = usual_of({gaps_[gaps_.size() - 3], gaps_[gaps_.size() - 2], gaps_[gaps_.size() - 1]});
    period_ = measured_;
    at_ = asked.sent;
  } else if (in_a_row_ >= enough_in_a_row) {
    interval_ /= 2;
    in_a_row_ = 0;
    gaps_.clear();
  }
}

void ErrorLimiter::expire(Instant now, Duration timeout) {
  for (; !open_.empty() && open_.front().sent + timeout <= now; open_.pop_front()) {
    if (period_ && puts_again_ && !open_.front().again) again_.push_back(open_.front().question);
  }
}

Instant ErrorLimiter::next(Instant now, Duration timeout) const {
  if (!period_) return sent_ + interval_;
  const double free = tokens(now) - static_cast<double>(open_.size());
  const double wanted = again_.empty() ? 1 : std::min(surely_one, burst_);
  if (free >= wanted) return now;
  // Either a token comes, or one of the open questions turns out to have needed none.
  const Instant by_token = now + scaled(*period_, wanted - free);
  const Instant next = open_.empty() ? by_token : std::min(by_token, open_.front().sent + timeout);
  // It is silent once all that has arrived is read, which expire() knows.
  return std::max(next, now + Duration{1});
}

std::optional<std::uint32_t> ErrorLimiter::take_again() {
  if (again_.empty()) return std::nullopt;
  taken_ = again_.front();
  again_.pop_front();
  return taken_;
}

}  // namespace portolan::engine
