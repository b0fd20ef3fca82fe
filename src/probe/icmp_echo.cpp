// ICMP and ICMPv6 echo request: the ordinary ping.
#include "probe/registry.h"
#include "probe/tcp_answer.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  return wire::build_icmp_echo({.source = attempt.path.source,
                                .destination = attempt.target,
                                .identifier = attempt.tag,
                                .sequence = static_cast<std::uint16_t>(attempt.cookie >> 16U),
                                .cookie = attempt.cookie},
                               out);
}

std::optional<Subject> subject(const wire::Packet& packet) {
  if (const auto* echo = std::get_if<wire::IcmpEchoReply>(&packet.content)) {
    return Subject{packet.source, net::Port{}, echo->identifier};
  }
  // Of a quoted echo request the identifier is what stands where TCP has the high half of the
  // sequence number (RFC 792): type, code, checksum, identifier, sequence.
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr &&
      (error->quoted_protocol == wire::protocol_icmp || error->quoted_protocol == wire::protocol_icmpv6)) {
    const unsigned type = error->quoted_source_port.value() >> 8U;
    if (type != wire::icmp_echo_request && type != wire::icmpv6_echo_request) return std::nullopt;
    return Subject{error->quoted_destination, net::Port{}, static_cast<std::uint16_t>(error->quoted_sequence >> 16U)};
  }
  return std::nullopt;
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto sequence = static_cast<std::uint16_t>(attempt.cookie >> 16U);
  if (const auto* echo = std::get_if<wire::IcmpEchoReply>(&packet.content)) {
    if (echo->sequence != sequence || echo->cookie != attempt.cookie) return std::nullopt;
    return Verdict{model::PortState::open, model::Reason::echo_reply, true};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    if (static_cast<std::uint16_t>(error->quoted_sequence) != sequence) return std::nullopt;
    return Verdict{model::PortState::filtered, reason_of(error->kind), packet.source == attempt.target, true};
  }
  return std::nullopt;
}

}  // namespace

constinit const Probe icmp_echo{
    .name = "icmp-echo",
    .summary = "ICMP echo request (ping)",
    .scan_type = "",
    .task = "Ping Scan",
    .protocol = net::Protocol::icmp,
    .has_tag = true,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = {model::PortState::filtered, model::Reason::no_response, false},
};

}  // namespace portolan::probe
