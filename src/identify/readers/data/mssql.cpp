// Microsoft SQL Server: its answer to PRELOGIN holds its version ([MS-TDS] §2.2.6.5, §2.2.3.1).
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1433};
constexpr std::uint8_t tabular_result = 0x04;
constexpr std::size_t header_size = 8;
constexpr std::size_t option_size = 5;
constexpr std::uint8_t version_option = 0x00;
constexpr std::uint8_t encryption_option = 0x01;
constexpr std::uint8_t last_option = 0xff;

// PRELOGIN with VERSION, ENCRYPTION (off), INSTOPT, THREADID and MARS (off).
constexpr std::string_view prelogin = literal(
    "\x12\x01\0\x2f\0\0\x01\0"
    "\0\0\x1a\0\x06\x01\0\x20\0\x01\x02\0\x21\0\x01\x03\0\x22\0\x04\x04\0\x26\0\x01\xff"
    "\x0b\0\0\0\0\0\0\0\0\0\0\0\0");

struct Options {
  std::string_view version;
  std::string_view encryption;
};
// Tokens first, each with the place of its data; an order that is told, and nothing behind the end.
std::optional<Options> options_in(std::string_view body) {
  Options options;
  for (std::size_t at = 0;; at += option_size) {
    const auto token = u8_at(body, at);
    if (!token) return std::nullopt;
    if (*token == last_option) break;
    const auto offset = u16_at(body, at + 1);
    const auto size = u16_at(body, at + 3);
    if (!offset || !size || *offset > body.size() || *size > body.size() - *offset) return std::nullopt;
    if (at == 0 && (*token != version_option || *size != 6)) return std::nullopt;
    if (*token == version_option) options.version = body.substr(*offset, *size);
    if (*token == encryption_option) options.encryption = body.substr(*offset, *size);
  }
  if (options.version.empty()) return std::nullopt;
  return options;
}

// Microsoft's own names of its major versions.
std::string_view name_of(unsigned major, unsigned minor) {
  switch (major) {
    case 8:
      return "2000";
    case 9:
      return "2005";
    case 10:
      return minor >= 50 ? "2008 R2" : "2008";
    case 11:
      return "2012";
    case 12:
      return "2014";
    case 13:
      return "2016";
    case 14:
      return "2017";
    case 15:
      return "2019";
    case 16:
      return "2022";
    case 17:
      return "2025";
    default:
      return {};
  }
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != prelogin || u8_at(answer, 0) != tabular_result) return {};
  const auto size = u16_at(answer, 2);
  if (!size) return cut_short(talk);
  if (*size < header_size + option_size + 1) return {};
  if (answer.size() < *size) return cut_short(talk);
  const auto options = options_in(answer.substr(header_size, *size - header_size));
  if (!options) return {};
  Cursor version{options->version};
  const unsigned major = version.u8();
  const unsigned minor = version.u8();
  const unsigned build = version.u16();
  const unsigned revision = version.u16();
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view name = name_of(major, minor);
  reading.facts.product = name.empty() ? "Microsoft SQL Server" : fmt::format("Microsoft SQL Server {}", name);
  reading.facts.version = fmt::format("{}.{:02}.{}.{:02}", major, minor, build, revision);
  add_detail(reading.facts, "ms-sql-info", "name", reading.facts.product);
  add_detail(reading.facts, "ms-sql-info", "number", reading.facts.version);
  if (u8_at(options->encryption, 0) == 3) reading.facts.extra = "asks for encryption";
  return reading;
}

}  // namespace

constinit const Reader mssql{
    .name = "mssql",
    .service = "ms-sql-s",
    .document = "[MS-TDS] 2.2.6.5",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{prelogin}; },
    .read = read,
};

}  // namespace portolan::identify
