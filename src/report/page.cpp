#include "report/page.h"

namespace portolan::report {

void Page::write_out() {
  if (failure_ && buffer_.size() > 0) failure_ = output_.write(buffer_);
  buffer_.clear();
}

Result<void> Page::send() {
  write_out();
  Result<void> outcome = std::exchange(failure_, Result<void>{});
  if (outcome) outcome = output_.flush();
  return outcome;
}

}  // namespace portolan::report
