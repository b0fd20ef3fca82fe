// The old services that answer any datagram: echo, daytime, chargen, time, quotations and lists of users (RFC 862 to
// 868). What some of them say has no grammar; they are believed at their own ports only.
#include <algorithm>
#include <array>

#include "identify/datagrams.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/datagram/as_stream.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

Reading believed(std::uint8_t confidence) { return {.is = Reading::Is::yes, .confidence = confidence}; }

Reading read_echo(const Datagrams& talk) {
  const Turn& first = talk.first();
  return !first.said.empty() && first.said == first.heard ? believed(documented) : Reading{};
}

Reading read_date(const Datagrams& talk) { return read_as_stream(daytime, {}, talk.first_heard()); }

// One datagram holds up to 512 characters, perhaps less than two lines.
Reading read_characters(const Datagrams& talk) {
  constexpr std::uint16_t own = 19;
  Reading reading = read_as_stream(chargen, {}, talk.first_heard());
  if (reading.is == Reading::Is::yes) return reading;
  const auto lines = lines_of(talk.first_heard());
  if (talk.port.value() != own || lines.empty()) return {};
  for (const std::string_view line : lines) {
    if (!is_printable(line)) return {};
  }
  return believed(inferred);
}

// Seconds since 1900. inetd of GNU sends the number as wide as its machine has it, the rest zero.
Reading read_clock(const Datagrams& talk) {
  constexpr std::uint16_t own = 37;
  constexpr std::uint32_t year_1970 = 2'208'988'800;
  const std::string_view heard = talk.first_heard();
  const bool is_wide = heard.size() == 8 && u32_at(heard, 4) == 0U;
  if (talk.port.value() != own || (heard.size() != 4 && !is_wide) || *u32_at(heard, 0) < year_1970) return {};
  return believed(by_grammar);
}

Reading read_any_text(const Datagrams& talk) {
  struct Old {
    std::uint16_t port;
    std::string_view service;
  };
  constexpr std::array<Old, 3> all{{{11, "systat"}, {13, "daytime"}, {17, "qotd"}}};
  const auto* const old = std::ranges::find(all, talk.port.value(), &Old::port);
  if (old == all.end() || trimmed(talk.first_heard()).empty()) return {};
  for (const std::string_view line : lines_of(talk.first_heard())) {
    if (!is_printable(line)) return {};
  }
  Reading reading = believed(inferred);
  reading.service = old->service;
  return reading;
}

}  // namespace

constinit const DatagramReader udp_echo{.name = "echo", .service = "echo", .document = "RFC 862", .read = read_echo};
constinit const DatagramReader udp_daytime{
    .name = "daytime", .service = "daytime", .document = "RFC 867", .read = read_date};
constinit const DatagramReader udp_chargen{
    .name = "chargen", .service = "chargen", .document = "RFC 864", .read = read_characters};
constinit const DatagramReader udp_time{.name = "time", .service = "time", .document = "RFC 868", .read = read_clock};
constinit const DatagramReader udp_text{
    .name = "text", .service = "", .document = "RFC 865, RFC 866", .read = read_any_text};

}  // namespace portolan::identify
