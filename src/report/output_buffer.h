// Text on its way to an Output: formatted in memory, handed on record by record.
#pragma once

#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/output.h"

namespace portolan::report {

class OutputBuffer {
 public:
  explicit OutputBuffer(Output& output) : output_{output} {}

  template <class... Arguments>
  void add(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    append(buffer_, text, std::forward<Arguments>(arguments)...);
    spill();
  }
  void put(std::string_view text) {
    buffer_.append(text);
    spill();
  }

  // Everything so far goes to the output, which may keep it back. The first error since the last call of either, where
  // there was one.
  Result<void> write();
  // Everything so far reaches whoever reads the output.
  Result<void> send();

 private:
  // One host with all its ports listed is megabytes of XML; it need not stand in memory at once.
  static constexpr std::size_t spill_size = std::size_t{256} * 1024;
  void spill() {
    if (buffer_.size() >= spill_size) write_out();
  }
  void write_out();

  Output& output_;
  std::string buffer_;
  Result<void> failure_;
};

}  // namespace portolan::report
