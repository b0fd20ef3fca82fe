// ZeroMQ: either side begins with a signature; behind ours come version and mechanism (ZMTP 3.1, rfc.zeromq.org/spec/37
// "Version Negotiation").
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{5555, 5556};
constexpr std::size_t signature_size = 10;
constexpr std::size_t greeting_size = 64;
constexpr std::size_t at_mechanism = 12;
constexpr std::size_t mechanism_size = 20;
constexpr std::size_t padding = 8;
constexpr char begins = '\xff';
constexpr char ends = '\x7f';

// Signature, version 3.0, and NULL as mechanism.
std::string our_greeting() {
  std::string greeting(1, begins);
  greeting.append(padding, '\0');
  greeting += ends;
  greeting += std::string{"\x03\x00NULL", 6};
  greeting.resize(greeting_size, '\0');
  return greeting;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!first.empty() && first.front() != begins) return {};
  // Version 2 and later say 1 in the last byte of the padding, where version 1 has the length of a frame.
  for (std::size_t i = 1; i < std::min(first.size(), padding); ++i) {
    if (first[i] != '\0') return {};
  }
  if (first.size() < signature_size) return cut_short(talk);
  if ((first[padding] != '\0' && first[padding] != '\x01') || first[signature_size - 1] != ends) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const std::string ours = our_greeting();
  if (talk.turns.size() == 1) {
    reading.say = ours;
    return reading;
  }
  if (talk.turns[1].said != ours) return reading;
  const std::string greeting = std::string{first} + talk.turns[1].heard;
  if (greeting.size() < greeting_size) return talk.is_over ? reading : Reading{.is = Reading::Is::more};
  const auto major = u8_at(greeting, signature_size);
  const auto minor = u8_at(greeting, signature_size + 1);
  std::string_view mechanism = std::string_view{greeting}.substr(at_mechanism, mechanism_size);
  mechanism = mechanism.substr(0, mechanism.find('\0'));
  constexpr std::uint8_t newest_known = 3;
  if (major != newest_known || mechanism.empty() || !is_printable(mechanism)) return reading;
  reading.confidence = documented;
  reading.facts.extra = fmt::format("protocol {}.{}; mechanism: {}", *major, minor.value_or(0), mechanism);
  return reading;
}

}  // namespace

constinit const Reader zmtp{
    .name = "zmtp",
    .service = "zmtp",
    .document = "ZMTP 3.1",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
