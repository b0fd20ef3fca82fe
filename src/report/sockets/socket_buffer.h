// Rows of a socket list on their way to an Output, many at a time. Private to its formats.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "report/output.h"

namespace portolan::report {

class SocketBuffer {
 public:
  explicit SocketBuffer(Output& output) : output_{output} { text_.reserve(spill_size + spill_size / 4); }

  // Formats append to it.
  std::string& text() { return text_; }
  // After each row: writes once enough has come together.
  Result<void> row_ended() { return text_.size() < spill_size ? Result<void>{} : write(); }
  Result<void> flush() {
    if (auto written = write(); !written) return written;
    return output_.flush();
  }

 private:
  static constexpr std::size_t spill_size = std::size_t{64} * 1024;
  Result<void> write() {
    const auto written = output_.write(text_);
    text_.clear();
    return written;
  }

  Output& output_;
  std::string text_;
};

}  // namespace portolan::report
