// WS-Discovery: which services are there, of any type?
#include <fmt/core.h>

#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3702};
std::size_t build(std::uint32_t cookie, Buffer out) {
  return write_text(fmt::format("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
                                " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
                                " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"
                                "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
                                "<a:MessageID>urn:uuid:{}-0000-4000-8000-000000000000</a:MessageID>"
                                "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
                                "</s:Header><s:Body><d:Probe/></s:Body></s:Envelope>",
                                hex_text(cookie)),
                    out);
}

Match match(std::uint32_t cookie, Bytes answer) {
  const std::string_view text = as_text(answer);
  const auto has = [text](std::string_view part) { return text.find(part) != text.npos; };
  // Only an answer relates to a message.
  return has("Envelope") && has("RelatesTo") ? match_hex_text(cookie, text) : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  constexpr std::string_view before = "<a:MessageID>";
  const std::string_view text = as_text(question);
  const auto from = text.find(before);
  const auto to = text.find("</a:MessageID>");
  if (from == text.npos || to == text.npos || to < from + before.size()) return 0;
  return write_text(
      fmt::format("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
                  " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
                  " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"
                  "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>"
                  "<a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches/></s:Body></s:Envelope>",
                  text.substr(from + before.size(), to - from - before.size())),
      out);
}

}  // namespace

constinit const Payload ws_discovery{.name = "ws-discovery",
                                     .document = "WS-Discovery (April 2005) §5.2",
                                     .ports = ports,
                                     .build = build,
                                     .match = match,
                                     .answer = answer};

}  // namespace portolan::payload
