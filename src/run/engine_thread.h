// One of several engines at work on a plan: its part of the plan, its doors, and the user's wishes passed on to it.
#pragma once

#include <atomic>
#include <memory>

#include "base/result.h"
#include "engine/doors.h"
#include "os/bell.h"
#include "plan/plan.h"
#include "run/open_doors.h"

namespace portolan::run {

// The user's wishes, as the thread that reads them passes them on to one engine's.
class PassedOnControl final : public engine::UserControl {
 public:
  explicit PassedOnControl(os::Bell bell) : bell_{std::move(bell)} {}

  // From any thread.
  void request_stop();
  void request_progress();

  // Readable when there is something new.
  [[nodiscard]] int wake() const { return bell_.descriptor(); }
  bool stop_requested() override;
  bool progress_due() override;

 private:
  void ring();

  os::Bell bell_;
  std::atomic<bool> rung_ = false;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> due_ = false;
};

struct EnginePart {
  plan::Plan plan;
  std::unique_ptr<PassedOnControl> control;
  OpenDoors doors;

  static Result<EnginePart> open(const plan::Plan& whole, unsigned part, unsigned parts,
                                 const os::ReverseNamesOptions& names, bool whole_packets);
};

// What one engine needs can be had, and what all of them need together cannot. An error that no room would mend has
// nothing to do with their number and stays as it is.
Error too_many(unsigned opened, unsigned wanted, Error error);

}  // namespace portolan::run
