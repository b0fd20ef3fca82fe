#include "report/output_buffer.h"

namespace portolan::report {

void OutputBuffer::write_out() {
  if (failure_ && !buffer_.empty()) failure_ = output_.write(buffer_);
  buffer_.clear();
}

Result<void> OutputBuffer::write() {
  write_out();
  return std::exchange(failure_, Result<void>{});
}

Result<void> OutputBuffer::send() {
  Result<void> outcome = write();
  if (outcome) outcome = output_.flush();
  return outcome;
}

}  // namespace portolan::report
