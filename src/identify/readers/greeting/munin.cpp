// Munin: "# munin node at HOST" greets, and version answers in one line (guide.munin-monitoring.org, "Protocol for data
// exchange between master and node").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4949};
constexpr std::string_view begin = "# munin node at ";
constexpr std::string_view ask = "version\n";
constexpr std::string_view before_version = "version: ";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto names = words_of(line->text.substr(std::min(begin.size(), line->text.size())));
  if (names.size() != 1 || !is_printable(names.front())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Munin node";
  reading.facts.host_name = names.front();
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return reading;
  const auto answer = first_line(talk.turns[1].heard);
  if (!answer) return talk.is_over ? reading : Reading{.is = Reading::Is::more};
  // "munins node on HOST version: 2.0.73"
  const std::size_t at = answer->text.rfind(before_version);
  if (at == std::string_view::npos) return reading;
  const std::string_view version = answer->text.substr(at + before_version.size());
  if (is_version(version) && is_printable(version)) reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader munin{
    .name = "munin",
    .service = "munin",
    .document = "Munin node protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "quit\n",
};

}  // namespace portolan::identify
