#include "run/merged_events.h"

#include <algorithm>
#include <utility>

namespace portolan::run {
namespace {

// Only one engine tells of names, of each once.
bool is_about_a_name(const model::Remark& remark) {
  return remark.code == model::RemarkCode::unresolved || remark.code == model::RemarkCode::named_again;
}

}  // namespace

Result<void> MergedEvents::on(std::size_t engine, model::Event event) {
  if (const auto* begun = std::get_if<model::TaskBegin>(&event)) return begin(*begun);
  if (const auto* ended = std::get_if<model::TaskEnd>(&event)) return end_task(engine, ended->task);
  if (auto* progress = std::get_if<model::Progress>(&event)) return progress_of(engine, std::move(*progress));
  if (std::holds_alternative<model::OpenPort>(event)) ++open_found_[engine];
  if (const auto* remark = std::get_if<model::Remark>(&event)) {
    if (!is_about_a_name(*remark) && !remarked_.insert(remark->code).second) return {};
  }
  return sink_.on(event);
}

Result<void> MergedEvents::end(std::size_t engine, const model::ScanFinished& finished) {
  add(finished);
  ended_.insert(engine);
  progress_.erase(engine);
  if (auto done = report_ended_tasks(); !done) return done;
  const bool all_heard = !progress_.empty() && progress_.size() + ended_.size() == engines_;
  return all_heard ? report_progress() : Result<void>{};
}

void MergedEvents::add(const model::ScanFinished& finished) {
  finished_.time = std::max(finished_.time, finished.time);
  finished_.elapsed = std::max(finished_.elapsed, finished.elapsed);
  finished_.hosts_up += finished.hosts_up;
  finished_.hosts_down += finished.hosts_down;
  finished_.hosts_total += finished.hosts_total;
  finished_.probes_sent += finished.probes_sent;
  finished_.answers_seen += finished.answers_seen;
  finished_.loss.asked += finished.loss.asked;
  finished_.loss.lost += finished.loss.lost;
  finished_.never_asked += finished.never_asked;
  if (finished.expected_missed_open) {
    finished_.expected_missed_open = finished_.expected_missed_open.value_or(0) + *finished.expected_missed_open;
  }
  finished_.hosts_not_measured += finished.hosts_not_measured;
  finished_.hosts_given_up += finished.hosts_given_up;
  finished_.interrupted = finished_.interrupted || finished.interrupted;
  if (finished.success || !finished_.success) return;
  finished_.success = false;
  finished_.failure = finished.failure;
  finished_.error = finished.error;
}

Result<void> MergedEvents::begin(const model::TaskBegin& begun) {
  if (!tasks_.try_emplace(begun.task.name).second) return {};
  begun_.push_back(begun.task.name);
  return sink_.on(begun);
}

Result<void> MergedEvents::end_task(std::size_t engine, const model::TaskRecord& record) {
  Task& task = tasks_[record.name];
  const std::size_t hosts = task.record.hosts + record.hosts;
  if (task.ended.empty()) {
    task.record = record;
  } else {
    task.record.time = std::max(task.record.time, record.time);
    task.record.host.reset();
  }
  task.record.hosts = hosts;
  task.ended.insert(engine);
  return report_ended_tasks();
}

// Those that no engine at work can still take part in.
Result<void> MergedEvents::report_ended_tasks() {
  for (const std::string& name : begun_) {
    Task& task = tasks_[name];
    if (task.is_reported || task.ended.empty()) continue;
    std::set<std::size_t> done = task.ended;
    done.insert(ended_.begin(), ended_.end());
    if (done.size() < engines_) continue;
    task.is_reported = true;
    if (auto reported = sink_.on(model::TaskEnd{task.record}); !reported) return reported;
  }
  return {};
}

// An engine between two tasks has no progress to tell; nobody waits for it twice.
Result<void> MergedEvents::progress_of(std::size_t engine, model::Progress progress) {
  if (progress_.contains(engine)) {
    if (auto done = report_progress(); !done) return done;
  }
  progress_.insert_or_assign(engine, std::move(progress));
  return progress_.size() + ended_.size() < engines_ ? Result<void>{} : report_progress();
}

Result<void> MergedEvents::report_progress() {
  const model::Progress sum = sum_of_progress();
  progress_.clear();
  return sink_.on(sum);
}

// The scan is not further than its slowest part.
model::Progress MergedEvents::sum_of_progress() const {
  const auto slowest = std::ranges::min_element(
      progress_, {}, [](const auto& entry) { return std::pair{entry.second.fraction, entry.first}; });
  model::Progress sum = slowest->second;
  for (const auto& [engine, progress] : progress_) {
    if (engine == slowest->first) continue;
    if (progress.task.name == sum.task.name) sum.task.hosts += progress.task.hosts;
    sum.task.host.reset();
    sum.elapsed = std::max(sum.elapsed, progress.elapsed);
    sum.remaining = std::max(sum.remaining, progress.remaining);
    sum.scan_remaining = std::max(sum.scan_remaining, progress.scan_remaining);
    sum.rate += progress.rate;
    sum.hosts_done += progress.hosts_done;
    sum.hosts_up += progress.hosts_up;
    sum.hosts_active += progress.hosts_active;
    sum.open_found += progress.open_found;
  }
  sum.hosts_done += finished_.hosts_total;
  sum.hosts_up += finished_.hosts_up;
  for (const std::size_t engine : ended_) {
    const auto found = open_found_.find(engine);
    if (found != open_found_.end()) sum.open_found += found->second;
  }
  return sum;
}

}  // namespace portolan::run
