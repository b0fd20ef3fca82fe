#include "run/engine_thread.h"

#include <fmt/core.h>

#include <utility>

#include "base/hash.h"
#include "base/want_of_room.h"

namespace portolan::run {

void PassedOnControl::request_stop() {
  stop_ = true;
  ring();
}

void PassedOnControl::request_progress() {
  due_ = true;
  ring();
}

void PassedOnControl::ring() {
  bell_.ring();
  rung_ = true;  // in this order: whoever sees it clears a bell that has rung
}

bool PassedOnControl::stop_requested() {
  if (rung_.exchange(false)) bell_.clear();
  return stop_;
}

bool PassedOnControl::progress_due() { return due_.exchange(false); }

Result<EnginePart> EnginePart::open(const plan::Plan& whole, unsigned part, unsigned parts,
                                    const os::ReverseNamesOptions& names, bool whole_packets) {
  auto bell = os::Bell::open();
  if (!bell) return fail(bell.error());
  auto control = std::make_unique<PassedOnControl>(std::move(*bell));
  plan::Plan plan = part_of(whole, part, parts);
  auto doors = OpenDoors::open(plan, names, control->wake(), whole_packets);
  if (!doors) return fail(doors.error());
  return EnginePart{std::move(plan), std::move(control), std::move(*doors)};
}

Error too_many(unsigned opened, unsigned wanted, Error error) {
  if (!is_for_want_of_room(error)) return error;
  error.message = fmt::format("what {} threads need can be had for {} only: {}, or use fewer (--threads)", wanted,
                              opened, error.message);
  return error;
}

}  // namespace portolan::run
