// The events of several engines, each at work on its part of the targets, as those of one scan. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "model/sink.h"

namespace portolan::run {

class MergedEvents {
 public:
  // `engines` of them, numbered from 0. The sink outlives this.
  MergedEvents(model::Sink& sink, std::size_t engines) : sink_{sink}, engines_{engines} {}

  // Hosts, ports and hops pass as they are. A task begins with the first engine that begins it and ends with the last;
  // progress is said once all that are at work have said theirs; what is said of the whole scan is said once.
  Result<void> on(std::size_t engine, model::Event event);
  // The engine has nothing more to say. `finished` is what came of its part, whether it failed or not.
  Result<void> end(std::size_t engine, const model::ScanFinished& finished);

  // Only into the sum: nothing is reported any more.
  void add(const model::ScanFinished& finished);
  // What has come of all that have ended.
  [[nodiscard]] const model::ScanFinished& finished() const { return finished_; }

 private:
  struct Task {
    std::set<std::size_t> ended;  // by these engines
    model::TaskRecord record;     // of all that have ended it
    bool is_reported = false;     // its end
  };

  Result<void> progress_of(std::size_t engine, model::Progress progress);
  Result<void> begin(const model::TaskBegin& begun);
  Result<void> end_task(std::size_t engine, const model::TaskRecord& task);
  Result<void> report_ended_tasks();
  Result<void> report_progress();
  [[nodiscard]] model::Progress sum_of_progress() const;

  model::Sink& sink_;
  std::size_t engines_;
  std::set<std::size_t> ended_;
  std::vector<std::string> begun_;  // tasks, in the order in which they began
  std::map<std::string, Task> tasks_;
  std::map<std::size_t, model::Progress> progress_;  // since the last that was reported, by engine
  std::map<std::size_t, std::size_t> open_found_;    // by engine
  std::set<model::RemarkCode> remarked_;
  model::ScanFinished finished_;
};

}  // namespace portolan::run
