// Tor's control port: PROTOCOLINFO may be asked before anything else, and names the version (control-spec, section
// 3.21). Any other first command is refused by 514 and the end, and HTTP in its own words.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{9051, 9151};
constexpr std::string_view ask = "PROTOCOLINFO 1\r\n";
constexpr std::string_view version_line = "250-VERSION Tor=\"";
constexpr std::string_view auth_line = "250-AUTH METHODS=";

constexpr std::string_view refusal = "514 Authentication required.";
constexpr std::string_view in_http = "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy";

// It ends the connection behind that, so that nothing more can be asked there.
Reading read_tors_refusal(const Talk& talk) {
  const auto line = first_line(talk.first());
  if (!line || (line->text != refusal && line->text != in_http)) return {};
  // Its version is told to who asks in its own way.
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.facts.product = "Tor";
  return reading;
}

Reading read(const Talk& talk) {
  if (const Reading refused = read_tors_refusal(talk); refused.is == Reading::Is::yes) return refused;
  if (!may_begin(talk.first(), "250-PROTOCOLINFO 1")) return {};
  const std::string_view said = talk.first();
  const bool whole = said.ends_with("250 OK\r\n");
  if (!whole) return unfinished(talk, 4'096);
  Reading reading{.is = Reading::Is::no, .confidence = documented};
  for (const std::string_view line : lines_of(said)) {
    if (!is_printable(line)) return {};
    if (line.starts_with(version_line)) {
      const std::string_view version = line.substr(version_line.size());
      reading.is = Reading::Is::yes;
      reading.facts.product = "Tor";
      reading.facts.version = version.substr(0, version.find_first_of("\" "));
    } else if (line.starts_with(auth_line)) {
      const std::string_view methods = line.substr(auth_line.size());
      reading.facts.extra = "authentication " + std::string{methods.substr(0, methods.find(' '))};
    }
  }
  return reading;
}

}  // namespace

constinit const Reader tor_control{
    .name = "tor_control",
    .service = "tor-control",
    .document = "Tor control-spec",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
