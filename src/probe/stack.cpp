// Questions that ports and hosts answer alike in what they say, and each system in its own way: SYNs with options, with
// FIN or with a DSCP, echo requests that are odd, a datagram of which an error quotes what the system likes to. Filters
// answer some of them otherwise than the host behind would, or not at all.
#include "probe/stack.h"

#include <algorithm>
#include <array>

#include "probe/answer.h"
#include "probe/icmp_query.h"
#include "probe/registry.h"
#include "probe/tcp_answer.h"
#include "wire/cursor.h"
#include "wire/protocol.h"
#include "wire/tcp_options.h"

namespace portolan::probe {
namespace {

using model::StackAnswer;
using model::StackQuestion;

// RFC 2474: code points that end in 01 and 10 are nobody's but for experiments; hosts copy them, filters do not.
constexpr std::uint8_t tos_of_syn = 1U << 2U;
constexpr std::uint8_t tos_of_echo = 10U << 2U;
// RFC 792: an echo request has code 0.
constexpr std::uint8_t odd_code = 9;
constexpr std::uint8_t filler = 0x43;
constexpr std::uint16_t mss_v4 = 1460;
constexpr std::uint16_t mss_v6 = 1440;

struct Clothes {
  std::uint8_t tos = 0;
  bool dont_fragment = false;
};

// The IP header in front of the transport, whose bytes the user's dress does not change but for its place on the way.
std::size_t pack(const Attempt& attempt, std::uint8_t protocol, wire::Bytes transport, const Clothes& clothes,
                 wire::Buffer out) {
  wire::Dress bare = attempt.dress;
  bare.data.clear();
  const std::size_t size = wire::build_ip({.source = attempt.path.source,
                                           .destination = attempt.target,
                                           .protocol = protocol,
                                           .mark = attempt.cookie >> 16U,
                                           .payload = transport,
                                           .dress = bare},
                                          out);
  if (!attempt.target.is_v4()) {
    out[0] = static_cast<std::uint8_t>(out[0] | clothes.tos >> 4U);
    out[1] = static_cast<std::uint8_t>(out[1] | (clothes.tos & 0x0fU) << 4U);
    return size;
  }
  out[1] = clothes.tos;
  if (clothes.dont_fragment) out[6] |= 0x40U;
  out[10] = out[11] = 0;
  const std::uint16_t sum = wire::checksum(out.first(size - transport.size()));
  wire::Writer{out.subspan(10)}.u16(sum);
  return size;
}

std::uint16_t transport_sum(const Attempt& attempt, std::uint8_t protocol, wire::Bytes transport) {
  return wire::checksum(transport,
                        wire::pseudo_header_sum(attempt.path.source, attempt.target, protocol, transport.size()));
}

std::uint8_t flags_for(StackQuestion question) {
  switch (question) {
    case StackQuestion::syn_fin:
      return wire::syn | wire::fin;
    case StackQuestion::ack:
      return wire::ack;
    case StackQuestion::fin:
      return wire::fin;
    default:
      return wire::syn;
  }
}

// Whose answer shows whether the host copies what it does not know.
bool has_dscp(StackQuestion question) {
  return question == StackQuestion::closed_syn || question == StackQuestion::ack || question == StackQuestion::fin;
}

void write_options(StackQuestion question, const Attempt& attempt, wire::Writer& w) {
  if ((flags_for(question) & wire::syn) == 0) return;
  w.u8(2).u8(4).u16(attempt.target.is_v4() ? mss_v4 : mss_v6);
  if (question == StackQuestion::closed_syn || question == StackQuestion::unlikely_syn ||
      question == StackQuestion::short_syn) {
    return;
  }
  if (question == StackQuestion::syn_plain) {
    w.u8(1).u8(1).u8(4).u8(2);
  } else {
    w.u8(4).u8(2).u8(8).u8(10).u32(attempt.cookie | 1U).u32(0);
  }
  w.u8(1).u8(3).u8(3).u8(7);
}

std::size_t build_segment_of_stack(StackQuestion question, const Attempt& attempt, wire::Buffer out) {
  std::array<std::uint8_t, 60> room{};
  wire::Writer w{room};
  const std::uint8_t flags = flags_for(question);
  w.u16(attempt.dress.source_port.value_or(net::Port{attempt.tag}).value()).u16(attempt.port.value());
  w.u32(attempt.cookie).u32((flags & wire::ack) != 0 ? attempt.cookie : 0);
  w.u8(0).u8(flags).u16(1024).u16(0).u16(0);
  write_options(question, attempt, w);
  room[12] = static_cast<std::uint8_t>(w.size() / 4 << 4U);
  const auto segment = std::span{room}.first(w.size());
  wire::Writer{segment.subspan(16)}.u16(transport_sum(attempt, wire::protocol_tcp, segment));
  const std::uint8_t tos = has_dscp(question) ? tos_of_syn : std::uint8_t{0};
  return pack(attempt, wire::protocol_tcp, segment, {.tos = tos}, out);
}

std::uint16_t echo_sequence(const Attempt& attempt) { return static_cast<std::uint16_t>(attempt.cookie >> 16U); }

std::size_t build_echo(StackQuestion question, const Attempt& attempt, wire::Buffer out) {
  const bool v4 = attempt.target.is_v4();
  const bool odd = question == StackQuestion::echo_code;
  std::array<std::uint8_t, 16> room{};
  wire::Writer w{room};
  w.u8(v4 ? wire::icmp_echo_request : wire::icmpv6_echo_request).u8(odd ? odd_code : std::uint8_t{0}).u16(0);
  w.u16(attempt.tag).u16(echo_sequence(attempt)).u32(attempt.cookie).u32(0);
  const std::uint8_t protocol = v4 ? wire::protocol_icmp : wire::protocol_icmpv6;
  const std::uint16_t sum = v4 ? wire::checksum(room) : transport_sum(attempt, protocol, room);
  wire::Writer{std::span{room}.subspan(2)}.u16(sum);
  return pack(attempt, protocol, room, {.tos = odd ? tos_of_echo : std::uint8_t{0}, .dont_fragment = !odd}, out);
}

std::size_t build_datagram_of_stack(const Attempt& attempt, wire::Buffer out) {
  constexpr std::size_t header = 8;
  std::array<std::uint8_t, header + stack_datagram> room{};
  room.fill(filler);
  wire::Writer w{room};
  w.u16(attempt.dress.source_port.value_or(net::Port{attempt.tag}).value()).u16(attempt.port.value());
  w.u16(room.size()).u16(0);
  const std::uint16_t sum = transport_sum(attempt, wire::protocol_udp, room);
  wire::Writer{std::span{room}.subspan(6)}.u16(sum == 0 ? std::uint16_t{0xffff} : sum);
  return pack(attempt, wire::protocol_udp, room, {}, out);
}

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  const StackQuestion question = stack_question(attempt.variant);
  switch (question) {
    case StackQuestion::echo:
    case StackQuestion::echo_code:
      return build_echo(question, attempt, out);
    case StackQuestion::closed_datagram:
      return build_datagram_of_stack(attempt, out);
    default:
      return build_segment_of_stack(question, attempt, out);
  }
}

constexpr IcmpQuery query_of_stack{wire::icmp_echo_request, wire::icmp_echo_reply};
constexpr IcmpQuery query_of_stack_v6{wire::icmpv6_echo_request, wire::icmpv6_echo_reply};
constexpr std::array echo_replies{query_of_stack.reply};
constexpr std::array echo_replies_v6{query_of_stack_v6.reply};

std::optional<Subject> subject(const wire::Packet& packet) {
  if (const auto found = tcp_subject(packet)) return found;
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr && error->quoted_protocol == wire::protocol_udp) {
    return Subject{error->quoted_destination, net::Port{error->quoted_u16(2)}, error->quoted_u16(0)};
  }
  return query_subject(packet, packet.destination.is_v4() ? query_of_stack : query_of_stack_v6);
}

std::optional<Verdict> judge_segment(const Attempt& attempt, const wire::Packet& packet) {
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr) return judge_tcp_error(attempt, packet);
  const StackQuestion question = stack_question(attempt.variant);
  // RFC 9293 §3.10.7.1: the reset takes its number from what was acknowledged.
  if (question == StackQuestion::ack) {
    if (!tcp->rst || tcp->sequence != attempt.cookie) return std::nullopt;
    return Verdict{model::PortState::unfiltered, model::Reason::reset, true};
  }
  // What the SYN, and FIN with it, occupy; some acknowledge less of it.
  const std::uint32_t most = question == StackQuestion::syn_fin ? 2 : 1;
  if (!tcp->ack || tcp->acknowledgement - attempt.cookie > most) return std::nullopt;
  if (tcp->rst) return Verdict{model::PortState::closed, model::Reason::reset, true};
  if (tcp->syn) return Verdict{model::PortState::open, model::Reason::syn_ack, true};
  return std::nullopt;
}

std::optional<Verdict> judge_echo(const Attempt& attempt, const wire::Packet& packet) {
  const IcmpQuery& query = attempt.target.is_v4() ? query_of_stack : query_of_stack_v6;
  const auto* reply = std::get_if<wire::IcmpMessage>(&packet.content);
  if (reply == nullptr || reply->type != query.reply) return std::nullopt;
  if (reply->identifier != attempt.tag || reply->sequence != echo_sequence(attempt)) return std::nullopt;
  if (wire::u32_at(reply->body, 0) != attempt.cookie) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::echo_reply, true};
}

std::optional<Verdict> judge_datagram(const Attempt& attempt, const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  constexpr std::size_t header = 8;
  if (error == nullptr || error->quoted_protocol != wire::protocol_udp) return std::nullopt;
  if (error->quoted_u16(4) != header + stack_datagram) return std::nullopt;
  const std::uint16_t source = attempt.dress.source_port.value_or(net::Port{attempt.tag}).value();
  if (error->quoted_u16(0) != source || error->quoted_u16(2) != attempt.port.value()) return std::nullopt;
  return filtered_by(attempt, packet, *error);
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  switch (stack_question(attempt.variant)) {
    case StackQuestion::echo:
    case StackQuestion::echo_code:
      return judge_echo(attempt, packet);
    case StackQuestion::closed_datagram:
      return judge_datagram(attempt, packet);
    default:
      return judge_segment(attempt, packet);
  }
}

// ---- as Linux 6 answers -------------------------------------------------------------------------

std::uint8_t tos_in(wire::Bytes bytes, bool v4) {
  return v4 ? bytes[1] : static_cast<std::uint8_t>((bytes[0] & 0x0fU) << 4U | bytes[1] >> 4U);
}

// The answer back to where the question came from.
struct Back {
  net::Path path;
  Attempt attempt;
  explicit Back(const Asked& asked) : path{}, attempt{.path = path, .target = asked.packet.source, .port = {}} {
    path.source = asked.packet.destination;
  }
};

std::size_t accept_as_linux(const Asked& asked, const wire::TcpSegment& tcp, wire::Buffer out) {
  const bool stamped = wire::read_tcp_options(tcp.options).timestamp != 0;
  const Back back{asked};
  std::array<std::uint8_t, 60> room{};
  wire::Writer w{room};
  w.u16(tcp.destination.value()).u16(tcp.source.value()).u32(~tcp.sequence).u32(tcp.sequence + 1);
  w.u8(0).u8(wire::syn | wire::ack).u16(stamped ? 65160 : 64240).u32(0);
  w.u8(2).u8(4).u16(mss_v4);
  if (stamped) {
    w.u8(4).u8(2).u8(8).u8(10).u32(1).u32(0);
  } else {
    w.u8(1).u8(1).u8(4).u8(2);
  }
  w.u8(1).u8(3).u8(3).u8(7);
  room[12] = static_cast<std::uint8_t>(w.size() / 4 << 4U);
  const auto segment = std::span{room}.first(w.size());
  wire::Writer{segment.subspan(16)}.u16(transport_sum(back.attempt, wire::protocol_tcp, segment));
  return pack(back.attempt, wire::protocol_tcp, segment, {.dont_fragment = true}, out);
}

std::size_t reset_as_linux(const Asked& asked, const wire::TcpSegment& tcp, std::uint8_t tos, wire::Buffer out) {
  const Back back{asked};
  std::array<std::uint8_t, 20> room{};
  wire::Writer{room}
      .u16(tcp.destination.value())
      .u16(tcp.source.value())
      .u32(tcp.ack ? tcp.acknowledgement : 0)
      .u32(tcp.ack ? 0 : tcp.sequence + 1)
      .u8(0x50)
      .u8(tcp.ack ? wire::rst : wire::rst | wire::ack);
  wire::Writer{std::span{room}.subspan(16)}.u16(transport_sum(back.attempt, wire::protocol_tcp, room));
  return pack(back.attempt, wire::protocol_tcp, room, {.tos = tos, .dont_fragment = true}, out);
}

std::size_t echo_as_linux(const Asked& asked, const wire::IcmpMessage& request, wire::Buffer out) {
  const Back back{asked};
  const bool v4 = asked.packet.source.is_v4();
  std::array<std::uint8_t, 16> room{};
  wire::Writer w{room};
  w.u8(v4 ? wire::icmp_echo_reply : wire::icmpv6_echo_reply).u8(request.code).u16(0);
  w.u16(request.identifier)
      .u16(request.sequence)
      .bytes(request.body.first(std::min<std::size_t>(8, request.body.size())));
  const std::uint8_t protocol = v4 ? wire::protocol_icmp : wire::protocol_icmpv6;
  const std::uint16_t sum = v4 ? wire::checksum(room) : transport_sum(back.attempt, protocol, room);
  wire::Writer{std::span{room}.subspan(2)}.u16(sum);
  return pack(back.attempt, protocol, room, {.tos = tos_in(asked.bytes, v4)}, out);
}

// Only what no other technique asks.
std::size_t answer(const Asked& asked, wire::Buffer out) {
  constexpr std::size_t least = 40;
  if (asked.bytes.size() < 20 || (!asked.packet.source.is_v4() && asked.bytes.size() < least)) return 0;
  const std::uint8_t tos = tos_in(asked.bytes, asked.packet.source.is_v4());
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&asked.packet.content)) {
    // A reset copies the DSCP whatever it answers; listeners drop a FIN of no connection.
    const bool other = !tcp->syn && !tcp->rst && (tcp->ack || (tcp->fin && !asked.open));
    if (other && tos == tos_of_syn) return reset_as_linux(asked, *tcp, tos, out);
    if (!tcp->syn || tcp->rst || tcp->ack || tcp->fin) return 0;
    constexpr std::size_t mss_alone = 4;
    if (asked.open && tcp->options.size() > mss_alone) return accept_as_linux(asked, *tcp, out);
    return !asked.open && tos == tos_of_syn ? reset_as_linux(asked, *tcp, tos, out) : 0;
  }
  if (const auto* message = std::get_if<wire::IcmpMessage>(&asked.packet.content)) {
    const std::uint8_t request = asked.packet.source.is_v4() ? wire::icmp_echo_request : wire::icmpv6_echo_request;
    return message->type == request && message->code != 0 ? echo_as_linux(asked, *message, out) : 0;
  }
  return 0;
}

}  // namespace

StackAnswer read_stack_answer(StackQuestion question, const wire::Packet& packet, wire::Bytes bytes,
                              std::size_t length) {
  using Kind = StackAnswer::Kind;
  StackAnswer answer;
  answer.question = question;
  answer.kind = Kind::other;
  answer.ipv6 = !packet.source.is_v4();
  answer.ttl = packet.ttl;
  if (bytes.size() >= 20) {
    answer.tos = tos_in(bytes, !answer.ipv6);
    if (!answer.ipv6) {
      answer.dont_fragment = (bytes[6] & 0x40U) != 0;
      answer.identification = static_cast<std::uint16_t>(unsigned{bytes[4]} << 8U | bytes[5]);
    }
  }
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    answer.kind = tcp->rst ? Kind::reset : tcp->syn && tcp->ack ? Kind::syn_ack : Kind::other;
    const wire::TcpOptions options = wire::read_tcp_options(tcp->options);
    answer.options = options.layout;
    answer.mss = options.mss;
    answer.scale = options.scale;
    answer.window = tcp->window;
    answer.sequence = tcp->sequence;
    answer.port = tcp->source;
  } else if (const auto* message = std::get_if<wire::IcmpMessage>(&packet.content)) {
    answer.kind = Kind::echo_reply;
    answer.code = message->code;
  } else if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    const bool closed =
        error->kind == wire::IcmpError::Kind::port_unreach && packet.source == error->quoted_destination;
    answer.kind = closed ? Kind::port_unreachable : Kind::other;
    answer.port = net::Port{error->quoted_u16(2)};
    answer.reason = reason_of(error->kind);
    if (packet.source != error->quoted_destination) answer.from = packet.source;
    const std::size_t headers = answer.ipv6 ? 48 : 28;
    const std::size_t all = std::max(length, bytes.size());
    answer.quoted = static_cast<std::uint16_t>(std::min<std::size_t>(all - std::min(all, headers), UINT16_MAX));
  }
  return answer;
}

constinit const Probe stack{
    .name = "stack",
    .task = "OS Detection",
    .asks = Asks::hosts,
    .hears = {.protocol = wire::protocol_tcp, .icmp = echo_replies, .icmpv6 = echo_replies_v6},
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer,
};

}  // namespace portolan::probe
