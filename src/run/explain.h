// A question to one port or host, put by this machine.
#pragma once

#include <memory>

#include "base/result.h"
#include "catalog/catalog.h"
#include "explain/story.h"

namespace portolan::run {

class OpenQuestion {
 public:
  // Opens all that needs a privilege, so that privileges can be dropped afterwards. `privileged`: raw packets may be
  // sent. `services` outlives the question. Errors are sentences, as those of a scan.
  static Result<std::unique_ptr<OpenQuestion>> open(const explain::Question& question, bool privileged,
                                                    const catalog::Services& services);
  OpenQuestion(const OpenQuestion&) = delete;
  OpenQuestion& operator=(const OpenQuestion&) = delete;
  ~OpenQuestion();

  // Once. Where it failed, `finished` of the story says so.
  explain::Story put();

 private:
  struct Parts;
  explicit OpenQuestion(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace portolan::run
