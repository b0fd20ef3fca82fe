// lircd: "VERSION" is answered by a packet of lines, BEGIN, the command, SUCCESS, DATA, their number, the version, END
// (lircd(8), SOCKET COMMAND INTERFACE).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{8765};
constexpr std::string_view ask = "VERSION\n";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "BEGIN\nVERSION\n")) return {};
  const auto lines = lines_of(talk.first());
  if (lines.size() < 7) return unfinished(talk, 256);
  if (lines[2] != "SUCCESS" || lines[3] != "DATA" || lines[4] != "1" || lines[6] != "END") return {};
  if (!is_version(lines[5]) || !is_printable(lines[5])) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "LIRC lircd";
  reading.facts.version = lines[5];
  return reading;
}

}  // namespace

constinit const Reader lirc{
    .name = "lirc",
    .service = "lirc",
    .document = "lircd(8)",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
