// Livestatus, the query language of monitoring cores: a query for a header of fixed size is answered by a status, a
// length, and a row a line (docs.checkmk.com, "Retrieving status data via Livestatus").
#include <array>
#include <charconv>

#include "identify/readers/asked/head.h"
#include "identify/readers/json/json_answer.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{6557};
constexpr std::string_view ask =
    "GET status\nColumns: program_version livestatus_version\nOutputFormat: json\nResponseHeader: fixed16\n\n";
constexpr std::size_t header_size = 16;

Reading read(const Talk& talk) {
  // "200          27\n": three digits, a blank, and eleven for the length.
  if (talk.turns.front().said != ask) return {};
  const std::string_view said = talk.first();
  if (said.size() < header_size) return may_begin(said, "200 ") ? unfinished(talk) : Reading{};
  const auto status = reply_code(said);
  if (!status || said[header_size - 1] != '\n') return {};
  const std::string_view digits = trimmed(said.substr(3, header_size - 4));
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc{} || end != digits.data() + digits.size() || size > most_bytes) return {};
  if (said.size() < header_size + size) return talk.is_over ? Reading{} : Reading{.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  constexpr unsigned ok = 200;
  if (*status != ok) return reading;
  const auto rows = parse_json(trimmed(said.substr(header_size, size)));
  if (!rows || rows->array() == nullptr) return {};
  if (rows->array()->empty() || rows->array()->front().array() == nullptr) return reading;
  const JsonValue::Array& row = *rows->array()->front().array();
  if (row.size() != 2 || row[0].text() == nullptr || !is_printable(*row[0].text())) return reading;
  reading.confidence = documented;
  reading.facts.extra = "core " + *row[0].text();
  if (row[1].text() != nullptr && is_version(*row[1].text()) && is_printable(*row[1].text())) {
    reading.facts.product = "Livestatus";
    reading.facts.version = *row[1].text();
  }
  return reading;
}

}  // namespace

constinit const Reader livestatus{
    .name = "livestatus",
    .service = "livestatus",
    .document = "Checkmk, Livestatus",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
