// apcupsd's network information server: "status" behind its length is answered by records of "NAME : value", each
// behind its length, and by an empty one at the end (apcupsd's manual, "Status Report Format", and "NIS Network Server
// Protocol").
#include <array>
#include <optional>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3551};
constexpr std::size_t longest_record = 256;

std::string question(std::string_view /*host*/) {
  using namespace std::string_literals;
  return "\0\6status"s;
}

// "VERSION  : 3.14.14 (31 May 2016) debian"
struct Record {
  std::string_view name;
  std::string_view value;
};
std::optional<Record> record_in(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  text = trimmed(text);
  if (!is_printable(text)) return std::nullopt;
  return Record{trimmed(text.substr(0, colon)), trimmed(text.substr(colon + 1))};
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != question({})) return {};
  std::string_view rest = talk.first();
  Reading reading{.is = Reading::Is::no, .confidence = documented};
  for (bool is_first = true;; is_first = false) {
    const auto size = u16_at(rest, 0);
    if (!size || rest.size() < *size + 2U) {
      if (is_first && size && *size > longest_record) return {};
      return talk.is_over ? Reading{} : Reading{.is = Reading::Is::more};
    }
    if (*size == 0) return reading;
    if (*size > longest_record) return {};
    const auto record = record_in(rest.substr(2, *size));
    rest.remove_prefix(*size + 2U);
    if (!record || (is_first && record->name != "APC")) return {};
    if (record->name == "VERSION") {
      reading.is = Reading::Is::yes;
      reading.facts.product = "apcupsd";
      reading.facts.version = record->value.substr(0, record->value.find(' '));
      reading.facts.device = "power-device";
    } else if (record->name == "HOSTNAME") {
      reading.facts.host_name = record->value;
    } else if (record->name == "MODEL") {
      reading.facts.extra = record->value;
    }
  }
}

}  // namespace

constinit const Reader apcupsd{
    .name = "apcupsd",
    .service = "apcupsd",
    .document = "apcupsd's manual, NIS network server protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = question,
    .read = read,
};

}  // namespace portolan::identify
