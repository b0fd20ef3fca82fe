// One connection to one port, from its beginning to its end, made by this machine.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "explain/story.h"

namespace portolan::run {

class OpenConnection {
 public:
  // Opens all that needs a privilege, so that privileges can be dropped afterwards. `first_words`: what to say once
  // there is a connection; "" to wait for the other side to speak. Errors are sentences.
  static Result<std::unique_ptr<OpenConnection>> open(const explain::Question& question, std::string_view first_words);
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  ~OpenConnection();

  // Once; a quarter of a minute at the very most. An error only where this machine cannot go on watching.
  Result<explain::Story> make();

 private:
  struct Parts;
  explicit OpenConnection(std::unique_ptr<Parts> parts);
  Result<void> pass(Instant deadline);
  Result<bool> connect();
  Result<void> talk();
  Result<void> listen(Instant deadline);

  std::unique_ptr<Parts> parts_;
};

}  // namespace portolan::run
