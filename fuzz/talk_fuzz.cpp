// What the other side of a talk says: dialogues before TLS complain in inert words, and what a terminal is shown is
// inert and the same however it was cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/escape.h"
#include "talk/inert.h"
#include "talk/starttls.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

void hold_dialogue(const talk::StartTls& protocol, std::string_view heard, std::size_t piece) {
  talk::Upgrade upgrade{protocol, {.host = "server.example", .own_address = "198.18.0.1"}};
  (void)upgrade.opening();
  for (; !heard.empty(); heard.remove_prefix(std::min(piece, heard.size()))) {
    const auto step = upgrade.hear(heard.substr(0, piece));
    if (!step) {
      must(escape_terminal(step.error().message) == step.error().message);
      return;
    }
    if (step->upgrade) return;
  }
}

void must_be_inert(std::string_view shown) {
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t end = std::min(shown.find_first_of("\t\n", at), shown.size());
    must(escape_terminal(shown.substr(at, end - at)) == shown.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view heard{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto protocols = talk::starttls_protocols();
  const talk::StartTls& protocol = protocols[data[0] % protocols.size()];
  hold_dialogue(protocol, heard, 1);
  hold_dialogue(protocol, heard, heard.size() + 1);
  talk::Inert whole;
  talk::Inert cut;
  const std::string at_once = whole.show(heard) + whole.rest();
  must_be_inert(at_once);
  std::string pieces;
  for (const char byte : heard) pieces += cut.show({&byte, 1});
  must(pieces + cut.rest() == at_once);
  return 0;
}
