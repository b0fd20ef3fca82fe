// Gearman: its administrative protocol answers "version" in one line, "OK 1.1.20", and each word that is none of its
// commands in one that says so (gearman.org/protocol).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/readers/asked/refused.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4730};
constexpr std::string_view ask = "version\n";
constexpr std::string_view ok = "OK ";

constexpr std::string_view unknown = "ERR UNKNOWN_COMMAND Unknown+server+command";

// Asked in another protocol; on the same connection it can be asked in its own.
Reading read_gearmand_refusal(const Talk& talk) {
  if (!may_begin(talk.first(), unknown)) return {};
  if (!first_line(talk.first())) return unfinished(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.product = "Gearman";
  reading.say = ask;
  return reading;
}

Reading read_gearmand_version(const Talk& talk, std::string_view heard) {
  if (!may_begin(heard, ok) && !may_begin(heard, unknown)) return {};
  const auto line = first_line(heard);
  if (!line) return unfinished(talk);
  if (!line->rest.empty() || !line->text.starts_with(ok)) return {};
  const std::string_view version = line->text.substr(ok.size());
  const bool whole = is_version(version) &&
                     version.find_first_not_of("0123456789.+~-abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (!whole || version.find('.') == std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Gearman";
  reading.facts.version = version;
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said == ask) return read_gearmand_version(talk, talk.first());
  const Reading refusal = read_gearmand_refusal(talk);
  if (talk.turns.size() == 1 || refusal.is != Reading::Is::yes) return refusal;
  return talk.turns.back().said == ask ? read_gearmand_version(talk, past_lines(talk.last(), unknown)) : Reading{};
}

}  // namespace

constinit const Reader gearman{
    .name = "gearman",
    .service = "gearman",
    .document = "gearman.org/protocol, administrative protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
