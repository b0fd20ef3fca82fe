// Warnings as they come, for standard error.
#pragma once

#include "model/sink.h"
#include "report/options.h"
#include "report/page.h"

namespace portolan::report {

class Warnings : public model::Sink {
 public:
  // `output` outlives this. Under the name nmap a warning is its sentence alone; under its own the
  // program says who speaks.
  Warnings(Output& output, Flavor flavor) : page_{output}, flavor_{flavor} {}
  Result<void> on(const model::Event& event) override;

 private:
  Page page_;
  Flavor flavor_;
};

}  // namespace portolan::report
