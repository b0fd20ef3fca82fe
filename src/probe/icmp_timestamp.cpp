// ICMP timestamp request (RFC 792, IPv4 only): some filters that stop echo requests forget it.
#include "probe/registry.h"
#include "probe/tcp_answer.h"

namespace portolan::probe {
namespace {

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  return wire::build_icmp_timestamp({.source = attempt.path.source,
                                     .destination = attempt.target,
                                     .identifier = attempt.tag,
                                     .sequence = static_cast<std::uint16_t>(attempt.cookie >> 16U),
                                     .cookie = attempt.cookie},
                                    out);
}

std::optional<Subject> subject(const wire::Packet& packet) {
  if (const auto* reply = std::get_if<wire::IcmpTimestampReply>(&packet.content)) {
    return Subject{packet.source, net::Port{}, reply->identifier};
  }
  return std::nullopt;
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* reply = std::get_if<wire::IcmpTimestampReply>(&packet.content);
  if (reply == nullptr || reply->originate != attempt.cookie) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::timestamp_reply, true};
}

}  // namespace

constinit const Probe icmp_timestamp{
    .name = "icmp-timestamp",
    .summary = "ICMP timestamp request (IPv4)",
    .scan_type = "",
    .task = "Ping Scan",
    .protocol = net::Protocol::icmp,
    .has_ipv6 = false,
    .has_tag = true,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = {model::PortState::filtered, model::Reason::no_response, false},
};

}  // namespace portolan::probe
