// The rest of a report that was cut off: what it tells already is not told again, and its end counts all.
#pragma once

#include <memory>
#include <utility>

#include "model/sink.h"
#include "report/resume/told.h"

namespace portolan::report {

class RestOfReport final : public model::Sink {
 public:
  // `told`: by the part that is there.
  RestOfReport(std::unique_ptr<model::Sink> report, ToldHosts told)
      : report_{std::move(report)}, told_{std::move(told)} {}

  Result<void> on(const model::Event& event) override;

 private:
  [[nodiscard]] model::ScanFinished with_told(model::ScanFinished finished) const;

  std::unique_ptr<model::Sink> report_;
  ToldHosts told_;
  ToldHosts asked_again_;  // of those, because another report of the same scan does not tell them
};

}  // namespace portolan::report
