// NRPE, mostly inside TLS: asked for _NRPE_CHECK it says its version, in packets of 1,036 bytes (NRPE protocol, version
// 2: common.h as its documentation prints it).
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{5666};
constexpr std::size_t text_at = 10;
constexpr std::size_t text_size = 1'024;
constexpr std::size_t size = text_at + text_size + 2;
constexpr std::size_t sum_at = 4;

// CRC-32 of ISO 3309.
std::uint32_t checksum(std::string_view bytes) {
  constexpr std::uint32_t polynomial = 0xedb8'8320;
  std::uint32_t sum = 0xffff'ffff;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1U ^ ((sum & 1U) != 0 ? polynomial : 0);
  }
  return ~sum;
}

std::string request() {
  constexpr std::string_view command = "_NRPE_CHECK";
  const std::string head = big16(2) + big16(1);
  const std::string tail = big16(0) + std::string{command} + zeros(size - text_at - command.size());
  return head + big32(checksum(head + big32(0) + tail)) + tail;
}

Reading read(const Talk& talk) {
  static const std::string asked = request();
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  constexpr std::string_view head = "\0\x02\0\x02"sv;
  if (heard.empty() || !may_begin(heard, head)) return {};
  const auto packet = part(heard, 0, size);
  if (!packet) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  const std::string without =
      std::string{packet->substr(0, sum_at)} + zeros(4) + std::string{packet->substr(text_at - 2)};
  if (checksum(without) != *u32_at(*packet, sum_at)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Nagios NRPE";
  const std::string_view text = padded_text(packet->substr(text_at, text_size));
  constexpr std::string_view named = "NRPE v";
  if (text.starts_with(named)) reading.facts.version = text.substr(named.size());
  return reading;
}

}  // namespace

constinit const Reader nrpe{
    .name = "nrpe",
    .service = "nrpe",
    .document = "NRPE protocol, version 2",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return request(); },
    .read = read,
};

}  // namespace portolan::identify
