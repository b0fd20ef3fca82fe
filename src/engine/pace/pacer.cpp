#include "engine/pace/pacer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// What a first contact may bear: a burst like a browser's, then a rate any host takes.
constexpr double first_rate = 5'000;
// No path that is worth scanning is slower.
constexpr double lowest_rate = 10;
// While a rate is looked for, the open questions are to last so long, at no less than this rate.
constexpr double search_seconds = 2;
constexpr double slow_for_any = 100;
constexpr double queue_floor = 500;
constexpr double fastest = 5'000'000;
// Faster than this, a rate that is too high for the path loses many probes before that shows.
constexpr double fast = 50'000;
// Sends are late by a scheduler's whim; this much may be caught up at once.
constexpr Duration catch_up = 3ms;
// A lowest rate is promised on average: what held it up, reports above all, is caught up as well.
constexpr Duration promised_catch_up = 30ms;
constexpr Duration shortest_epoch = 1ms;
// A batch is what half a millisecond brings, but no more than the kernel gains from.
constexpr double longest_batch = 0.0005;
constexpr double largest_batch = 32;
// Fewer answers in an epoch than this say little about how many there are to a probe.
constexpr std::uint64_t telling_answers = 64;

}  // namespace

Pacer::Pacer(const PacerLimits& limits)
    : limits_{limits}, rate_{first_rate}, loss_law_{lowest_rate, LossLaw::Outages::yes} {
  set_rate(first_rate);
}

std::size_t Pacer::allowance(Instant now, std::size_t most) {
  if (!started_) {
    started_ = true;
    next_ = now;
    epoch_.start = now;
  }
  if (now >= epoch_.start + epoch_length()) end_epoch(now);
  if (now < next()) return 0;
  const bool promised = limits_.min_rate && rate_ <= *limits_.min_rate;
  next_ = std::max(next_, now - (promised ? promised_catch_up : catch_up));
  const double due = seconds_of(now - next_) * rate_ + 1;
  return due >= static_cast<double>(most) ? most : static_cast<std::size_t>(due);
}

double Pacer::batch() const { return std::clamp(rate_ * longest_batch, 1.0, largest_batch); }

Instant Pacer::next() const { return next_ + duration_of((batch() - 1) / rate_); }

void Pacer::on_sent(std::size_t frames, Instant) {
  next_ += duration_of(static_cast<double>(frames) / rate_);
  epoch_.sent += frames;
}

void Pacer::on_refused(Instant now) {
  ++epoch_.refused;
  next_ = std::max(next_, now + 100us);
}

void Pacer::on_round_trip(std::uint32_t host, Duration sample, Duration best) {
  epoch_.round_trips.add(host, sample, best);
  if (!round_trip_) round_trip_ = sample;
}

void Pacer::on_loss_probe(const LossProbe& probe, Instant now) {
  ++loss_probes_asked_;
  if (probe.lost) {
    ++loss_probes_lost_;
  } else {
    ++epoch_.answers;
  }
  if (probe.hosts_own) return;
  ++path_.asked;
  if (probe.lost) ++path_.lost;
  if (probe.sent < rate_since_) return;
  loss_window_.add(probe.host, probe.lost);
  look_at_loss(now);
}

void Pacer::take_back_loss(bool hosts_own) {
  --loss_probes_lost_;
  if (!hosts_own && path_.lost > 0) --path_.lost;
}

// How much longer than at its best the round trips of a typical host were in this epoch.
Duration Pacer::inflation() const {
  if (epoch_.round_trips.empty()) return Duration::zero();
  const auto typical = epoch_.round_trips.typical();
  return typical.mean - typical.best;
}

Duration Pacer::epoch_length() const {
  return round_trip_ ? std::max(shortest_epoch, *round_trip_) : limits_.blind_round_trip;
}

// Half again as long as each host at its best means a queue; jitter of a few milliseconds does not.
Duration Pacer::tolerated_inflation() const {
  if (epoch_.round_trips.empty()) return Duration::max();
  return epoch_.round_trips.typical().best / 2 + 5ms + base_inflation_;
}

// A queue that is filling empties at a slower rate. Round trips that stay long whatever the rate are
// somebody else's traffic, or a busy machine: no reason to crawl.
void Pacer::drain_queue() {
  const auto typical = epoch_.round_trips.typical();
  const Duration extra = typical.mean - typical.best;
  const bool no_effect = queue_cut_ && rate_ < 0.3 * queue_cut_->rate && extra > queue_cut_->inflation * 3 / 4;
  if (queue_cut_ && (no_effect || rate_ <= queue_floor)) {
    base_inflation_ = extra;
    set_rate(queue_cut_->rate / 4);
    queue_cut_.reset();
    return;
  }
  if (!queue_cut_) queue_cut_ = QueueCut{rate_, extra};
  const double fit = seconds_of(typical.best) / seconds_of(typical.mean);
  slow_down(std::clamp(1.2 * fit, 0.25, 0.7), queue_floor);
}

// While the rate doubles, so must the answers, which are to what left a round trip before; where they stop keeping up,
// the path carries no more.
bool Pacer::path_is_full(Duration length) {
  if (!slow_start_ || epoch_.answers < telling_answers || sent_last_ == 0) return false;
  const double before = round_trip_ ? std::min(1.0, seconds_of(*round_trip_) / seconds_of(length)) : 1;
  const double asked = before * static_cast<double>(sent_last_) + (1 - before) * static_cast<double>(epoch_.sent);
  const double yield = static_cast<double>(epoch_.answers) / asked;
  best_yield_ = std::max(best_yield_, yield);
  return yield < 0.75 * best_yield_;
}

// What several hosts lose at the present rate.
void Pacer::look_at_loss(Instant now) {
  if (!loss_window_.tells() && !(loss_law_.is_dark() && loss_window_.is_bright())) return;
  const LossWindow window = loss_window_.weighed();
  loss_window_.clear();
  path_loss_ = window.share();
  const auto rate = loss_law_.judge(window, rate_, 0);
  if (!rate) return;
  slow_start_ = false;
  rate_since_ = now;
  set_rate(is_searching() ? search_rate(*rate) : *rate);
}

double Pacer::search_rate(double rate) const {
  return std::max(lowest_rate, std::min(rate, std::max(slow_for_any, open_questions_ / search_seconds)));
}

void Pacer::end_search() {
  if (!is_searching()) return;
  loss_law_.give_up_search();
  loss_window_.clear();
  set_rate(search_rate(limits_.blind_rate));
}

void Pacer::suspect_limit(double through, Instant now) {
  if (loss_law_.state() != LossLaw::State::watching || loss_law_.was_down()) return;
  loss_law_.suspect(rate_);
  loss_window_.clear();
  slow_start_ = false;
  rate_since_ = now;
  set_rate(search_rate(rate_ * std::clamp(through, 0.05, 0.5)));
}

void Pacer::end_epoch(Instant now) {
  if (!epoch_.round_trips.empty()) round_trip_ = epoch_.round_trips.mean();
  const double length = seconds_of(now - epoch_.start);
  // Growing is earned only by sending what is already allowed.
  const bool used = static_cast<double>(epoch_.sent) >= 0.7 * rate_ * length;
  if (cool_down_ > 0) {
    --cool_down_;
  } else if (loss_law_.state() != LossLaw::State::watching) {
    // Below a limit the law alone says how fast; what stands in the limit's queue is its own affair.
  } else if (inflation() > tolerated_inflation()) {
    drain_queue();
  } else if (used && path_is_full(now - epoch_.start)) {
    slow_down(0.5, first_rate);
  } else if (epoch_.refused == 0 && used) {
    if (epoch_.answers > 0) {
      set_rate(rate_ * growth());
    } else if (rate_ < limits_.blind_rate) {
      set_rate(std::min(rate_ * 1.5, limits_.blind_rate));
    }
  }
  sent_last_ = epoch_.sent;
  epoch_ = Epoch{};
  epoch_.start = now;
}

double Pacer::growth() {
  queue_cut_.reset();
  // What the present rate does shows only in the next epoch. Slow rates go beyond it meanwhile, fast ones wait for
  // that.
  if (slow_start_ && rate_ >= fast) cool_down_ = 1;
  if (slow_start_) return 2;
  return inflation() < tolerated_inflation() / 4 ? 1.25 : 1.1;
}

void Pacer::slow_down(double factor, double floor) {
  slow_start_ = false;
  cool_down_ = 1;
  if (rate_ > floor) set_rate(std::max(floor, rate_ * factor));
}

void Pacer::set_rate(double rate) {
  rate = std::min(rate, fastest);
  if (limits_.min_rate) rate = std::max(rate, *limits_.min_rate);
  if (limits_.max_rate) rate = std::min(rate, *limits_.max_rate);
  rate_ = rate;
}

}  // namespace portolan::engine
