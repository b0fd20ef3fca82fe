// Where hosts come from: the plan's target set in its order, and the names whose look-ups took longer, as they come.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "engine/scan.h"
#include "model/sink.h"
#include "plan/plan.h"

namespace portolan::engine {

class TargetStream {
 public:
  // Both outlive it.
  TargetStream(const plan::Plan& plan, const World& world);

  // Takes what has come of late names. A name without an address is told as it fails.
  Result<void> look(model::Sink& sink);
  // Late ones first: they are few, and the set may be long. nullopt where none is there now.
  std::optional<plan::Target> next();
  [[nodiscard]] bool has_next() const { return !come_.empty() || !cursor_.at_end(); }
  // None is there, and none will come.
  [[nodiscard]] bool is_over() const { return !has_next() && pending() == 0; }
  // When to look again; never where nothing is to come.
  [[nodiscard]] Instant wake_at() const;

  // A name that is still looked up counts for one target.
  [[nodiscard]] std::uint64_t passed() const { return cursor_.passed() + late_passed_; }
  [[nodiscard]] std::uint64_t total() const { return cursor_.length() + late_passed_ + come_.size() + pending(); }

  // The scan ends before its time: tells of names that are still looked up.
  Result<void> leave(model::Sink& sink) const;

 private:
  [[nodiscard]] std::size_t pending() const { return world_.late == nullptr ? 0 : world_.late->pending(); }

  const World& world_;
  plan::TargetSet::Cursor cursor_;
  std::deque<plan::Target> come_;
  std::uint64_t late_passed_ = 0;
  Instant look_at_;
};

}  // namespace portolan::engine
