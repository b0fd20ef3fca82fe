// The way from whoever tells to a sink. Remembers whether anything has been told, so that the sink hears in time when
// it is to hold nothing back.
#pragma once

#include <utility>

#include "model/sink.h"

namespace portolan::model {

class PromptSink final : public Sink {
 public:
  // `sink` outlives it.
  explicit PromptSink(Sink& sink) : sink_{sink} {}

  Result<void> on(const Event& event) override {
    reported_ = true;
    return sink_.on(event);
  }
  // Before a wait. Costs nothing where nothing has been told since the last call.
  Result<void> catch_up() { return std::exchange(reported_, false) ? sink_.on(CaughtUp{}) : Result<void>{}; }

 private:
  Sink& sink_;
  bool reported_ = false;
};

}  // namespace portolan::model
