// Runs the stages of a scan on the link, one engine after the other: the only loop there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/pacer.h"
#include "engine/scan.h"
#include "model/record.h"
#include "model/sink.h"
#include "plan/plan.h"

namespace portolan::engine {

// Hears the answers of a stage, and is asked now and then what became of them.
class StageListener : public AnswerListener {
 public:
  // Called when lanes have finished since the last call, and whenever answers came. An error ends the
  // scan.
  virtual Result<void> keep_up(const Engine&) { return {}; }
};

// One question list over some hosts.
struct Stage {
  std::string_view task;  // TaskRecord::name; "" for a stage that is told to nobody
  const Job& job;
  std::span<const LaneTarget> targets;   // at least one
  std::optional<Duration> first_wait{};  // at most this for hosts whose round trip is not known yet
};

class Driver {
 public:
  // All outlive the driver.
  Driver(const plan::Plan& plan, const World& world, model::Sink& sink);

  // An engine for the stage, with an order and tags of its own; learns from and teaches the one pacer.
  std::unique_ptr<Engine> engine_for(const Stage& stage, StageListener& listener);
  // Until every lane is done or the user wants to stop. Progress is told meanwhile.
  Result<void> run(Engine& engine, const Stage& stage, StageListener& listener);

  // Whether the user wants to stop; once true it stays true.
  bool stopped();

  // The block that begins now ends `through` addresses from the beginning of a walk over `all` targets.
  void begin_block(std::uint64_t through, std::uint64_t all);

  // What progress shows. Kept by the stages.
  struct Found {
    std::uint64_t hosts_done = 0;  // of the blocks before this one
    std::size_t hosts_up = 0;
    std::size_t open_ports = 0;
  };
  Found& found() { return found_; }

  // Everything counted here so far goes into `finished`.
  void sum_up(model::ScanFinished& finished) const;

 private:
  Result<void> tell_progress(const Engine& engine, const Stage& stage, Instant began);
  [[nodiscard]] std::optional<Duration> scan_remaining(const Stage& stage, Duration of_stage) const;
  [[nodiscard]] model::TaskRecord task(const Stage& stage) const;

  const World& world_;
  model::Sink& sink_;
  Pacer pacer_;
  Random seeds_;
  EngineSettings settings_;
  Found found_;
  struct Course {
    Instant block_began;
    std::uint64_t before = 0;   // addresses of earlier blocks
    std::uint64_t through = 0;  // and of this one
    std::uint64_t all = 0;
  };
  Course course_;
  bool stopped_ = false;
  Instant began_;
  std::uint64_t sent_ = 0;     // by stages that are over
  std::uint64_t answers_ = 0;  // to stages that are over
  double rate_ = 0;            // probes a second of late
  Instant rate_at_;
  std::uint64_t rate_sent_ = 0;
};

}  // namespace portolan::engine
