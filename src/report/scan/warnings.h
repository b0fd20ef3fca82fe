// Warnings as they come, for standard error.
#pragma once

#include "model/sink.h"
#include "report/options.h"
#include "report/output_buffer.h"

namespace portolan::report {

class Warnings : public model::Sink {
 public:
  // `output` outlives this. Under the name nmap a warning is its sentence alone; under its own the
  // program says who speaks.
  Warnings(Output& output, Dialect dialect) : buffer_{output}, dialect_{dialect} {}
  Result<void> on(const model::Event& event) override;

 private:
  OutputBuffer buffer_;
  Dialect dialect_;
};

}  // namespace portolan::report
