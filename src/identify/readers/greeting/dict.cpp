// DICT: the greeting has capabilities and a message id in angle brackets behind free text (RFC 2229 §3.1). The text of
// dictd names the host, the program and the system.
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2628};
constexpr unsigned ready = 220;

bool is_bracketed(std::string_view word) {
  return word.size() > 2 && word.starts_with('<') && word.ends_with('>') &&
         word.find_first_of("<>", 1) == word.size() - 1;
}

// <auth.mime>: dots between words.
bool are_capabilities(std::string_view word) {
  return is_bracketed(word) && word.find_first_of("@ ") == std::string_view::npos;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto greeting = first_line(first);
  if (!greeting) return cut_short(talk);
  if (reply_code(greeting->text) != ready || !is_printable(greeting->text)) return {};
  const auto words = words_of(greeting->text);
  if (words.size() < 3) return {};
  const std::string_view id = words.back();
  if (!is_bracketed(id) || id.find('@') == std::string_view::npos || !are_capabilities(words[words.size() - 2])) {
    return {};
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // 220 host dictd 1.13.0/rf on Linux 6.1.0 <auth.mime> <...>
  constexpr std::size_t program = 2;
  constexpr std::size_t version = 3;
  constexpr std::size_t on = 4;
  if (words.size() > version + 2 && words[program] == "dictd" && is_version(words[version])) {
    reading.facts.host_name = words[1];
    reading.facts.product = words[program];
    reading.facts.version = words[version].substr(0, words[version].find('/'));
    if (words.size() > on + 3 && words[on] == "on") reading.facts.system = words[on + 1];
  }
  return reading;
}

}  // namespace

constinit const Reader dict{
    .name = "dict",
    .service = "dict",
    .document = "RFC 2229",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "quit\r\n",
};

}  // namespace portolan::identify
