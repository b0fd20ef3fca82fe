// Several engines at work at once, each in a thread of its own, with one sink behind a queue.
#pragma once

#include <functional>
#include <span>

#include "engine/doors.h"
#include "model/record.h"
#include "model/sink.h"
#include "os/bell.h"
#include "run/engine_thread.h"

namespace portolan::run {

struct EngineRun {
  PassedOnControl& control;
  // Runs the engine to its end. Called once, in a thread of its own.
  std::function<model::ScanFinished(model::Sink&)> work;
};

// The calling thread takes the events, calls the sink, and passes the user's wishes on. `wake` is readable when
// `control` has something new, -1 for never. The first error of the sink ends all; an engine that fails leaves the
// others at work. Either stands in what is returned. Where the system refuses one of the threads, none begins. `bell`
// wakes the calling thread.
model::ScanFinished run_side_by_side(std::span<EngineRun> engines, engine::UserControl* control, int wake,
                                     model::Sink& sink, os::Bell bell);

}  // namespace portolan::run
