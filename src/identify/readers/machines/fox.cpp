// Fox, which Niagara's stations of building automation speak: both sides begin with hello, a list of names with types
// and values in braces. Written after what stations say; nothing is asked behind it, and nobody logs in.
#include <array>
#include <utility>

#include "identify/details.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1911};
constexpr std::array<std::uint16_t, 1> tls_ports{4911};
constexpr std::string_view begins = "fox a ";
constexpr std::string_view ends = "};;";
constexpr std::string_view hello = "fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n";

// "hostName=s:xpvm-0omdc01xmy": nullopt where it is no such line.
std::optional<std::pair<std::string_view, std::string_view>> entry_in(std::string_view line) {
  const std::size_t sign = line.find('=');
  if (sign == std::string_view::npos || sign == 0 || line.size() < sign + 3 || line[sign + 2] != ':')
    return std::nullopt;
  return std::pair{line.substr(0, sign), line.substr(sign + 3)};
}

void note_entry(std::string_view name, std::string_view value, Facts& facts) {
  if (!is_printable(value) || value.empty()) return;
  if (name == "hostName") facts.host_name = value;
  if (name == "brandId" || name == "app.name") add_extra(facts, value);
  if (name == "app.version") facts.version = value;
  if (name == "os.name") facts.system = value;
  add_detail(facts, "fox-info", name, value);
}

Reading read_fox(const Talk& talk) {
  const std::string_view heard = talk.first();
  if (!may_begin(heard, begins)) return {};
  const auto first = first_line(heard);
  if (!first || heard.find(ends) == std::string_view::npos) return cut_short(talk);
  if (!first->text.ends_with(" fox hello")) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  bool has_host = false;
  for (const std::string_view line : lines_of(first->rest)) {
    if (line.starts_with(ends)) break;
    const auto entry = entry_in(line);
    if (!entry) continue;
    has_host = has_host || entry->first == "hostId" || entry->first == "hostName";
    note_entry(entry->first, entry->second, reading.facts);
  }
  if (!has_host) return {};  // our own words come back
  reading.facts.product = "Niagara Fox";
  reading.facts.device = "building automation";
  return reading;
}

}  // namespace

constinit const Reader fox{
    .name = "fox",
    .service = "niagara-fox",
    .document = "what stations say",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return std::string{hello}; },
    .read = read_fox,
};

}  // namespace portolan::identify
