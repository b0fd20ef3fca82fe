// Gnutella: "GNUTELLA CONNECT/0.6" is answered by "GNUTELLA/0.6 NNN" and fields, with the program in User-Agent also
// where it refuses (the Gnutella protocol specification 0.6, section 2.1).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{6346, 6347};
constexpr std::string_view protocol = "GNUTELLA/0.6";

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), protocol)) return {};
  const auto head = head_in(talk.first(), protocol);
  if (!head) return first_line(talk.first()) ? Reading{} : unfinished(talk);
  if (!head->is_whole && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (const auto agent = head->field("user-agent"); !agent.empty() && head->is_whole) {
    name_program(agent, reading.facts);
    reading.confidence = documented;
  }
  return reading;
}

}  // namespace

constinit const Reader gnutella{
    .name = "gnutella",
    .service = "gnutella",
    .document = "Gnutella protocol specification 0.6",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question =
        [](std::string_view) {
          return std::string{"GNUTELLA CONNECT/0.6\r\nUser-Agent: portolan\r\nX-Ultrapeer: False\r\n\r\n"};
        },
    .read = read,
    .goodbye = "GNUTELLA/0.6 503 Leaving\r\n\r\n",
};

}  // namespace portolan::identify
