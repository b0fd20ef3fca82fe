#include "engine/pace/error_limiter.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace portolan::engine {
namespace {

// Gaps between errors that tell of a period, and errors in a row that tell of a faster one than was asked for.
constexpr std::size_t enough_gaps = 2;
constexpr std::uint32_t enough_in_a_row = 4;
// So many questions without one, and they are put more slowly, up to this.
constexpr std::uint32_t too_many = 16;
constexpr Duration shortest_interval = std::chrono::milliseconds{100};
constexpr Duration longest_interval = std::chrono::seconds{2};
// A walk over the questions is to tell the period.
constexpr Duration long_enough = std::chrono::seconds{4};
// Tokens that are to be there when a question is put again: the period is known roughly.
constexpr double surely_one = 1.3;
// A gap is more than the interval by this.
constexpr double clearly = 1.5;
// What is measured is rounded up to the interval, so that each error makes the period a little shorter; one that comes
// only when the question is put again shows that it was too short.
constexpr double shorter = 0.998;
constexpr double longer = 1.02;

Duration scaled(Duration duration, double by) { return duration_of(seconds_of(duration) * by); }

}  // namespace

ErrorLimiter::ErrorLimiter(std::uint32_t burst, std::size_t left, Instant now)
    : burst_{std::max(1.0, 1.0 * burst)},
      at_{now},
      sent_{now},
      interval_{std::clamp<Duration>(long_enough / static_cast<std::int64_t>(std::max<std::size_t>(1, left)),
                                     shortest_interval, longest_interval)} {}

double ErrorLimiter::tokens(Instant at) const {
  if (!period_) return 0;
  return std::min(burst_, tokens_ + seconds_of(at - at_) / seconds_of(*period_));
}

void ErrorLimiter::on_sent(std::uint32_t question, Instant at) {
  sent_ = at;
  if (!period_ && ++without_error_ >= too_many) {
    interval_ = std::min(2 * interval_, longest_interval);
    without_error_ = 0;
  }
  open_.push_back({question, at, std::exchange(taken_, std::nullopt) == question});
}

void ErrorLimiter::on_error(std::uint32_t question, Instant at) {
  const auto found = std::ranges::find(open_, question, &Open::question);
  const Instant sent = found != open_.end() ? found->sent : at;
  const bool put_again = found != open_.end() && found->again;
  on_other_answer(question);
  if (!period_) return measure(sent);
  period_ = scaled(*period_, put_again ? longer : shorter);
  // There was none when it was put first, so this was the only one.
  tokens_ = put_again ? 0 : std::clamp(tokens(sent) - 1, 0.0, burst_ - 1);
  at_ = std::max(at_, sent);
}

void ErrorLimiter::on_other_answer(std::uint32_t question) {
  std::erase_if(open_, [&](const Open& open) { return open.question == question; });
  std::erase(again_, question);
}

void ErrorLimiter::measure(Instant sent) {
  if (last_ && sent > *last_) {
    const Duration gap = sent - *last_;
    if (gap > scaled(interval_, clearly)) {
      in_a_row_ = 0;
      gaps_.push_back(gap);
    } else {
      ++in_a_row_;
    }
  }
  last_ = sent;
  without_error_ = 0;
  if (gaps_.size() >= enough_gaps) {
    // What had been saved up before makes gaps shorter, losses make them longer.
    period_ = std::min(gaps_[gaps_.size() - 1], gaps_[gaps_.size() - 2]);
    at_ = sent;
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
  return open_.empty() ? by_token : std::min(by_token, open_.front().sent + timeout);
}

std::optional<std::uint32_t> ErrorLimiter::take_again() {
  if (again_.empty()) return std::nullopt;
  taken_ = again_.front();
  again_.pop_front();
  return taken_;
}

}  // namespace portolan::engine
