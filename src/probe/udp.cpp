// A datagram that means something to whoever listens at that port by custom, because most services drop what they do
// not understand; where several protocols are usual there, they take turns over the attempts. Any answer is an open
// port. A host says of a closed one that nobody is there (RFC 1122 §4.1.3.1), as often as it says such things at all
// (RFC 1812 §4.3.2.8).
#include <array>

#include "payload/registry.h"
#include "probe/answer.h"
#include "probe/registry.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

// nullptr for a port of which nothing is known: an empty datagram has to do.
const payload::Payload* payload_of(const Attempt& attempt) {
  const auto payloads = payload::payloads_for(attempt.port.value());
  return payloads.empty() ? nullptr : payloads[attempt.number % payloads.size()];
}

std::size_t turns(net::Port port) { return payload::payloads_for(port.value()).size(); }

using Room = std::array<std::uint8_t, payload::longest>;

wire::Bytes question_of(const Attempt& attempt, Room& room) {
  if (!attempt.dress.data.empty()) return {};  // build_udp puts that there
  const payload::Payload* payload = payload_of(attempt);
  return std::span{room}.first(payload == nullptr ? 0 : payload->build(attempt.cookie, room));
}

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  Room room{};
  return wire::build_udp({.source = attempt.path.source,
                          .destination = attempt.target,
                          .source_port = net::Port{attempt.tag},
                          .destination_port = attempt.port,
                          .payload = question_of(attempt, room),
                          .dress = attempt.dress},
                         out);
}

// Mostly where the answer comes from.
net::Port asked_port(const wire::UdpDatagram& datagram) {
  if (!payload::payloads_for(datagram.source.value()).empty()) return datagram.source;
  const payload::Payload* elsewhere = payload::answered_elsewhere(datagram.payload);
  return elsewhere == nullptr ? datagram.source : net::Port{elsewhere->ports.front()};
}

std::optional<Subject> subject(const wire::Packet& packet) {
  if (const auto* datagram = std::get_if<wire::UdpDatagram>(&packet.content)) {
    return Subject{packet.source, asked_port(*datagram), datagram->destination.value()};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr && error->quoted_protocol == wire::protocol_udp) {
    return Subject{error->quoted_destination, net::Port{error->quoted_u16(2)}, error->quoted_u16(0)};
  }
  return std::nullopt;
}

// What quotes a datagram of another length is not about ours.
bool quotes(const Attempt& attempt, const wire::IcmpError& error) {
  constexpr std::size_t header_size = 8;
  Room room{};
  return error.quoted_u16(4) == header_size + question_of(attempt, room).size() + attempt.dress.data.size();
}

// Over loopback our own packets are heard, too: from a port of this machine to itself, a question looks like an answer.
bool may_be_a_question(const Attempt& attempt, const wire::UdpDatagram& datagram) {
  return attempt.path.source == attempt.target && datagram.source == datagram.destination;
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  if (const auto* datagram = std::get_if<wire::UdpDatagram>(&packet.content)) {
    const payload::Payload* payload = attempt.dress.data.empty() ? payload_of(attempt) : nullptr;
    const auto match = payload == nullptr ? payload::Match::other : payload->match(attempt.cookie, datagram->payload);
    if (match == payload::Match::stale) return std::nullopt;
    if (match == payload::Match::other && may_be_a_question(attempt, *datagram)) return std::nullopt;
    return Verdict{PortState::open, Reason::udp_response, true};
  }
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr || !quotes(attempt, *error)) return std::nullopt;
  Verdict verdict = filtered_by(attempt, packet, *error);
  // Nobody but the host itself knows who listens there.
  if (error->kind == wire::IcmpError::Kind::port_unreach && verdict.host_is_up) verdict.state = PortState::closed;
  return verdict;
}

std::size_t say_that_it_is_closed(const Asked& asked, wire::Buffer out) {
  const bool v4 = asked.packet.source.is_v4();
  constexpr std::uint8_t port_unreachable = 3;     // RFC 792
  constexpr std::uint8_t port_unreachable_v6 = 4;  // RFC 4443 §3.1
  return wire::build_icmp_error({.source = asked.packet.destination,
                                 .destination = asked.packet.source,
                                 .type = v4 ? wire::icmp_unreachable : wire::icmpv6_unreachable,
                                 .code = v4 ? port_unreachable : port_unreachable_v6,
                                 .quoted = asked.bytes},
                                out);
}

// An open port speaks what is usual there, and understands nothing else; one of which nothing is known answers anything
// with as much.
std::size_t answer(const Asked& asked, wire::Buffer out) {
  const auto* datagram = std::get_if<wire::UdpDatagram>(&asked.packet.content);
  if (datagram == nullptr) return 0;
  if (!asked.open) return say_that_it_is_closed(asked, out);
  Room room{};
  wire::Bytes said = datagram->payload;
  const auto payloads = payload::payloads_for(datagram->destination.value());
  if (!payloads.empty()) {
    const std::size_t size = payloads.front()->answer(datagram->payload, room);
    if (size == 0) return 0;
    said = std::span{room}.first(size);
  }
  return wire::build_udp({.source = asked.packet.destination,
                          .destination = asked.packet.source,
                          .source_port = datagram->destination,
                          .destination_port = datagram->source,
                          .payload = said},
                         out);
}

}  // namespace

constinit const Probe udp{
    .name = "udp",
    .scan_type = "udp",
    .task = "UDP Scan",
    .scan_option = {"-sU", "UDP, with a payload that services at that port understand; slow where hosts limit errors"},
    .discovery_option = {"-PU", "ask by UDP to these ports (40125 where none are given), most of which are closed"},
    .discovery_list = "40125",
    .asks = Asks::udp_ports,
    .hears = {.protocol = wire::protocol_udp, .bytes = wire::longest_packet},
    .closed_is_error = true,
    .turns = turns,
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = {.state = PortState::open_filtered, .reason = Reason::no_response},
    .answer = answer,
};

}  // namespace portolan::probe
