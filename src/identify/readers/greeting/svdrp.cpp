// VDR: 220, the host, "SVDRP VideoDiskRecorder" and the version greet (VDR's svdrp.c and its wiki page, "SVDRP").
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{6419, 2001};
constexpr unsigned ready = 220;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  // 220 host SVDRP VideoDiskRecorder 2.6.0; Wed Dec  2 01:30:00 2026; UTF-8
  const auto words = words_of(line->text);
  constexpr std::size_t at_version = 4;
  if (reply_code(line->text) != ready || words.size() <= at_version || !is_printable(line->text)) return {};
  if (words[2] != "SVDRP" || words[3] != "VideoDiskRecorder" || !words[at_version].ends_with(';')) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.host_name = words[1];
  reading.facts.product = "VDR";
  reading.facts.version = words[at_version].substr(0, words[at_version].size() - 1);
  return reading;
}

}  // namespace

constinit const Reader svdrp{
    .name = "svdrp",
    .service = "svdrp",
    .document = "VDR SVDRP",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
