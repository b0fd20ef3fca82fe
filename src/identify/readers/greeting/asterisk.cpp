// Asterisk's manager interface greets with its own version (docs.asterisk.org, "Asterisk Manager Interface").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5038};
constexpr std::string_view begin = "Asterisk Call Manager/";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const std::string_view version = line->text.substr(std::min(begin.size(), line->text.size()));
  if (!is_version(version) || version.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Asterisk Call Manager";
  reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader asterisk{
    .name = "asterisk",
    .service = "asterisk",
    .document = "Asterisk Manager Interface",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "Action: Logoff\r\n\r\n",
};

}  // namespace portolan::identify
