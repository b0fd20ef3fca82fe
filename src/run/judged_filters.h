// What filters the packets to the hosts of a scan (--firewall): judged when a host is told.
#pragma once

#include "model/sink.h"

namespace portolan::run {

// A sink in front of another one, which gets hosts with what was judged and without the answers that it came from.
class JudgedFilters final : public model::Sink {
 public:
  // `sink` outlives it.
  explicit JudgedFilters(model::Sink& sink) : sink_{sink} {}
  Result<void> on(const model::Event& event) override;

 private:
  model::Sink& sink_;
};

}  // namespace portolan::run
