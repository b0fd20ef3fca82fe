// Questions and answers as values, for the tests of techniques.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "probe/registry.h"
#include "wire/build.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::probe {

inline const net::IpAddress us = net::IpAddress::v4(0xc6120001);
inline const net::IpAddress them = net::IpAddress::v4(0xc6120002);
inline const net::IpAddress router = net::IpAddress::v4(0xc6120063);
inline const net::IpAddress us_v6 = net::IpAddress::parse("2001:db8::1").value();
inline const net::IpAddress them_v6 = net::IpAddress::parse("2001:db8::2").value();
inline constexpr std::uint16_t tag = 40'000;

inline const net::Path path{.kind = net::Path::Kind::ethernet,
                            .interface = 2,
                            .source = us,
                            .source_mac = {{2, 0, 0, 0, 0, 1}},
                            .on_link = true,
                            .next_hop = them,
                            .next_hop_mac = {}};
inline const net::Path path_v6{.kind = net::Path::Kind::ethernet,
                               .interface = 2,
                               .source = us_v6,
                               .source_mac = {{2, 0, 0, 0, 0, 1}},
                               .on_link = true,
                               .next_hop = them_v6,
                               .next_hop_mac = {}};

inline Attempt attempt(std::uint32_t cookie) { return {path, them, net::Port{443}, 0, tag, cookie}; }
inline Attempt attempt_v6(std::uint32_t cookie) { return {path_v6, them_v6, net::Port{443}, 0, tag, cookie}; }

// Flags as `wire::syn | wire::ack`.
inline wire::Packet segment(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement) {
  wire::TcpSegment tcp;
  tcp.source = net::Port{443};
  tcp.destination = net::Port{tag};
  tcp.sequence = sequence;
  tcp.acknowledgement = acknowledgement;
  tcp.fin = (flags & wire::fin) != 0;
  tcp.syn = (flags & wire::syn) != 0;
  tcp.rst = (flags & wire::rst) != 0;
  tcp.ack = (flags & wire::ack) != 0;
  return {them, us, 63, tcp};
}

// An ICMP error that quotes these eight bytes of a packet to `them`.
inline wire::Packet error_quoting(const net::IpAddress& from, wire::IcmpError::Kind kind, std::uint8_t protocol,
                                  const std::array<std::uint8_t, 8>& quote) {
  return {from, us, 60, wire::IcmpError{kind, them, protocol, quote}};
}

// One about a TCP segment of ours with that sequence number.
inline wire::Packet tcp_error(const net::IpAddress& from, wire::IcmpError::Kind kind, std::uint32_t sequence) {
  return error_quoting(from, kind, wire::protocol_tcp,
                       {tag >> 8U, tag & 0xffU, 443 >> 8U, 443 & 0xffU, static_cast<std::uint8_t>(sequence >> 24U),
                        static_cast<std::uint8_t>(sequence >> 16U), static_cast<std::uint8_t>(sequence >> 8U),
                        static_cast<std::uint8_t>(sequence)});
}

// A packet with the bytes that it points into.
struct Sent {
  std::vector<std::uint8_t> bytes;
  std::optional<wire::Packet> packet;

  template <class T>
  [[nodiscard]] const T* as() const {
    return packet ? std::get_if<T>(&packet->content) : nullptr;
  }
};

// What a technique sends, read back.
inline Sent sent_by(const Probe& probe, const Attempt& attempt) {
  Sent sent{std::vector<std::uint8_t>(wire::longest_packet), std::nullopt};
  sent.bytes.resize(probe.build(attempt, sent.bytes));
  sent.packet = wire::parse(probe.ether_type(attempt), sent.bytes);
  return sent;
}

// What a host of the simulator says to that; nothing where it is silent.
inline Sent answer_to(const Probe& probe, const Attempt& attempt, bool open) {
  const Sent asked = sent_by(probe, attempt);
  Sent answer{std::vector<std::uint8_t>(wire::longest_packet), std::nullopt};
  answer.bytes.resize(probe.answer({*asked.packet, open, net::Mac{{2, 0, 0, 0, 0, 9}}, asked.bytes}, answer.bytes));
  answer.packet = wire::parse(probe.ether_type(attempt), answer.bytes);
  return answer;
}

// How the technique judges what a host of the simulator says.
inline std::optional<Verdict> verdict_on(const Probe& probe, const Attempt& attempt, bool open) {
  const Sent answer = answer_to(probe, attempt, open);
  if (!answer.packet) return std::nullopt;
  const auto subject = probe.subject(*answer.packet);
  if (!subject || subject->target != attempt.target ||
      (probe.has_tag && subject->tag.value_or(attempt.tag) != attempt.tag)) {
    return std::nullopt;
  }
  return probe.judge(attempt, *answer.packet);
}

}  // namespace portolan::probe
