// HTTP/2, in the clear by whoever knows it beforehand, inside TLS once it is agreed upon: a server's first frame is
// SETTINGS (RFC 9113 §3.4, §6.5). gRPC servers speak nothing else.
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 2> ports{50'051, 2379};
constexpr std::string_view asked = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"sv;
constexpr std::size_t head_size = 9;
constexpr std::array<std::string_view, 1> alpn{"h2"};  // RFC 9113 §3.2

Reading read(const Talk& talk) {
  // Its server begins with that frame, whatever the client says (RFC 9113 §3.4).
  const bool is_asked = talk.turns.front().said == asked;
  const std::string_view heard = talk.first();
  if (heard.empty() || heard.front() != '\0') return {};
  // Length, kind, flags, stream.
  if (heard.size() < head_size) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  constexpr std::uint32_t settings = 4;
  constexpr std::size_t setting_size = 6;
  constexpr std::size_t most = 64 * setting_size;
  const std::size_t size = *u32_at(heard, 0) >> 8U;
  const bool is_settings = *u8_at(heard, 3) == settings && *u8_at(heard, 4) == 0 && *u32_at(heard, 5) == 0;
  if (!is_settings || size > most || size % setting_size != 0) return {};
  const auto body = part(heard, head_size, size);
  if (!body) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  if (!is_asked && size == 0) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = is_asked ? documented : by_grammar};
  reading.facts.extra = "HTTP/2";
  return reading;
}

}  // namespace

constinit const Reader http2{
    .name = "http2",
    .service = "http",
    .document = "RFC 9113",
    .first = Speaks::client,
    .ports = ports,
    // gRPC servers stand on ports of all kinds.
    .rarity = 6,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
    .alpn = alpn,
};

}  // namespace portolan::identify
