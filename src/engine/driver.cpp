#include "engine/driver.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/filters/host_filters.h"
#include "engine/pace/silence.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// No port is told silent sooner after it was first asked, or sooner than after the template's first wait: its answer
// may need much longer than those of other ports.
constexpr Duration shortest_silence = 500ms;

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

Driver::Driver(const plan::Plan& plan, const World& world, model::PromptSink& sink)
    : world_{world},
      sink_{sink},
      pacer_{limits_of(plan.timing)},
      seeds_{plan.seed},
      lost_links_{world.routes},
      began_{world.clock.now()},
      rate_at_{began_} {
  settings_.timing = plan.timing;
  const HashKey of_seed{seeds_(), seeds_()};
  settings_.key = world.key.value_or(of_seed);
  settings_.dress = plan.dress;
  settings_.ignore_resets = plan.ignore_resets;
  settings_.batch = world.link.limits().batch;
  // Those of other shards too: what may be missed is one sum.
  settings_.hosts = plan.targets.size() + (world.late == nullptr ? 0 : world.late->pending());
  EngineSettings settings = settings_;
  settings.tag_base = static_cast<std::uint16_t>(world.tag_base + 2 * tags_an_engine);
  if (plan.traceroute) {
    traceroute_.emplace(settings, pacer_);
    settings.tag_base += hop_tags;
  }
  if (plan.systems) {
    systems_.emplace(settings, plan.systems->tries, pacer_);
    settings.tag_base += stack_tags;
  }
  if (plan.firewall) filters_.emplace(settings, filter_tries, pacer_);
}

Stage& Driver::open(std::string_view task, Job job, AnswerListener& listener, std::optional<Duration> link_wait) {
  EngineSettings settings = settings_;
  settings.seed = seeds_();
  settings.tag_base = world_.tag_base;
  if (job.goal == Job::Goal::every_question) {
    settings.tag_base += tags_an_engine;
  } else {
    settings.dress.tcp_flags.reset();  // hosts are found by what these probes are known for
  }
  Duration& wait = settings.timing.initial_rtt_timeout;
  settings.silence = std::min(wait, shortest_silence);
  if (link_wait) {
    // Two such waits are waited for whoever says nothing.
    settings.silence = std::min(wait, *link_wait) * (settings.timing.max_retries > 0 ? 2 : 1);
    wait = settings.silence / questions_in_silence;
  }
  return stages_.emplace_back(task, std::move(job), settings, pacer_, listener);
}

bool Driver::stopped() {
  if (world_.control != nullptr && world_.control->stop_requested()) stopped_ = true;
  return stopped_;
}

bool Driver::is_working() const {
  if (traceroute_ && traceroute_->working() > 0) return true;
  if (systems_ && systems_->working() > 0) return true;
  if (filters_ && filters_->working() > 0) return true;
  return std::ranges::any_of(stages_, [](const Stage& stage) { return stage.engine.working() > 0; });
}

std::size_t Driver::sendable() const {
  std::size_t hosts = 0;
  for (const Stage& stage : stages_) hosts += stage.engine.sendable();
  return hosts;
}

// ---- the loop -----------------------------------------------------------------------------------

Result<void> Driver::turn(Instant wake, std::size_t enough) {
  if (auto begun = begin_tasks(); !begun) return begun;
  if (auto left = send(); !left) return left;
  give_up_lost_links();
  if (auto done = sink_.catch_up(); !done) return done;
  const Instant now = world_.clock.now();
  const bool nobody_works = !is_working();
  wake = sendable() < enough ? now : std::min(wake, lost_links_.next());
  for (const Stage& stage : stages_) {
    // Who is done is not to wait until something else happens; nor who is judged, where nobody is at work any more.
    const bool at_once = stage.engine.has_done() || (nobody_works && stage.engine.has_judged());
    wake = std::min(wake, at_once ? now : stage.engine.wake_at(now));
  }
  if (traceroute_) wake = std::min(wake, traceroute_->has_done() ? now : traceroute_->wake_at(now));
  for (const auto* asker : {&systems_, &filters_}) {
    if (*asker) wake = std::min(wake, (*asker)->has_done() ? now : (*asker)->wake_at(now));
  }
  const auto arrived = world_.link.receive(wake);
  if (!arrived) return fail(arrived.error());
  // Frames come in the order of their arrival. Where there was none, there is none from before the call either.
  heard_ = std::max(heard_, arrived->empty() ? now : arrived->back().at);
  receive(*arrived);
  if (world_.control != nullptr && world_.control->progress_due()) return report_progress();
  return {};
}

// What is known of all stages together, told to the one pacer.
void Driver::brief_pacer() {
  double open = 0;
  for (const Stage& stage : stages_) open += stage.engine.open_questions();
  pacer_.set_open_questions(open);
  if (!pacer_.is_searching()) return;
  const bool measurable = std::ranges::any_of(stages_, [](const Stage& s) { return s.engine.can_measure_loss(); });
  if (!measurable) pacer_.end_search();
}

Result<void> Driver::send() {
  brief_pacer();
  ++first_;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (auto done = send_of(stages_[(first_ + i) % stages_.size()].engine); !done) return done;
  }
  for (auto* asker : {&systems_, &filters_}) {
    if (!*asker) continue;
    if (auto done = send_of(**asker); !done) return done;
  }
  return traceroute_ ? send_of(*traceroute_) : Result<void>{};
}

template <class Asker>
Result<void> Driver::send_of(Asker& asker) {
  if (asker.empty()) return {};
  asker.advance(world_.clock.now(), heard_);
  const auto shots = asker.outbox();
  if (shots.empty()) return {};
  // The time before the call: should this thread lose the processor inside it, round trips come out
  // too long, which does no harm; too short, they would pass for the best that the path can do.
  const Instant before = world_.clock.now();
  const auto sent = world_.link.send(shots);
  if (!sent) return fail(sent.error());
  lost_links_.note(shots.first(*sent), world_.link.refused_shots(), before);
  asker.on_sent(*sent, before, world_.link.refused_shots());
  return {};
}

// Nobody waits for what can never leave.
void Driver::give_up_lost_links() {
  for (const std::uint32_t interface : lost_links_.take_lost(world_.clock.now())) {
    for (Stage& stage : stages_) stage.engine.give_up_through(interface);
    if (traceroute_) traceroute_->give_up_through(interface);
    if (systems_) systems_->give_up_through(interface);
    if (filters_) filters_->give_up_through(interface);
  }
}

void Driver::receive(std::span<const Received> frames) {
  for (const Received& frame : frames) {
    if (frame.damaged) continue;
    const auto packet = wire::parse(frame.type, frame.bytes);
    if (!packet) continue;
    // ARP and neighbour discovery do not say who asked: a gateway may be a target as well.
    const bool says_who_asked = !std::holds_alternative<wire::ArpReply>(packet->content) &&
                                !std::holds_alternative<wire::NeighbourAdvertisement>(packet->content);
    const auto is_for = [&](Stage& stage) { return stage.engine.on_packet(*packet, frame) && says_who_asked; };
    if (std::ranges::any_of(stages_, is_for)) continue;
    if (systems_ && systems_->on_packet(*packet, frame)) continue;
    if (filters_ && filters_->on_packet(*packet, frame)) continue;
    if (traceroute_) traceroute_->on_packet(*packet, frame);
  }
}

// ---- telling ------------------------------------------------------------------------------------

Result<void> Driver::begin_tasks() {
  for (Stage& stage : stages_) {
    if (stage.began || stage.engine.entered() == 0) continue;
    stage.began = world_.clock.now();
    if (stage.task.empty()) continue;
    if (auto done = sink_.on(model::TaskBegin{task(stage)}); !done) return done;
  }
  if (systems_ && systems_->entered() > 0 && !std::exchange(systems_began_, true)) {
    if (auto done = sink_.on(model::TaskBegin{task_beside(probe::stack.name)}); !done) return done;
  }
  if (filters_ && filters_->entered() > 0 && !std::exchange(filters_began_, true)) {
    if (auto done = sink_.on(model::TaskBegin{task_beside(filter_task)}); !done) return done;
  }
  if (!traceroute_ || traceroute_->entered() == 0 || std::exchange(traceroute_began_, true)) return {};
  return sink_.on(model::TaskBegin{task_beside("traceroute")});
}

Result<void> Driver::end_tasks(bool more) {
  if (more && !stopped_) return {};
  for (Stage& stage : stages_) {
    if (stage.engine.working() > 0 && !stopped_) return {};
    if (!stage.began || std::exchange(stage.ended, true) || stage.task.empty()) continue;
    if (auto done = sink_.on(model::TaskEnd{task(stage)}); !done) return done;
  }
  if (systems_ && systems_->working() > 0 && !stopped_) return {};
  if (systems_began_ && !std::exchange(systems_ended_, true)) {
    if (auto done = sink_.on(model::TaskEnd{task_beside(probe::stack.name)}); !done) return done;
  }
  if (filters_ && filters_->working() > 0 && !stopped_) return {};
  if (filters_began_ && !std::exchange(filters_ended_, true)) {
    if (auto done = sink_.on(model::TaskEnd{task_beside(filter_task)}); !done) return done;
  }
  if (!traceroute_began_ || (traceroute_->working() > 0 && !stopped_)) return {};
  if (std::exchange(traceroute_ended_, true)) return {};
  return sink_.on(model::TaskEnd{task_beside("traceroute")});
}

// Of these questions nobody knows how many there will be.
model::TaskRecord Driver::task_beside(std::string_view name) const {
  model::TaskRecord task;
  task.name = name;
  task.time = world_.wall_time();
  return task;
}

model::TaskRecord Driver::task(const Stage& stage) const {
  model::TaskRecord task;
  task.name = stage.task;
  task.time = world_.wall_time();
  task.hosts = stage.engine.entered();
  task.questions = stage.job.questions.size();
  if (found_.targets == 1) task.host = stage.engine.first_entered();
  task.finds_hosts = stage.job.goal == Job::Goal::first_sign;
  return task;
}

// The last one at work: hosts come to it through the others.
const Stage* Driver::reported_stage() const {
  const Stage* told = nullptr;
  for (const Stage& stage : stages_) {
    if (!stage.task.empty() && stage.began && stage.engine.working() > 0) told = &stage;
  }
  return told;
}

// Targets that are still to come are taken to be like those before them: as many of them reach this stage.
double Driver::fraction_of(const Stage& stage) const {
  std::uint64_t upstream = 0;
  for (const Stage& other : stages_) {
    if (&other == &stage) break;
    upstream += other.engine.working();
  }
  const double through = static_cast<double>(found_.targets_passed - std::min(found_.targets_passed, upstream));
  const double reach = static_cast<double>(stage.engine.entered()) / std::max(1.0, through);
  const double hosts =
      std::max(static_cast<double>(stage.engine.entered()), reach * static_cast<double>(found_.targets));
  const double total = hosts * static_cast<double>(stage.job.questions.size());
  return std::clamp(stage.engine.settled() / total, 0.0, 1.0);
}

Result<void> Driver::report_progress() {
  const Stage* stage = reported_stage();
  if (stage == nullptr) return {};
  const Instant now = world_.clock.now();
  const std::uint64_t all_sent = sent();
  if (now - rate_at_ > 100ms) {
    rate_ = static_cast<double>(all_sent - rate_sent_) / seconds_of(now - rate_at_);
    rate_at_ = now;
    rate_sent_ = all_sent;
  }
  model::Progress progress;
  progress.task = task(*stage);
  progress.fraction = fraction_of(*stage);
  if (progress.fraction > 0.01) {
    const double elapsed = seconds_of(now - *stage->began);
    const Duration alike = duration_of(elapsed * (1 - progress.fraction) / progress.fraction);
    progress.remaining = std::max(alike, stage->engine.left_at_limits());
    // The last stage is that of the whole scan; while hosts are still to come, that is worth saying.
    const auto last =
        std::ranges::find_if(stages_.rbegin(), stages_.rend(), [](const Stage& s) { return !s.task.empty(); });
    if (stage == &*last && found_.targets_passed < found_.targets) progress.scan_remaining = progress.remaining;
  }
  progress.elapsed = now - began_;
  progress.rate = rate_;
  progress.hosts_done = found_.hosts_done;
  progress.hosts_up = found_.hosts_up;
  progress.hosts_active = stage->engine.working();
  progress.open_found = found_.open_ports;
  return sink_.on(std::move(progress));
}

std::uint64_t Driver::sent() const {
  std::uint64_t sum = 0;
  for (const Stage& stage : stages_) sum += stage.engine.sent();
  for (const auto* asker : {&systems_, &filters_}) sum += *asker ? (*asker)->sent() : 0;
  return sum + (traceroute_ ? traceroute_->sent() : 0);
}

void Driver::sum_up(model::ScanFinished& finished) const {
  finished.time = world_.wall_time();
  finished.elapsed = world_.clock.now() - began_;
  finished.probes_sent = sent();
  for (const Stage& stage : stages_) finished.answers_seen += stage.engine.answers();
  if (traceroute_) finished.answers_seen += traceroute_->answers();
  for (const auto* asker : {&systems_, &filters_}) finished.answers_seen += *asker ? (*asker)->answers() : 0;
  finished.loss = {pacer_.loss_probes_asked(), pacer_.loss_probes_lost()};
  finished.interrupted = stopped_;
}

}  // namespace portolan::engine
