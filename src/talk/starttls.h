// The few words after which a plain connection goes on in TLS, as each protocol has them. Pure: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portolan::talk {

// What a dialogue may want to know.
struct DialogueEnds {
  std::string host;         // as the user calls it
  std::string own_address;  // of this end, as text
};

// What is done after something was heard.
struct Step {
  std::string say = {};
  bool upgrade = false;  // the next byte of either side is TLS's
};

// One protocol's dialogue.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  // What is said before anything was heard; "" where the other side begins.
  virtual std::string opening() { return {}; }
  // `heard`: what came and is not understood yet; what is understood is taken off its front. An empty step waits for
  // more. Errors are half sentences: why there is no TLS.
  virtual Result<Step> hear(std::string& heard) = 0;
};

struct StartTls {
  std::string_view name;  // "smtp"
  std::string_view rule;  // where it is written
  std::unique_ptr<Dialogue> (*begin)(const DialogueEnds& ends);
};

// In the order of help.
std::span<const StartTls> starttls_protocols();
const StartTls* starttls_named(std::string_view name);  // nullptr: there is none

// A dialogue within bounds: a side that never comes to an end is left.
class Upgrade {
 public:
  static constexpr std::size_t most_bytes = 65'536;  // heard in all

  Upgrade(const StartTls& protocol, const DialogueEnds& ends);
  std::string opening() { return dialogue_->opening(); }
  // Errors as above. Bytes behind the word that begins TLS are refused: somebody on the way could have put them there,
  // and they would pass for bytes of TLS (CVE-2011-0411).
  Result<Step> hear(std::string_view bytes);

 private:
  std::unique_ptr<Dialogue> dialogue_;
  std::string heard_;
  std::size_t bytes_ = 0;
};

}  // namespace portolan::talk
