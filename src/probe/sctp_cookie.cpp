// The third packet of a handshake that never was: who does not listen at the port refuses it, who does drops a cookie
// that is none of its own (RFC 9260 §5.1.5, §8.4). Filters that only look for INIT let it pass.
#include <array>

#include "probe/registry.h"
#include "probe/sctp_answer.h"
#include "wire/cursor.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  std::array<std::uint8_t, 4> body{};
  wire::Writer{body}.u32(attempt.cookie);
  return wire::build_sctp({.source = attempt.path.source,
                           .destination = attempt.target,
                           .source_port = net::Port{attempt.tag},
                           .destination_port = attempt.port,
                           .verification_tag = attempt.cookie,
                           .chunk = wire::sctp_cookie_echo,
                           .body = body,
                           .dress = attempt.dress},
                          out);
}

// Who knows of no association reflects the tag that came (RFC 9260 §8.4, 8).
std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* sctp = std::get_if<wire::SctpPacket>(&packet.content);
  if (sctp == nullptr) return judge_sctp_error(attempt, attempt.cookie, packet);
  if (sctp->chunk != wire::sctp_abort || sctp->verification_tag != attempt.cookie) return std::nullopt;
  return Verdict{PortState::closed, Reason::abort, true};
}

}  // namespace

constinit const Probe sctp_cookie{
    .name = "sctp-cookie",
    .scan_type = "sctpcookieecho",
    .task = "SCTP COOKIE-ECHO Scan",
    .scan_option = {"-sZ", "SCTP COOKIE ECHO; open ports stay silent to it"},
    .asks = Asks::sctp_ports,
    .hears = hears_sctp,
    .open_answers = false,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = sctp_subject,
    .judge = judge,
    .on_silence = {.state = PortState::open_filtered, .reason = Reason::no_response},
    .answer = answer_sctp,
};

}  // namespace portolan::probe
