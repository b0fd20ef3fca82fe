#include "engine/pace/loss_law.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portolan::engine {
namespace {

constexpr double enough = 16;
constexpr double enough_losses = 4;
constexpr double most = 0.6;
// More than twice what is explained, and this.
constexpr double tolerated = 0.15;
// Below what came through, because that is known roughly.
constexpr double margin = 0.9;
// What a slower rate does not mend is tried at a far slower one: bursts overflow a short queue at many rates above the
// limit. Only at a rate that few limits are below it is taken for chance.
constexpr double much_slower = 0.125;
constexpr double slow_for_any = 50;
// Where more than this is lost, nothing comes through.
constexpr double nearly_all = 0.9;
// Steps by which a limited rate grows while nothing is lost; who has grown by the last of them is limited no more, or,
// where the limit is beyond doubt, who has grown to the rate before the first cut.
constexpr double first_step = 0.06;
constexpr double last_step = 0.5;
// Up to so much is lost at the limit itself.
constexpr double at_the_limit = 0.06;
// Two shares that were lost differ by more than chance where it is by so much, and by so many times what chance makes
// of so few.
constexpr double clear_difference = 0.3;
constexpr double clear_deviations = 3;
// A limit that so many loss probes at slower rates leave in doubt was none.
constexpr double enough_of_doubt = 48;
// After an outage the rate is this share of what it was before.
constexpr double after_outage = 0.25;
// A limited rate that is cut so often in a row has met something else.
constexpr int most_cuts = 3;

// Whether less is lost now than `before`, and not by chance: two shares of few, compared as usual (pooled).
bool clearly_less(const LossWindow& now, const LossWindow& before) {
  if (before.asked == 0 || now.asked == 0) return false;
  const double difference = before.share() - now.share();
  const double pooled = (before.lost + now.lost) / (before.asked + now.asked);
  const double deviation = std::sqrt(pooled * (1 - pooled) * (1 / before.asked + 1 / now.asked));
  return difference > clear_difference && difference > clear_deviations * deviation;
}

double came_through(const LossWindow& window) { return (window.asked - window.lost + 0.5) / (window.asked + 1); }

// Where few of them were asked, because most was lost, that is known roughly: so much may have come through as well.
double may_come_through(const LossWindow& window) {
  return window.asked < enough ? (window.asked - window.lost + 2) / (window.asked + 2) : came_through(window);
}

}  // namespace

bool LossWindow::tells() const { return asked >= enough || (lost >= enough_losses && share() >= most); }

void LossWindow::add(bool is_lost, double at_rate) {
  asked += 1;
  if (is_lost) lost += 1;
  rate = std::max(rate, at_rate);
}

std::optional<double> LossLaw::judge(const LossWindow& window, double rate, double explained) {
  const double share = window.share();
  const double usual = std::max(chance_, explained);
  if (share <= std::min(2 * usual + tolerated, (1 + usual) / 2)) return in_order(window, rate);
  return too_much(window, rate);
}

std::optional<double> LossLaw::in_order(const LossWindow& window, double rate) {
  const double share = window.share();
  if (state_ == State::watching) {
    chance_ += (share - chance_) / 4;
    return std::nullopt;
  }
  cuts_ = 0;
  // Where nothing at all came through, however slowly it was asked, the path was down, which says nothing about rates.
  // A limit far below would look the same, but not twice.
  const bool was_down = is_dark() && (outages_ == Outages::yes ? always_nothing_ : was_silent_);
  if (was_down && !std::exchange(was_outage_, true)) {
    if (outages_ == Outages::yes) {
      state_ = State::watching;
      return std::max(rate, after_outage * tried_from_);
    }
    state_ = State::limited;
    recovers_ = true;
  }
  if (recovers_) {
    if (share > chance_ + at_the_limit) return std::nullopt;
    if (2 * rate < tried_from_) return 2 * rate;
    recovers_ = false;
    state_ = State::watching;
    return tried_from_;
  }
  if (state_ != State::limited) {
    state_ = State::limited;
    step_ = first_step;
  }
  weigh_doubt(window);
  if (share > chance_ + at_the_limit) {
    step_ = first_step;
    return std::nullopt;
  }
  // While it looks for the limit the caller goes slower than what came through, perhaps by far.
  const double doubled = std::min(estimate_, 2 * rate);
  if (doubled > rate * (1 + step_)) return doubled;
  const double grown = rate * (1 + step_);
  if (step_ >= last_step && (!was_limited_ || grown >= tried_from_)) state_ = State::watching;
  step_ = std::min(2 * step_, last_step);
  return grown;
}

std::optional<double> LossLaw::too_much(const LossWindow& window, double rate) {
  recovers_ = false;
  const double through = came_through(window);
  const double left_at = window.rate > 0 ? window.rate : rate;
  const double slower = std::max(left_at * margin * through, lowest_);
  // It has fallen that far already, for other reasons.
  if (state_ == State::watching && left_at * through >= rate) return std::nullopt;
  estimate_ = left_at * margin * may_come_through(window);
  if (state_ == State::limited) weigh_doubt(window);
  if (state_ == State::limited && !was_limited_ && rate <= slow_for_any && below_.asked >= enough_of_doubt) {
    chance_ = below_.share();
    state_ = State::watching;
    return tried_from_;
  }
  // A limit is known: the rate has only grown beyond it.
  if (state_ == State::limited && ++cuts_ < most_cuts) {
    step_ = first_step;
    return slower;
  }
  was_silent_ = was_silent_ && is_dark();
  nothing_came_ = window.share() > nearly_all;
  always_nothing_ = nothing_came_ && (always_nothing_ || state_ != State::trying);
  if (state_ != State::trying) {
    begin_search(rate, through, window);
    return slower;
  }
  if (clearly_less(window, first_)) was_limited_ = shows_limit_ = true;
  if ((nothing_came_ || shows_limit_) && rate <= lowest_) return std::nullopt;
  const bool mended = through > 1.4 * came_through_;
  came_through_ = std::max(came_through_, through);
  if (nothing_came_ || mended || shows_limit_) return slower;
  if (rate > slow_for_any) return std::max(rate * much_slower, 0.9 * slow_for_any);
  chance_ = window.share();
  state_ = State::watching;
  return tried_from_;
}

// What was found earlier proves nothing now: a limit may have gone, and chance be at work.
void LossLaw::begin_search(double rate, double through, const LossWindow& first) {
  state_ = State::trying;
  tried_from_ = rate;
  came_through_ = through;
  first_ = first;
  below_ = {};
  shows_limit_ = false;
}

// A little less loss than before may be chance as well.
void LossLaw::weigh_doubt(const LossWindow& window) {
  below_.asked += window.asked;
  below_.lost += window.lost;
  was_limited_ = was_limited_ || clearly_less(below_, first_);
}

void LossLaw::give_up_search() {
  if (state_ != State::trying) return;
  state_ = State::limited;
  estimate_ = 0;
  step_ = first_step;
}

void LossLaw::suspect(double rate) {
  if (state_ != State::watching) return;
  begin_search(rate, 0, {});
  estimate_ = 0;
}

}  // namespace portolan::engine
