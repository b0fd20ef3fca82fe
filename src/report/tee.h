// One stream of events to several sinks.
#pragma once

#include <vector>

#include "model/sink.h"

namespace portolan::report {

class Tee : public model::Sink {
 public:
  // Called in the order of adding; `sink` outlives the tee. A live status line goes first: it makes
  // room before others print.
  void add(model::Sink& sink) { sinks_.push_back(&sink); }

  // Every sink hears of everything even when one of them fails: a full disk under one report does not
  // cut the others short. The first error is returned.
  Result<void> on(const model::Event& event) override;

 private:
  std::vector<model::Sink*> sinks_;
};

}  // namespace portolan::report
