#include "engine/pacer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// What a first contact may bear: a burst like a browser's, then a rate any host takes.
constexpr double first_rate = 5'000;
// Reduced for loss, the rate stays above this: below it a rate limiter is the likelier cause, and
// that is handled host by host.
constexpr double loss_floor = 1'000;
constexpr double queue_floor = 500;
constexpr double fastest = 5'000'000;
// Sends are late by a scheduler's whim; this much may be caught up at once.
constexpr Duration catch_up = 3ms;
constexpr Duration shortest_epoch = 1ms;
// A batch is what half a millisecond brings, but no more than the kernel gains from.
constexpr double longest_batch = 0.0005;
constexpr double largest_batch = 32;
// Fewer answers in an epoch than this say little about how many there are to a probe.
constexpr std::uint64_t telling_answers = 64;
constexpr std::uint64_t loss_window = 16;

}  // namespace

Pacer::Pacer(const PacerLimits& limits) : limits_{limits}, rate_{first_rate} { set_rate(first_rate); }

std::size_t Pacer::allowance(Instant now, std::size_t most) {
  if (!started_) {
    started_ = true;
    next_ = now;
    epoch_.start = now;
  }
  if (now >= epoch_.start + epoch_length()) end_epoch(now);
  if (now < next()) return 0;
  next_ = std::max(next_, now - catch_up);
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

void Pacer::on_round_trip(Duration sample, Duration best) {
  ++epoch_.round_trips;
  epoch_.round_trip_sum += sample;
  epoch_.best_sum += best;
  if (!round_trip_) round_trip_ = sample;
}

void Pacer::on_loss_probe(bool lost) {
  ++loss_probes_asked_;
  ++window_asked_;
  if (lost) {
    ++loss_probes_lost_;
    ++window_lost_;
  } else {
    ++epoch_.answers;
  }
}

double Pacer::loss() const {
  return (static_cast<double>(loss_probes_lost_) + 0.5) / (static_cast<double>(loss_probes_asked_) + 1);
}

Duration Pacer::epoch_length() const {
  return round_trip_ ? std::max(shortest_epoch, *round_trip_) : limits_.blind_round_trip;
}

// How much longer than each host's best the round trips of this epoch were, on average.
Duration Pacer::inflation() const {
  if (epoch_.round_trips == 0) return Duration::zero();
  return (epoch_.round_trip_sum - epoch_.best_sum) / static_cast<std::int64_t>(epoch_.round_trips);
}

// Half again as long as each host at its best means a queue; jitter of a few milliseconds does not.
Duration Pacer::tolerated_inflation() const {
  if (epoch_.round_trips == 0) return Duration::max();
  const Duration best = epoch_.best_sum / static_cast<std::int64_t>(epoch_.round_trips);
  return best / 2 + 5ms + base_inflation_;
}

// A queue that is filling empties at a slower rate. Round trips that stay long whatever the rate are
// somebody else's traffic, or a busy machine: no reason to crawl.
void Pacer::drain_queue() {
  const Duration extra = inflation();
  const bool no_effect = queue_cut_ && rate_ < 0.3 * queue_cut_->rate && extra > queue_cut_->inflation * 3 / 4;
  if (queue_cut_ && (no_effect || rate_ <= queue_floor)) {
    base_inflation_ = extra;
    set_rate(queue_cut_->rate / 4);
    queue_cut_.reset();
    return;
  }
  if (!queue_cut_) queue_cut_ = QueueCut{rate_, extra};
  const double fit = seconds_of(epoch_.best_sum) / seconds_of(epoch_.round_trip_sum);
  slow_down(std::clamp(1.2 * fit, 0.25, 0.7), queue_floor);
}

// While the rate doubles, so must the answers; where they stop keeping up, the path carries no more.
bool Pacer::path_is_full() {
  if (!slow_start_ || epoch_.answers < telling_answers || sent_last_ == 0) return false;
  const double yield = static_cast<double>(epoch_.answers) / static_cast<double>(sent_last_);
  best_yield_ = std::max(best_yield_, yield);
  return yield < 0.75 * best_yield_;
}

// Loss that grows with the rate is congestion: go slower. Loss that a slower rate does not mend is the
// path's own, or a rate limiter's work, and slowing down for it would only cost time.
void Pacer::look_at_loss() {
  if (window_asked_ < loss_window) return;
  const double loss = static_cast<double>(window_lost_) / static_cast<double>(window_asked_);
  window_asked_ = 0;
  window_lost_ = 0;
  if (loss <= 2 * base_loss_ + 0.15) {
    base_loss_ += (loss - base_loss_) / 4;
    cut_.reset();
    return;
  }
  if (cut_ && loss > 0.8 * cut_->loss) {
    base_loss_ = loss;
    set_rate(cut_->rate);
    cut_.reset();
    return;
  }
  cut_ = Cut{rate_, loss};
  slow_down(0.5, loss_floor);
}

void Pacer::end_epoch(Instant now) {
  if (epoch_.round_trips > 0) {
    round_trip_ = epoch_.round_trip_sum / static_cast<std::int64_t>(epoch_.round_trips);
  }
  const double length = seconds_of(now - epoch_.start);
  // Growing is earned only by sending what is already allowed.
  const bool used = static_cast<double>(epoch_.sent) >= 0.7 * rate_ * length;
  const bool filling = inflation() > tolerated_inflation();
  if (cool_down_ > 0) {
    --cool_down_;
    if (cool_down_ == 0) window_asked_ = window_lost_ = 0;  // what left at the old rate
  } else if (filling) {
    drain_queue();
  } else if (used && path_is_full()) {
    slow_down(0.5, loss_floor);
  } else if (look_at_loss(); cool_down_ > 0) {
    // slowed down for loss
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
