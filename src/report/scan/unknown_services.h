// What services said that nobody recognised (--save-unknown): their conversations, in the form that tests of readers
// replay (identify/transcript.h).
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/service.h"
#include "report/output.h"

namespace portolan::report {

class UnknownServices {
 public:
  explicit UnknownServices(Output& output) : output_{&output} {}

  // All that was said to a port and by it. Writes it down at once where the port spoke, and nobody knows what. Errors
  // are the output's; after the first nothing more is written.
  Result<void> add(std::string_view transcripts, const model::ServiceRecord& service);
  // Why not all of them are in the file; nullptr where they are.
  [[nodiscard]] const Error* failure() const { return failure_ ? &*failure_ : nullptr; }

 private:
  Output* output_;
  bool is_begun_ = false;
  std::optional<Error> failure_;
};

}  // namespace portolan::report
