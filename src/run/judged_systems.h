// What systems the hosts of a scan have (-O): judged when a host is told, by how its stack answered and by what its
// services say.
#pragma once

#include "model/sink.h"

namespace portolan::run {

// A sink in front of another one, which gets hosts with what was judged and without the answers that it came from.
class JudgedSystems final : public model::Sink {
 public:
  // `sink` outlives it.
  JudgedSystems(bool hardly_likely, model::Sink& sink) : hardly_likely_{hardly_likely}, sink_{sink} {}
  Result<void> on(const model::Event& event) override;

 private:
  bool hardly_likely_;
  model::Sink& sink_;
};

}  // namespace portolan::run
