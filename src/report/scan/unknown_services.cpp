#include "report/scan/unknown_services.h"

#include <string>

namespace portolan::report {
namespace {

// Whoever opens the file a year later wants to know what it is; whoever sends it on, what is in it.
constexpr std::string_view head =
    "# Services that portolan did not recognise: what was said to them (>) and by them (<).\n"
    "# A conversation is a test of a reader, see docs/identify.md. Look at what it tells before you pass it on.\n";

bool is_unknown(const model::ServiceRecord& service) {
  const bool spoke = !service.words.empty() || !service.answered.empty();
  return service.confidence == 0 && spoke && !service.untouched;
}

}  // namespace

Result<void> UnknownServices::add(std::string_view transcripts, const model::ServiceRecord& service) {
  if (failure_ || transcripts.empty() || !is_unknown(service)) return {};
  std::string text;
  if (!is_begun_) text = head;
  is_begun_ = true;
  text += '\n';
  text += transcripts;
  Result<void> done = output_->write(text);
  if (done) done = output_->flush();
  if (!done) failure_ = done.error();
  return done;
}

}  // namespace portolan::report
