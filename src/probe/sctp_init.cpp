// Ask for an SCTP association and judge by the first answer; the cookie that comes with it is never sent back, so that
// the other end keeps nothing (RFC 9260 §5.1).
#include <array>

#include "probe/registry.h"
#include "probe/sctp_answer.h"
#include "wire/cursor.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

// RFC 9260 §3.3.2. Every later packet of the other end bears our initiate tag, which may not be zero.
std::uint32_t initiate_tag(const Attempt& attempt) { return attempt.cookie == 0 ? 1 : attempt.cookie; }

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  constexpr std::uint32_t window = 32'768;
  constexpr std::uint16_t streams = 10;
  std::array<std::uint8_t, 16> body{};
  wire::Writer{body}.u32(initiate_tag(attempt)).u32(window).u16(streams).u16(streams).u32(attempt.cookie);
  return wire::build_sctp({.source = attempt.path.source,
                           .destination = attempt.target,
                           .source_port = net::Port{attempt.tag},
                           .destination_port = attempt.port,
                           .chunk = wire::sctp_init,
                           .body = body,
                           .dress = attempt.dress},
                          out);
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* sctp = std::get_if<wire::SctpPacket>(&packet.content);
  if (sctp == nullptr) return judge_sctp_error(attempt, 0, packet);  // an INIT has no verification tag (§8.5.1)
  if (sctp->verification_tag != initiate_tag(attempt)) return std::nullopt;
  if (sctp->chunk == wire::sctp_init_ack) return Verdict{PortState::open, Reason::init_ack, true};
  if (sctp->chunk == wire::sctp_abort) return Verdict{PortState::closed, Reason::abort, true};
  return std::nullopt;
}

}  // namespace

constinit const Probe sctp_init{
    .name = "sctp-init",
    .scan_type = "sctpinit",
    .task = "SCTP INIT Scan",
    .scan_option = {"-sY", "SCTP INIT, as a SYN scan asks TCP"},
    .discovery_option = {"-PY", "ask by SCTP INIT to these ports (80 where none are given)"},
    .asks = Asks::sctp_ports,
    .hears = hears_sctp,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = sctp_subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer_sctp,
};

}  // namespace portolan::probe
