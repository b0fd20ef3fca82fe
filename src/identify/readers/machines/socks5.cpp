// SOCKS5: which way to log in the proxy chooses (RFC 1928 §3), and, where none is needed, what it says to a request
// that there is not (§6: "command not supported").
#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 2> ports{1080, 9050};
// Nothing, or name and password.
constexpr std::string_view asked = "\x05\x02\0\x02"sv;
// Command 0x7f for 0.0.0.0:0.
constexpr std::string_view no_request = "\x05\x7f\0\x01\0\0\0\0\0\0"sv;

constexpr std::string_view tor_in_http = "HTTP/1.0 501 Tor is not an HTTP Proxy";

// A reply: version, what came of it, reserved, and an address.
bool is_reply(std::string_view heard) {
  constexpr std::uint8_t most = 8;
  const auto code = u8_at(heard, 1);
  const auto kind = u8_at(heard, 3);
  if (u8_at(heard, 0) != 5 || !code || *code > most || u8_at(heard, 2) != 0 || !kind) return false;
  if (*kind == 1) return heard.size() == 10;
  if (*kind == 4) return heard.size() == 22;
  return *kind == 3 && u8_at(heard, 4) && heard.size() == 7U + *u8_at(heard, 4);
}

// Tor's, asked in HTTP, answers in HTTP that it is SOCKS; the end of its line is the end of what is read.
Reading read_told_in_http(const Talk& talk) {
  const auto line = first_line(talk.first());
  if (!line || line->text != tor_in_http) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Tor";
  return reading;
}

Reading read(const Talk& talk) {
  // "No acceptable methods" is what some say to whatever they do not understand.
  if (talk.turns.front().said != asked && talk.is_over && talk.first() == "\x05\xff") {
    return {.is = Reading::Is::yes, .confidence = inferred};
  }
  if (talk.turns.front().said != asked) return read_told_in_http(talk);
  const std::string_view heard = talk.first();
  if (heard.empty() || heard.front() != '\x05' || heard.size() > 2) return {};
  if (heard.size() < 2) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  constexpr std::uint8_t none = 0;
  constexpr std::uint8_t password = 2;
  constexpr std::uint8_t refused = 0xff;
  const std::uint8_t method = *u8_at(heard, 1);
  if (method == password || method == refused) {
    reading.facts.extra = method == password ? "asks for a password" : "no acceptable authentication";
    add_detail(reading.facts, "socks-auth-info", "", reading.facts.extra);
    return reading;
  }
  if (method != none) return {};
  reading.facts.extra = "no authentication";
  add_detail(reading.facts, "socks-auth-info", "", reading.facts.extra);
  if (talk.turns.size() == 1) {
    reading.say = no_request;
    return reading;
  }
  const std::string_view reply = talk.turns[1].heard;
  if (is_reply(reply)) {
    reading.confidence = documented;
    return reading;
  }
  if (!talk.is_over) return {.is = Reading::Is::more};
  // Who closes upon it may be SOCKS all the same; who says something else is not.
  return reply.empty() ? reading : Reading{};
}

}  // namespace

constinit const Reader socks5{
    .name = "socks5",
    .service = "socks5",
    .document = "RFC 1928",
    .first = Speaks::client,
    .ports = ports,
    // Mostly on ports of their own.
    .rarity = 4,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
