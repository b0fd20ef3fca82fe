// ICAP: "ICAP/1.0 NNN" answers any request, OPTIONS is for everybody (RFC 3507 §4.10); Server, or Service, name the
// program.
#include <fmt/core.h>

#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1344};
constexpr std::string_view protocol = "ICAP/1.0";

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), protocol)) return {};
  const auto head = head_in(talk.first(), protocol);
  if (!head) return first_line(talk.first()) ? Reading{} : unfinished(talk);
  if (!head->is_whole && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (const auto server = head->field("server"); !server.empty() && head->is_whole) {
    name_program(server, reading.facts);
    reading.confidence = documented;
  }
  if (const auto service = head->field("service"); !service.empty() && is_printable(service)) {
    reading.facts.extra += (reading.facts.extra.empty() ? "" : "; ") + fmt::format("service: {}", service);
  }
  return reading;
}

std::string question(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  const std::string name = is_ipv6 ? fmt::format("[{}]", host.substr(0, host.find('%'))) : std::string{host};
  return fmt::format("OPTIONS icap://{0}/ ICAP/1.0\r\nHost: {0}\r\nUser-Agent: portolan\r\nConnection: close\r\n\r\n",
                     name);
}

}  // namespace

constinit const Reader icap{
    .name = "icap",
    .service = "icap",
    .document = "RFC 3507",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = question,
    .read = read,
};

}  // namespace portolan::identify
