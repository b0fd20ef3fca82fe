#include "engine/driver.h"

#include <algorithm>
#include <chrono>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

PacerLimits limits_of(const plan::Timing& t) {
  PacerLimits limits{.min_rate = t.min_rate,
                     .max_rate = t.max_rate,
                     .blind_rate = t.blind_rate,
                     .blind_round_trip = std::min<Duration>(t.initial_rtt_timeout / 10, 100ms)};
  if (t.serial && t.scan_delay > Duration::zero()) {
    const double serial = 1 / seconds_of(t.scan_delay);
    limits.max_rate = limits.max_rate ? std::min(*limits.max_rate, serial) : serial;
  }
  return limits;
}

}  // namespace

Driver::Driver(const plan::Plan& plan, const World& world, model::Sink& sink)
    : world_{world},
      sink_{sink},
      pacer_{limits_of(plan.timing)},
      seeds_{plan.seed},
      began_{world.clock.now()},
      rate_at_{began_} {
  settings_.timing = plan.timing;
  settings_.key = {seeds_(), seeds_()};
  settings_.tag_base = world.tag_base;
  settings_.dress = plan.dress;
}

std::unique_ptr<Engine> Driver::engine_for(const Stage& stage, StageListener& listener) {
  EngineSettings settings = settings_;
  settings.seed = seeds_();
  if (stage.first_wait) {
    settings.timing.initial_rtt_timeout = std::min(settings.timing.initial_rtt_timeout, *stage.first_wait);
  }
  return std::make_unique<Engine>(stage.job, stage.targets, settings, pacer_, listener);
}

void Driver::begin_block(std::uint64_t through, std::uint64_t all) {
  course_ = {.block_began = world_.clock.now(), .before = course_.through, .through = through, .all = all};
}

// Later addresses are taken to be like those before them: earlier blocks where there are any, else this one, which
// can be known only in its last stage.
std::optional<Duration> Driver::scan_remaining(const Stage& stage, Duration of_stage) const {
  if (course_.through >= course_.all) return std::nullopt;
  const Duration in_block = world_.clock.now() - course_.block_began;
  const auto later = static_cast<double>(course_.all - course_.through);
  if (course_.before == 0) {
    const bool is_last = stage.job.goal == Job::Goal::every_ask;
    if (!is_last) return std::nullopt;
    return of_stage + duration_of(seconds_of(in_block + of_stage) * later / static_cast<double>(course_.through));
  }
  const double an_address = seconds_of(course_.block_began - began_) / static_cast<double>(course_.before);
  const Duration block = duration_of(an_address * static_cast<double>(course_.through - course_.before));
  return std::max(of_stage, block - in_block) + duration_of(an_address * later);
}

bool Driver::stopped() {
  if (world_.control != nullptr && world_.control->stop_requested()) stopped_ = true;
  return stopped_;
}

Result<void> Driver::run(Engine& engine, const Stage& stage, StageListener& listener) {
  const Instant began = world_.clock.now();
  const bool is_told = !stage.task.empty();
  if (is_told) {
    if (auto told = sink_.on(model::TaskBegin{task(stage)}); !told) return told;
  }
  while (!engine.finished() && !stopped()) {
    engine.advance(world_.clock.now());
    if (const auto frames = engine.outbox(); !frames.empty()) {
      // The time before the call: should this thread lose the processor inside it, round trips come out
      // too long, which does no harm; too short, they would pass for the best that the path can do.
      const Instant before = world_.clock.now();
      const auto sent = world_.link.send(frames);
      if (!sent) return fail(sent.error());
      engine.on_sent(*sent, before);
    }
    const auto arrived = world_.link.receive(engine.wake_at(world_.clock.now()));
    if (!arrived) return fail(arrived.error());
    for (const Received& frame : *arrived) engine.on_frame(frame);
    if (auto kept = listener.keep_up(engine); !kept) return kept;
    if (world_.control != nullptr && world_.control->progress_due() && is_told) {
      if (auto told = tell_progress(engine, stage, began); !told) return told;
    }
  }
  sent_ += engine.sent();
  answers_ += engine.answers();
  if (!is_told) return {};
  return sink_.on(model::TaskEnd{task(stage)});
}

model::TaskRecord Driver::task(const Stage& stage) const {
  model::TaskRecord task;
  task.name = stage.task;
  task.time = world_.wall_time();
  task.hosts = stage.targets.size();
  task.questions = stage.job.asks.size();
  if (task.hosts == 1) task.host = stage.targets[0].address;
  task.finds_hosts = stage.job.goal == Job::Goal::first_sign;
  return task;
}

Result<void> Driver::tell_progress(const Engine& engine, const Stage& stage, Instant began) {
  const Instant now = world_.clock.now();
  const std::uint64_t sent = sent_ + engine.sent();
  if (now - rate_at_ > 100ms) {
    rate_ = static_cast<double>(sent - rate_sent_) / seconds_of(now - rate_at_);
    rate_at_ = now;
    rate_sent_ = sent;
  }
  model::Progress progress;
  progress.task = task(stage);
  progress.fraction = engine.fraction();
  if (progress.fraction > 0.01) {
    const double elapsed = seconds_of(now - began);
    progress.remaining = duration_of(elapsed * (1 - progress.fraction) / progress.fraction);
    progress.scan_remaining = scan_remaining(stage, *progress.remaining);
  }
  progress.elapsed = now - began_;
  progress.rate = rate_;
  progress.hosts_done = found_.hosts_done;
  progress.hosts_up = found_.hosts_up;
  progress.hosts_active = stage.targets.size();
  progress.open_found = found_.open_ports;
  return sink_.on(progress);
}

void Driver::sum_up(model::ScanFinished& finished) const {
  finished.time = world_.wall_time();
  finished.elapsed = world_.clock.now() - began_;
  finished.probes_sent = sent_;
  finished.answers_seen = answers_;
  finished.loss = {pacer_.controls_asked(), pacer_.controls_lost()};
  finished.interrupted = stopped_;
}

}  // namespace portolan::engine
