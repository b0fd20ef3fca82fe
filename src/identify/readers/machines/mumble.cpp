// Mumble: inside TLS the server says its version at once, a message of protocol buffers (Mumble protocol
// documentation, "Protocol stack (TCP)" and "Establishing a connection").
#include <fmt/core.h>

#include <array>
#include <optional>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{64738};
// Type 0, and the length in four bytes.
constexpr std::size_t head = 6;
constexpr std::uint32_t longest = 1'024;

struct Version {
  std::optional<std::uint64_t> number;       // 16 bits of the major number, and 8 of each of the others
  std::optional<std::uint64_t> long_number;  // since 1.5: 16 bits each, and as many of nothing
  std::string_view release;
  std::string_view system;
  std::string_view system_version;
};

std::uint64_t varint(Cursor& in) {
  constexpr unsigned bits = 7;
  constexpr unsigned most = 63;
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift <= most; shift += bits) {
    const unsigned byte = in.u8();
    number |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  return number;
}

// nullopt: it is no such message.
std::optional<Version> version_in(std::string_view body) {
  Version version;
  Cursor in{body};
  while (in.is_whole() && !in.is_at_end()) {
    const std::uint64_t tag = varint(in);
    constexpr std::uint64_t number = 0;
    constexpr std::uint64_t bytes = 2;
    if ((tag & 7U) == number) {
      const std::uint64_t value = varint(in);
      if (tag >> 3U == 1) version.number = value;
      if (tag >> 3U == 5) version.long_number = value;
    } else if ((tag & 7U) == bytes) {
      const std::string_view text = in.take(varint(in));
      if (!is_printable(text)) return std::nullopt;
      if (tag >> 3U == 2) version.release = text;
      if (tag >> 3U == 3) version.system = text;
      if (tag >> 3U == 4) version.system_version = text;
    } else {
      return std::nullopt;
    }
  }
  if (!in.is_whole() || (!version.number && !version.long_number) || version.release.empty()) return std::nullopt;
  return version;
}

std::string number_text(const Version& version) {
  constexpr std::uint64_t part = 0xffff;
  if (const auto number = version.long_number) {
    return fmt::format("{}.{}.{}", *number >> 48U, *number >> 32U & part, *number >> 16U & part);
  }
  return fmt::format("{}.{}.{}", *version.number >> 16U, *version.number >> 8U & 0xffU, *version.number & 0xffU);
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!talk.in_tls || first.empty() || !may_begin(first, literal("\0\0\0\0"))) return {};
  const auto size = u32_at(first, 2);
  if (size && (*size == 0 || *size > longest)) return {};
  if (!size || first.size() < head + *size) return cut_short(talk);
  const auto version = version_in(first.substr(head, *size));
  if (!version) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Mumble";
  reading.facts.version = number_text(*version);
  // "X11" is what it calls all but Windows and macOS.
  if (version->system != "X11") reading.facts.system = version->system;
  if (version->system_version.find("Linux") != std::string_view::npos) reading.facts.system = "Linux";
  add_extra(reading.facts, version->system_version);
  return reading;
}

}  // namespace

constinit const Reader mumble{
    .name = "mumble",
    .service = "mumble",
    .document = "Mumble protocol documentation",
    .first = Speaks::server,
    .ports = {},
    .tls_ports = ports,
    .read = read,
};

}  // namespace portolan::identify
