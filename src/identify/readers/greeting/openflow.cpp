// OpenFlow: either side begins with HELLO (OpenFlow 1.3.5 §6.3.1 and A.5.1); an echo is answered with its own number.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 3> ports{6653, 6633, 6654};
constexpr std::size_t head_size = 8;
constexpr std::size_t most = 64;
constexpr std::uint8_t newest = 6;
constexpr std::uint8_t hello = 0;
constexpr std::uint8_t version_bitmap = 1;
constexpr std::uint8_t echo_reply = 3;
constexpr std::uint32_t our_number = 0x706f'7274U;

std::string_view name_of(std::uint8_t version) {
  constexpr std::array<std::string_view, newest> names{"1.0", "1.1", "1.2", "1.3", "1.4", "1.5"};
  return version >= 1 && version <= newest ? names.at(version - 1U) : std::string_view{};
}

// HELLO in the version that was named, and an echo request.
std::string ask_in(std::uint8_t version) {
  std::string ask;
  for (const std::uint8_t type : {std::uint8_t{0}, std::uint8_t{2}}) {
    ask += static_cast<char>(version);
    ask += static_cast<char>(type);
    ask += std::string_view{"\x00\x08port", 6};
  }
  return ask;
}

// An element with the bits of all versions, or nothing.
bool are_elements(std::string_view elements) {
  while (!elements.empty()) {
    const auto type = u16_at(elements, 0);
    const std::size_t length = u16_at(elements, 2).value_or(0);
    const std::size_t padded = (length + 7) / 8 * 8;
    if (type != version_bitmap || length < 4 || padded > elements.size()) return false;
    elements.remove_prefix(padded);
  }
  return true;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  const auto version = u8_at(first, 0);
  if (!version) return cut_short(talk);
  if (*version < 1 || *version > newest) return {};
  if (u8_at(first, 1).value_or(hello) != hello || u8_at(first, 2).value_or(0) != 0) return {};
  const auto length = u16_at(first, 2);
  if (!length) return cut_short(talk);
  if (*length < head_size || *length > most) return {};
  if (first.size() < *length) return cut_short(talk);
  if (first.size() > *length || !are_elements(first.substr(head_size))) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.facts.extra = fmt::format("to version {}", name_of(*version));
  const std::string ask = ask_in(*version);
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return reading;
  // Other messages may come before the answer.
  std::string_view rest = talk.turns[1].heard;
  while (rest.size() >= head_size) {
    const std::size_t size = u16_at(rest, 2).value_or(0);
    if (size < head_size) return reading;
    if (u8_at(rest, 1) == echo_reply && u32_at(rest, 4) == our_number) {
      reading.confidence = documented;
      return reading;
    }
    rest.remove_prefix(std::min(size, rest.size()));
  }
  if (!talk.is_over) return {.is = Reading::Is::more};
  return reading;
}

}  // namespace

constinit const Reader openflow{
    .name = "openflow",
    .service = "openflow",
    .document = "OpenFlow 1.3.5",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
