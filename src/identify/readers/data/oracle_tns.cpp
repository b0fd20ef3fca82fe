// Oracle's listener: refuses the command VERSION, or obeys it, and tells VSNNUM either way (Oracle Net Services
// Reference; the packets as in Oracle's own python-oracledb, which speaks them in the open).
#include <fmt/core.h>

#include <array>
#include <charconv>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 4> ports{1521, 1522, 1525, 1526};
constexpr std::size_t header_size = 8;
constexpr std::string_view ask = "(CONNECT_DATA=(COMMAND=VERSION))";

enum Type : std::uint8_t { accept = 2, refuse = 4, redirect = 5, data = 6, resend = 11 };

// A CONNECT packet: version and lowest compatible, options, sizes of units, characteristics, where the data stands.
std::string connect() {
  constexpr std::uint32_t data_at = 58;
  std::string body = std::string{literal("\x01\x36\x01\x2c\0\0\x08\0\x7f\xff\x7f\x08\0\0\0\x01")};
  body += big(static_cast<std::uint32_t>(ask.size()), 2) + big(data_at, 2);
  body.resize(data_at - header_size, '\0');
  body += ask;
  return big(static_cast<std::uint32_t>(header_size + body.size()), 2) + std::string{literal("\0\0\x01\0\0\0")} + body;
}

// The value of "(NAME=value)" in a description, whose parentheses are balanced.
std::string_view value_of(std::string_view description, std::string_view name) {
  const std::string begin = "(" + std::string{name} + "=";
  const std::size_t at = description.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view value = description.substr(at + begin.size());
  return value.substr(0, value.find(')'));
}
bool is_description(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) return text.starts_with('(');
    if (depth == 0) return false;
  }
  return false;
}

// Oracle's own ways to put a release into a number, of 12 and earlier, and since 18 (oci.h, OCI_SERVER_RELEASE_*).
std::string version_of(std::string_view number) {
  std::uint32_t v = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), v);
  if (problem != std::errc{} || end != number.data() + number.size() || v >> 24U == 0) return {};
  constexpr std::uint32_t first_of_new = 18;
  if (v >> 24U >= first_of_new) {
    return fmt::format("{}.{}.{}.{}.{}", v >> 24U, v >> 16U & 0xffU, v >> 12U & 0xfU, v >> 4U & 0xffU, v & 0xfU);
  }
  return fmt::format("{}.{}.{}.{}.{}", v >> 24U, v >> 20U & 0xfU, v >> 12U & 0xffU, v >> 8U & 0xfU, v & 0xffU);
}

struct Packet {
  std::uint8_t type = 0;
  std::string_view body;
  std::string_view rest;
};
enum class Came : std::uint8_t { no, part, whole };
// Its two checksums are not used and zero.
Came packet_in(std::string_view bytes, Packet& packet) {
  const auto size = u16_at(bytes, 0);
  const auto type = u8_at(bytes, 4);
  if (size && *size < header_size) return Came::no;
  if (const auto sum = u16_at(bytes, 2); sum && *sum != 0) return Came::no;
  if (type && *type != accept && *type != refuse && *type != redirect && *type != data && *type != resend) {
    return Came::no;
  }
  if (const auto sum = u16_at(bytes, 6); sum && *sum != 0) return Came::no;
  if (!size || !type || bytes.size() < *size) return Came::part;
  packet = {*type, bytes.substr(header_size, *size - header_size), bytes.substr(*size)};
  return Came::whole;
}

void tell(std::string_view description, Reading& reading) {
  const std::string version = version_of(value_of(description, "VSNNUM"));
  if (version.empty()) return;
  reading.confidence = documented;
  reading.facts.product = "Oracle TNS listener";
  reading.facts.version = version;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != connect()) return {};
  Packet packet;
  const Came came = packet_in(talk.last(), packet);
  if (came == Came::no) return {};
  if (came == Came::part) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  switch (packet.type) {
    case resend:
      if (!packet.body.empty()) return {};
      if (talk.turns.size() == 1) reading.say = talk.turns.front().said;
      return reading;
    case refuse: {  // why, twice, and the size of what follows
      const std::size_t size = u16_at(packet.body, 2).value_or(0);
      if (packet.body.size() < 4 || packet.body.size() - 4 != size) return {};
      const std::string_view text = packet.body.substr(4);
      if (size > 0 && !is_description(text)) return {};
      tell(text, reading);
      return reading;
    }
    case accept: {
      if (packet.body.size() < 16) return {};
      Packet told;
      const Came then = packet_in(packet.rest, told);
      if (then == Came::part && !talk.is_over) return {.is = Reading::Is::more};
      constexpr std::size_t flags = 2;
      if (then == Came::whole && told.type == data && told.body.size() > flags) tell(told.body.substr(flags), reading);
      return reading;
    }
    case redirect:
      return reading;
    default:
      return {};
  }
}

}  // namespace

constinit const Reader oracle_tns{
    .name = "oracle-tns",
    .service = "oracle-tns",
    .document = "Oracle Net Services; python-oracledb",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return connect(); },
    .read = read,
};

}  // namespace portolan::identify
