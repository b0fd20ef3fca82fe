// RTSP: "RTSP/1.0 NNN" answers any request; the Server field names the program (RFC 2326 §12.36). RFC 7826 has 2.0.
#include <array>

#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{554, 8554};
constexpr std::array<std::uint16_t, 1> tls_ports{322};

Reading read(const Talk& talk) {
  const std::string_view said = talk.first();
  constexpr std::string_view begin = "RTSP/";
  if (!may_begin(said, begin)) return {};
  auto head = head_in(said, "RTSP/1.0");
  if (!head) head = head_in(said, "RTSP/2.0");
  if (!head) return first_line(said) ? Reading{} : unfinished(talk);
  if (!head->is_whole && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (!head->is_whole) return reading;
  name_program(head->field("server"), reading.facts);
  if (!head->field("cseq").empty()) reading.confidence = documented;
  if (const auto methods = head->field("public"); !methods.empty() && is_printable(methods)) {
    add_detail(reading.facts, "rtsp-methods", "", methods);
    reading.facts.extra += (reading.facts.extra.empty() ? "" : "; ") + std::string{methods};
  }
  return reading;
}

}  // namespace

// Cameras and recorders speak it, on any port that a router forwards: common enough to be asked for everywhere.
constinit const Reader rtsp{
    .name = "rtsp",
    .service = "rtsp",
    .document = "RFC 2326, RFC 7826",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 6,
    .question =
        [](std::string_view) { return std::string{"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: portolan\r\n\r\n"}; },
    .read = read,
};

}  // namespace portolan::identify
