#include "report/packets/shared_output.h"

#include <utility>

namespace portolan::report {

Result<void> SharedOutput::write(std::string_view bytes) {
  const std::scoped_lock lock{mutex_};
  if (bytes.empty()) return {};
  auto written = inner_.write(bytes);
  in_line_ = !bytes.ends_with('\n');
  if (!written || in_line_ || waiting_.empty()) return written;
  return inner_.write(std::exchange(waiting_, {}));
}

Result<void> SharedOutput::flush() {
  const std::scoped_lock lock{mutex_};
  return inner_.flush();
}

Result<void> SharedOutput::put_lines(std::string_view lines) {
  const std::scoped_lock lock{mutex_};
  if (!in_line_) return inner_.write(lines);
  waiting_ += lines;
  return {};
}

}  // namespace portolan::report
