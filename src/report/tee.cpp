#include "report/tee.h"

namespace portolan::report {

Result<void> Tee::on(const model::Event& event) {
  Result<void> outcome;
  for (model::Sink* sink : sinks_) {
    Result<void> heard = sink->on(event);
    if (outcome && !heard) outcome = std::move(heard);
  }
  return outcome;
}

}  // namespace portolan::report
