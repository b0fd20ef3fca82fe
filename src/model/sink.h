// Something that takes results as they come.
#pragma once

#include <utility>
#include <variant>

#include "base/result.h"
#include "model/event.h"

namespace portolan::model {

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  // Called in the order that model::Event states. An error means that results are being lost (disk full, reader
  // gone): the scan stops and says so.
  virtual Result<void> on(const Event& event) = 0;
};

// Calls the handler that takes the event's type; an event that none of them takes does not matter to the caller.
template <class... Handlers>
Result<void> dispatch(const Event& event, Handlers... handlers) {
  return std::visit(Overloaded{std::move(handlers)..., [](const auto&) -> Result<void> { return {}; }}, event);
}

}  // namespace portolan::model
