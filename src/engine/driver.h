// Runs the stages of a scan side by side on one link: the only loop that sends, waits and receives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/lost_links.h"
#include "engine/pace/pacer.h"
#include "engine/scan.h"
#include "engine/systems/stack_questions.h"
#include "engine/trace/traceroute.h"
#include "model/prompt_sink.h"
#include "model/record.h"
#include "plan/plan.h"

namespace portolan::engine {

// One question list and the engine that puts it to every host that enters.
struct Stage {
  Stage(std::string_view name, Job questions, const EngineSettings& settings, Pacer& pacer, AnswerListener& listener)
      : task{name}, job{std::move(questions)}, engine{job, settings, pacer, listener} {}

  std::string_view task;  // TaskRecord::name; "" for a stage that nobody is told of
  Job job;
  Engine engine;
  std::optional<Instant> began;  // when its first host entered
  bool ended = false;
};

class Driver {
 public:
  // All outlive the driver.
  Driver(const plan::Plan& plan, const World& world, model::PromptSink& sink);

  // A stage with an order of its own; all learn from and teach the one pacer. Stages that somebody is told of are
  // opened in the order in which hosts pass through them. `link_wait`: of those that ask a link, half of what silence
  // is waited for there, at most. What is returned lives as long as the driver.
  Stage& open(std::string_view task, Job job, AnswerListener& listener,
              std::optional<Duration> link_wait = std::nullopt);

  // Asks for hops, in turn with the stages; nullptr where the plan wants none.
  [[nodiscard]] Traceroute* traceroute() { return traceroute_ ? &*traceroute_ : nullptr; }

  // Asks what systems hosts have, in turn with the stages; nullptr where the plan does not.
  [[nodiscard]] StackQuestions* systems() { return systems_ ? &*systems_ : nullptr; }
  // The same of what filters their packets.
  [[nodiscard]] StackQuestions* filters() { return filters_ ? &*filters_ : nullptr; }

  // Once around: every stage sends what may leave, what was told goes to its readers, then all wait together, until
  // `wake` at the latest, then what has arrived goes to whom it belongs. Where fewer than `enough` hosts may be asked
  // something, nobody waits: others are to enter.
  Result<void> turn(Instant wake, std::size_t enough);
  // Tells the end of stages that no host can enter any more. `more`: hosts are still to come from the target set.
  Result<void> end_tasks(bool more);

  // Whether the user wants to stop; once true it stays true.
  bool stopped();
  // Something is wrong: nobody is asked anything any more.
  void stop() { stopped_ = true; }
  // Whether any host is still asked something.
  [[nodiscard]] bool is_working() const;
  // Hosts that may be asked something now, over all stages.
  [[nodiscard]] std::size_t sendable() const;

  // What progress shows. Kept by those who know.
  struct Found {
    std::uint64_t targets = 0;  // of this scan's part of the set, and late ones
    std::uint64_t targets_passed = 0;
    std::uint64_t hosts_done = 0;
    std::size_t hosts_up = 0;
    std::size_t open_ports = 0;
  };
  Found& found() { return found_; }

  // Everything counted here so far goes into `finished`.
  void sum_up(model::ScanFinished& finished) const;

 private:
  Result<void> begin_tasks();
  void brief_pacer();
  Result<void> send();
  template <class Asker>
  Result<void> send_of(Asker& asker);
  [[nodiscard]] model::TaskRecord task_beside(std::string_view name) const;
  void give_up_lost_links();
  void receive(std::span<const Received> frames);
  Result<void> report_progress();
  [[nodiscard]] const Stage* reported_stage() const;
  [[nodiscard]] double fraction_of(const Stage& stage) const;
  [[nodiscard]] model::TaskRecord task(const Stage& stage) const;
  [[nodiscard]] std::uint64_t sent() const;

  const World& world_;
  model::PromptSink& sink_;
  Pacer pacer_;
  Random seeds_;
  EngineSettings settings_;
  std::deque<Stage> stages_;
  std::optional<Traceroute> traceroute_;
  std::optional<StackQuestions> systems_;
  std::optional<StackQuestions> filters_;
  bool systems_began_ = false;
  bool systems_ended_ = false;
  bool filters_began_ = false;
  bool filters_ended_ = false;
  bool traceroute_began_ = false;
  bool traceroute_ended_ = false;
  LostLinks lost_links_;
  std::size_t first_ = 0;  // whose turn it is to send first
  Found found_;
  bool stopped_ = false;
  Instant heard_;  // all that arrived until then has been read
  Instant began_;
  double rate_ = 0;  // probes a second of late
  Instant rate_at_;
  std::uint64_t rate_sent_ = 0;
};

}  // namespace portolan::engine
