// MPD: "OK MPD version" greets, and the version is the protocol's (The Music Player Daemon protocol, "Protocol
// overview").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{6600};
constexpr std::string_view begin = "OK MPD ";
// Mopidy speaks the protocol as well, and says always that one.
constexpr std::string_view mopidy = "0.19.0";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const std::string_view version = line->text.substr(std::min(begin.size(), line->text.size()));
  if (!is_version(version) || version.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (version != mopidy) reading.facts.product = "Music Player Daemon";
  reading.facts.extra = "protocol " + std::string{version};
  return reading;
}

}  // namespace

constinit const Reader mpd{
    .name = "mpd",
    .service = "mpd",
    .document = "The Music Player Daemon protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "close\n",
};

}  // namespace portolan::identify
