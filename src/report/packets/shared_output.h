// An output that a report and somebody else write to, from several threads: whole lines of the one stand between whole
// lines of the other.
#pragma once

#include <mutex>
#include <string>

#include "report/output.h"

namespace portolan::report {

class SharedOutput final : public Output {
 public:
  // `inner` outlives it, and is written through it alone.
  explicit SharedOutput(Output& inner) : inner_{inner} {}

  // The report's, in pieces of any kind.
  Result<void> write(std::string_view bytes) override;
  Result<void> flush() override;
  // Lines of somebody else; they wait while the report is in the middle of one.
  Result<void> put_lines(std::string_view lines);

 private:
  std::mutex mutex_;
  Output& inner_;
  bool in_line_ = false;
  std::string waiting_;
};

}  // namespace portolan::report
