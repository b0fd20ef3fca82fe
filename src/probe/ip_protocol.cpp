// Which protocols a host speaks over IP, whatever their ports. Those that have messages of their own are asked by one
// of their techniques, the others by a packet with nothing in it; any answer says that the protocol is there. A host
// says of one that it does not know that it is not (RFC 1122 §3.2.2.1, RFC 8200 §4), as often as it says such things at
// all.
#include <array>

#include "probe/answer.h"
#include "probe/registry.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;
using Kind = wire::IcmpError::Kind;

// The technique that asks on behalf of a protocol, and the port that it asks.
struct Speaker {
  std::uint8_t protocol;
  const Probe* probe;
  net::Port port;
};
constexpr std::array speakers{
    Speaker{wire::protocol_icmp, &icmp_echo, {}},
    Speaker{wire::protocol_icmpv6, &icmp_echo, {}},
    Speaker{wire::protocol_tcp, &tcp_ack, net::Port{80}},
    Speaker{wire::protocol_udp, &udp, net::Port{40'125}},
    Speaker{wire::protocol_sctp, &sctp_init, net::Port{80}},
};

constexpr std::uint8_t icmp_of(const net::IpAddress& address) {
  return address.is_v4() ? wire::protocol_icmp : wire::protocol_icmpv6;
}

// Whether an ICMP message over this family is one of the speaker's.
bool fits(const Speaker& speaker, const net::IpAddress& address) {
  return speaker.probe != &icmp_echo || speaker.protocol == icmp_of(address);
}

const Speaker* speaker_of(const Attempt& attempt) {
  for (const Speaker& speaker : speakers) {
    if (speaker.protocol == attempt.port.value() && fits(speaker, attempt.target)) return &speaker;
  }
  return nullptr;
}

Attempt as_of(const Speaker& speaker, const Attempt& attempt) {
  Attempt its = attempt;
  its.port = speaker.port;
  return its;
}

// The part of the cookie that IPv4's identification or IPv6's flow label has room for. Kernels take a zero there for
// none.
std::uint32_t mark_of(const Attempt& attempt) {
  constexpr std::uint32_t identification_bits = 0xffff;
  const std::uint32_t mark = attempt.cookie & (attempt.target.is_v4() ? identification_bits : wire::flow_label_bits);
  return mark == 0 ? 1 : mark;
}

// IGMP's question to all who are in any group (RFC 2236 §2). Over IPv6 there is no IGMP.
using Query = std::array<std::uint8_t, 8>;
Query membership_query(bool bad_checksum) {
  constexpr std::uint8_t query = 0x11;
  Query message{query};
  const auto sum = static_cast<std::uint16_t>(wire::checksum(message) ^ (bad_checksum ? 1U : 0U));
  wire::Writer{std::span{message}.subspan(2)}.u16(sum);
  return message;
}

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  if (const Speaker* speaker = speaker_of(attempt)) return speaker->probe->build(as_of(*speaker, attempt), out);
  const auto protocol = static_cast<std::uint8_t>(attempt.port.value());
  const Query query = membership_query(attempt.dress.bad_checksum);
  const bool has_query = protocol == wire::protocol_igmp && attempt.target.is_v4();
  return wire::build_ip({.source = attempt.path.source,
                         .destination = attempt.target,
                         .protocol = protocol,
                         .mark = mark_of(attempt),
                         .payload = has_query ? wire::Bytes{query} : wire::Bytes{},
                         .dress = attempt.dress},
                        out);
}

std::optional<Subject> subject(const wire::Packet& packet) {
  for (const Speaker& speaker : speakers) {
    if (!fits(speaker, packet.source)) continue;
    const auto found = speaker.probe->subject(packet);
    if (found && found->port == speaker.port) return Subject{found->target, net::Port{speaker.protocol}, found->tag};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    return Subject{error->quoted_destination, net::Port{error->quoted_protocol}, std::nullopt};
  }
  if (const auto* other = std::get_if<wire::Other>(&packet.content)) {
    return Subject{packet.source, net::Port{other->protocol}, std::nullopt};
  }
  return std::nullopt;
}

// Nobody but the host itself knows what it speaks.
Verdict by_error(const Attempt& attempt, const wire::Packet& packet, const wire::IcmpError& error) {
  Verdict verdict = filtered_by(attempt, packet, error);
  if (!verdict.host_is_up) return verdict;
  // It looked into the header, and did not like what is there, or into the port.
  const bool looked_inside =
      error.kind == Kind::port_unreach || (error.kind == Kind::parameter_problem && !attempt.target.is_v4());
  const bool knows_it_not = error.kind == Kind::proto_unreach || error.kind == Kind::unknown_header;
  // Who says by ICMP that there is no ICMP is a filter.
  const bool contradicts = attempt.port.value() == icmp_of(attempt.target);
  if (looked_inside || (knows_it_not && contradicts)) {
    verdict.state = PortState::open;
  } else if (knows_it_not) {
    verdict.state = PortState::closed;
  }
  return verdict;
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (const Speaker* speaker = speaker_of(attempt)) {
    const auto verdict = speaker->probe->judge(as_of(*speaker, attempt), packet);
    if (!verdict) return std::nullopt;
    if (error != nullptr) return by_error(attempt, packet, *error);
    // nmap 7.93 tells ICMPv6's echo reply like any other answer.
    const bool echo = speaker->protocol == wire::protocol_icmp;
    return Verdict{PortState::open, echo ? Reason::echo_reply : Reason::proto_response, true};
  }
  if (error != nullptr) {
    if (error->quoted_mark != mark_of(attempt)) return std::nullopt;
    return by_error(attempt, packet, *error);
  }
  const auto* other = std::get_if<wire::Other>(&packet.content);
  if (other == nullptr || other->protocol != attempt.port.value()) return std::nullopt;
  // Over loopback our own packets are heard, too, and there is nothing in an answer that tells it from a question.
  if (attempt.path.source == attempt.target) return std::nullopt;
  return Verdict{PortState::open, Reason::proto_response, true};
}

// As nmap has it: who says by ICMP what it does not speak, speaks ICMP. Many hosts drop echo requests.
std::optional<net::Port> also_open(const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr || error->kind != Kind::proto_unreach || packet.source != error->quoted_destination) {
    return std::nullopt;
  }
  return net::Port{wire::protocol_icmp};
}

std::size_t answer(const Asked& asked, wire::Buffer out) {
  const auto* other = std::get_if<wire::Other>(&asked.packet.content);
  if (other == nullptr) return 0;
  if (asked.open) {
    return wire::build_ip(
        {.source = asked.packet.destination, .destination = asked.packet.source, .protocol = other->protocol}, out);
  }
  const bool v4 = asked.packet.source.is_v4();
  constexpr std::uint8_t protocol_unreachable = 2;  // RFC 792
  return wire::build_icmp_error({.source = asked.packet.destination,
                                 .destination = asked.packet.source,
                                 .type = v4 ? wire::icmp_unreachable : wire::icmpv6_parameter_problem,
                                 .code = v4 ? protocol_unreachable : wire::icmpv6_unknown_header,
                                 .quoted = asked.bytes},
                                out);
}

constexpr std::array replies{wire::icmp_echo_reply};
constexpr std::array replies_v6{wire::icmpv6_echo_reply};

}  // namespace

constinit const Probe ip_protocol{
    .name = "ip-protocol",
    .scan_type = "ipproto",
    .task = "IPProto Scan",
    .scan_option = {"-sO", "IP protocols instead of ports: which ones the host speaks; -p names them (1,6,gre)"},
    .discovery_option = {"-PO", "ask by these IP protocols (1,2,4 where none are given)"},
    .discovery_list = "1,2,4",
    .asks = Asks::ip_protocols,
    .hears = {.icmp = replies, .icmpv6 = replies_v6, .any_protocol = true},
    .closed_is_error = true,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .also_open = also_open,
    .on_silence = {.state = PortState::open_filtered, .reason = Reason::no_response},
    .answer = answer,
};

}  // namespace portolan::probe
