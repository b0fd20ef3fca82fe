// Discovery that answers with a head as HTTP has it, or with XML: SSDP (UPnP Device Architecture 2.0 §1.3.3), Plex and
// WS-Discovery (April 2005, §5.3).
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/text.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

std::optional<Head> http_head(std::string_view text) {
  auto head = head_in(text, "HTTP/1.1");
  return head ? head : head_in(text, "HTTP/1.0");
}

// "Linux/3.10.0 UPnP/1.0 MiniUPnPd/2.1": the system, the version of UPnP, the program.
void tell_server(std::string_view server, Facts& facts) {
  if (server.empty() || !is_printable(server)) return;
  const auto words = words_of(server);
  const auto upnp = std::ranges::find_if(words, [](std::string_view word) { return starts_with_case(word, "UPnP/"); });
  if (upnp == words.end() || upnp == words.begin()) return name_program(server, facts);
  const std::string_view system = words.front().substr(0, words.front().find_first_of("/,"));
  if (system == "Linux" || system == "Windows" || system == "FreeBSD" || system == "Darwin") facts.system = system;
  const auto behind = static_cast<std::size_t>(upnp->data() - server.data()) + upnp->size();
  std::string_view program = trimmed(server.substr(behind));
  if (program.starts_with(',')) program = trimmed(program.substr(1));
  name_program(program, facts);
  add_extra(facts, trimmed(server.substr(0, behind)));
}

Reading read_ssdp(const Datagrams& talk) {
  if (!is_answer(payload::ssdp, talk.first())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  const auto head = http_head(talk.first_heard());
  if (!head) return reading;
  if (head->is_whole && !head->field("st").empty()) reading.confidence = documented;
  tell_server(head->field("server"), reading.facts);
  add_detail(reading.facts, "upnp-info", "Server", head->field("server"));
  add_detail(reading.facts, "upnp-info", "Location", head->field("location"));
  return reading;
}

Reading read_plex(const Datagrams& talk) {
  if (!is_question(payload::plex_gdm, talk.first().said)) return {};
  const auto head = http_head(talk.first_heard());
  if (!head || !head->field("content-type").starts_with("plex/")) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Plex";
  const std::string_view version = head->field("version");
  if (is_version(version) && is_printable(version)) reading.facts.version = version;
  const std::string_view name = head->field("name");
  if (is_printable(name)) reading.facts.host_name = name;
  add_extra(reading.facts, head->field("content-type").substr(5));
  return reading;
}

// What stands inside the first element of this name, whatever stands before its colon.
std::string_view text_of_element(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find(name); at != std::string_view::npos; at = xml.find(name, at + name.size())) {
    const bool is_name = at > 0 && (xml[at - 1] == ':' || xml[at - 1] == '<');
    const std::size_t open = xml.rfind('<', at);
    const bool is_end = open == std::string_view::npos || xml.substr(open, 2) == "</";
    const std::string_view behind = xml.substr(at + name.size());
    if (!is_name || is_end || !(behind.starts_with('>') || behind.starts_with(' '))) continue;
    const std::size_t begin = behind.find('>');
    if (begin == std::string_view::npos) return {};
    const std::string_view text = behind.substr(begin + 1);
    return trimmed(text.substr(0, text.find('<')));
  }
  return {};
}

Reading read_ws_discovery(const Datagrams& talk) {
  if (!is_answer(payload::ws_discovery, talk.first())) return {};
  constexpr std::size_t longest_told = 120;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  for (const auto& [name, key] : {std::pair{"Types", "Type"}, std::pair{"XAddrs", "Address"}}) {
    const std::string_view text = text_of_element(talk.first_heard(), name);
    add_detail(reading.facts, "wsdd-discover", key, text);
    if (!text.empty() && is_printable(text)) add_extra(reading.facts, text.substr(0, longest_told));
  }
  return reading;
}

}  // namespace

constinit const DatagramReader udp_ssdp{
    .name = "ssdp", .service = "upnp", .document = "UPnP Device Architecture 2.0", .read = read_ssdp};
constinit const DatagramReader udp_plex{
    .name = "plex-gdm", .service = "plex", .document = "python-plexapi, plexapi/gdm.py", .read = read_plex};
constinit const DatagramReader udp_ws_discovery{.name = "ws-discovery",
                                                .service = "ws-discovery",
                                                .document = "WS-Discovery (April 2005)",
                                                .read = read_ws_discovery};

}  // namespace portolan::identify
