// rsync: "@RSYNCD: protocol.subprotocol digests", from either side (rsync's own csprotocol.txt and clientserver.c).
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{873};
constexpr std::string_view begin = "@RSYNCD: ";

bool is_protocol(std::string_view word) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t dot = std::min(word.find('.'), word.size());
  const std::string_view whole = word.substr(0, dot);
  const std::string_view part = word.substr(std::min(dot + 1, word.size()));
  constexpr std::size_t most_digits = 3;
  return !whole.empty() && whole.size() <= most_digits && std::ranges::all_of(whole, is_digit) &&
         (dot == word.size() || !part.empty()) && std::ranges::all_of(part, is_digit);
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto words = words_of(line->text.substr(std::min(begin.size(), line->text.size())));
  if (words.empty() || !is_protocol(words.front()) || !is_printable(line->text)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = "protocol " + std::string{words.front()};
  for (std::size_t i = 1; i < words.size(); ++i) {
    reading.facts.extra += (i == 1 ? "; digests: " : ", ") + std::string{words[i]};
  }
  return reading;
}

}  // namespace

constinit const Reader rsync{
    .name = "rsync",
    .service = "rsync",
    .document = "rsync csprotocol.txt",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
