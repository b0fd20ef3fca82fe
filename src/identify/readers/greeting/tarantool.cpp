// Tarantool: two lines of 64 bytes greet, the first with the version, the second with a salt (Tarantool, "Binary
// protocol", greeting packet).
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3301};
constexpr std::string_view begin = "Tarantool ";
constexpr std::size_t line_size = 64;
constexpr std::size_t salt_size = 44;

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  if (first.size() < 2 * line_size) return cut_short(talk);
  if (first[line_size - 1] != '\n' || first[2 * line_size - 1] != '\n') return {};
  const auto words = words_of(first.substr(begin.size(), line_size - 1 - begin.size()));
  const auto salt = words_of(first.substr(line_size, line_size - 1));
  if (words.size() < 2 || !is_version(words.front()) || !is_printable(words.front())) return {};
  if (salt.size() != 1 || salt.front().size() != salt_size || !std::ranges::all_of(salt.front(), is_base64)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Tarantool";
  reading.facts.version = words.front();
  return reading;
}

}  // namespace

constinit const Reader tarantool{
    .name = "tarantool",
    .service = "tarantool",
    .document = "Tarantool binary protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
