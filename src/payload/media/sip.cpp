// SIP: what can you do? No hop is left to forward the question, so that whoever gets it answers it (§11.1), and to the
// port it came from (RFC 3581).
#include <fmt/core.h>

#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5060};
constexpr std::string_view status_line = "SIP/2.0 ";

std::size_t build(std::uint32_t cookie, Buffer out) {
  return write_text(fmt::format("OPTIONS sip:invalid SIP/2.0\r\n"
                                "Via: SIP/2.0/UDP invalid;branch=z9hG4bK{0};rport\r\n"
                                "Max-Forwards: 0\r\n"
                                "From: <sip:anonymous@anonymous.invalid>;tag={0}\r\n"
                                "To: <sip:invalid>\r\n"
                                "Call-ID: {0}\r\n"
                                "CSeq: 1 OPTIONS\r\n"
                                "Content-Length: 0\r\n\r\n",
                                hex_text(cookie)),
                    out);
}

Match match(std::uint32_t cookie, Bytes answer) {
  const std::string_view text = as_text(answer);
  return text.starts_with(status_line) ? match_hex_text(cookie, text) : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  const std::string_view text = as_text(question);
  const auto headers = text.find('\n');
  if (!text.starts_with("OPTIONS ") || headers == text.npos) return 0;
  return write_text(fmt::format("{}200 OK\r\n{}", status_line, text.substr(headers + 1)), out);
}

}  // namespace

constinit const Payload sip{
    .name = "sip", .document = "RFC 3261 §11", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
