// Where a report's bytes go: a file, standard output, a string in a test. os/ implements it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace portolan::report {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;
  // All of `bytes` or Errc::io. May keep them back until flush().
  virtual Result<void> write(std::string_view bytes) = 0;
  // What was written is where a reader or a crash finds it (not: on the disk's platters).
  virtual Result<void> flush() = 0;
};

}  // namespace portolan::report
