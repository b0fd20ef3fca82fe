// I2P's SAM bridge: "HELLO VERSION" is answered by "HELLO REPLY RESULT=OK VERSION=3.1" (I2P's SAM v3 specification,
// "Handshake"). The version is the protocol's.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7656};

std::string_view value_of(const std::vector<std::string_view>& words, std::string_view key) {
  for (const std::string_view word : words) {
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
      return word.substr(key.size() + 1);
  }
  return {};
}

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), "HELLO REPLY RESULT=")) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 256);
  const auto words = words_of(line->text);
  const std::string_view result = value_of(words, "RESULT");
  if (result.empty() || !is_printable(line->text)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view version = value_of(words, "VERSION");
  reading.facts.extra = version.empty() ? "result " + std::string{result} : "protocol " + std::string{version};
  return reading;
}

}  // namespace

constinit const Reader i2p_sam{
    .name = "i2p_sam",
    .service = "i2p-sam",
    .document = "I2P, SAM v3 specification",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{"HELLO VERSION MIN=3.0 MAX=3.3\n"}; },
    .read = read,
    .goodbye = "QUIT\n",
};

}  // namespace portolan::identify
