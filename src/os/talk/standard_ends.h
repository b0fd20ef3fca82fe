// Standard input and output piece by piece, for a loop that waits for several things. Their descriptors are left as
// they are: other processes have them too, and would meet a non-blocking one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portolan::os {

class StandardInput {
 public:
  static constexpr int descriptor = 0;

  // Once it is ready. "" at the end, and where reading fails, which is its end as well.
  std::string read_some();
  // Nothing more is read.
  void stop() { at_end_ = true; }
  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] int failure() const { return failure_; }  // errno; 0: none

 private:
  bool at_end_ = false;
  int failure_ = 0;
};

class StandardOutput {
 public:
  static constexpr int descriptor = 1;

  StandardOutput();
  void add(std::string_view bytes) { kept_ += bytes; }
  // Once it is ready: as much as it takes without waiting for its reader. Errc::io, Errc::reader_gone.
  Result<void> write_some();
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  [[nodiscard]] std::size_t waiting() const { return kept_.size(); }

 private:
  std::size_t piece_;
  std::string kept_;
};

}  // namespace portolan::os
