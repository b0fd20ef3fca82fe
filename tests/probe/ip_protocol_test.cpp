#include <gtest/gtest.h>

#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;
using Kind = wire::IcmpError::Kind;

constexpr std::uint8_t gre = 47;

Attempt asking(std::uint8_t protocol, std::uint32_t cookie = 0x1234abcd) {
  return {path, them, net::Port{protocol}, 0, tag, cookie};
}
Attempt asking_v6(std::uint8_t protocol, std::uint32_t cookie = 0x1234abcd) {
  return {path_v6, them_v6, net::Port{protocol}, 0, tag, cookie};
}

// What somebody says about the packet by which a protocol is asked.
Sent error_about(const Attempt& asked, const net::IpAddress& from, std::uint8_t type, std::uint8_t code) {
  const Sent sent = sent_by(ip_protocol, asked);
  Sent error{std::vector<std::uint8_t>(wire::longest_packet), std::nullopt};
  error.bytes.resize(wire::build_icmp_error(
      {.source = from, .destination = asked.path.source, .type = type, .code = code, .quoted = sent.bytes},
      error.bytes));
  error.packet = wire::parse(ip_protocol.ether_type(asked), error.bytes);
  return error;
}

// How it is judged.
std::optional<Verdict> judged(const Attempt& asked, const net::IpAddress& from, std::uint8_t type, std::uint8_t code) {
  const Sent error = error_about(asked, from, type, code);
  if (!error.packet) return std::nullopt;
  const auto subject = ip_protocol.subject(*error.packet);
  if (!subject || subject->target != asked.target || subject->port != asked.port) return std::nullopt;
  return ip_protocol.judge(asked, *error.packet);
}

TEST(IpProtocol, AProtocolWithoutMessagesOfItsOwnIsAskedByAnEmptyPacket) {
  const Sent sent = sent_by(ip_protocol, asking(gre));
  ASSERT_EQ(sent.bytes.size(), 20U);
  EXPECT_EQ(sent.bytes[9], gre);
  EXPECT_EQ(sent.bytes[4], 0xab) << "the cookie is the identification";
  EXPECT_EQ(sent.bytes[5], 0xcd);
  const Sent sent_v6 = sent_by(ip_protocol, asking_v6(gre));
  ASSERT_EQ(sent_v6.bytes.size(), 40U);
  EXPECT_EQ(sent_v6.bytes[6], gre);
  EXPECT_EQ(sent_v6.bytes[1] & 0x0f, 0x4) << "and the flow label";
  EXPECT_EQ(sent_v6.bytes[2], 0xab);
}

TEST(IpProtocol, ThoseThatHaveMessagesAreAskedByOne) {
  const Sent segment = sent_by(ip_protocol, asking(wire::protocol_tcp));
  const auto* tcp = segment.as<wire::TcpSegment>();
  ASSERT_NE(tcp, nullptr);
  EXPECT_TRUE(tcp->ack && !tcp->syn && tcp->destination == net::Port{80});
  const Sent datagram = sent_by(ip_protocol, asking(wire::protocol_udp));
  const auto* udp_asked = datagram.as<wire::UdpDatagram>();
  ASSERT_NE(udp_asked, nullptr);
  EXPECT_EQ(udp_asked->destination, net::Port{40'125});
  const Sent init = sent_by(ip_protocol, asking(wire::protocol_sctp));
  ASSERT_NE(init.as<wire::SctpPacket>(), nullptr);
  EXPECT_EQ(init.as<wire::SctpPacket>()->chunk, wire::sctp_init);
  EXPECT_EQ(sent_by(ip_protocol, asking(wire::protocol_icmp)).as<wire::IcmpMessage>()->type, wire::icmp_echo_request);
  EXPECT_EQ(sent_by(ip_protocol, asking_v6(wire::protocol_icmpv6)).as<wire::IcmpMessage>()->type,
            wire::icmpv6_echo_request);
  EXPECT_EQ(sent_by(ip_protocol, asking_v6(wire::protocol_icmp)).bytes.size(), 40U) << "ICMP is none of IPv6's";
  EXPECT_EQ(sent_by(ip_protocol, asking(wire::protocol_icmpv6)).bytes.size(), 20U);
}

TEST(IpProtocol, IgmpIsAskedWhoIsInAnyGroup) {
  const Sent sent = sent_by(ip_protocol, asking(wire::protocol_igmp));
  ASSERT_EQ(sent.bytes.size(), 28U);
  EXPECT_EQ(sent.bytes[20], 0x11);
  EXPECT_EQ(wire::checksum(std::span{sent.bytes}.subspan(20)), 0) << "the sum fits";
  EXPECT_EQ(sent_by(ip_protocol, asking_v6(wire::protocol_igmp)).bytes.size(), 40U);
  const wire::Dress dress{.bad_checksum = true};
  const Sent spoiled = sent_by(ip_protocol, {path, them, net::Port{wire::protocol_igmp}, 0, tag, 7, dress});
  EXPECT_NE(wire::checksum(std::span{spoiled.bytes}.subspan(20)), 0);
}

TEST(IpProtocol, DataOfTheUsersStandsBehindTheHeader) {
  const wire::Dress dress{.hop_limit = 9, .data = {1, 2, 3}};
  const Attempt asked{path, them, net::Port{gre}, 0, tag, 7, dress};
  const Sent sent = sent_by(ip_protocol, asked);
  ASSERT_EQ(sent.bytes.size(), 23U);
  EXPECT_EQ(sent.bytes[8], 9);
  EXPECT_EQ(sent.bytes[22], 3);
}

TEST(IpProtocol, TheHostItselfSaysThatItKnowsTheProtocolNot) {
  EXPECT_EQ(judged(asking(gre), them, wire::icmp_unreachable, 2),
            (Verdict{PortState::closed, Reason::proto_unreach, true, true}));
  EXPECT_EQ(judged(asking(gre), router, wire::icmp_unreachable, 2),
            (Verdict{PortState::filtered, Reason::proto_unreach, false, true}));
  EXPECT_EQ(judged(asking_v6(gre), them_v6, wire::icmpv6_parameter_problem, 1),
            (Verdict{PortState::closed, Reason::param_problem, true, true}));
  EXPECT_EQ(judged(asking(wire::protocol_sctp), them, wire::icmp_unreachable, 2),
            (Verdict{PortState::closed, Reason::proto_unreach, true, true}));
}

TEST(IpProtocol, WhoLookedIntoThePacketKnowsTheProtocol) {
  for (const std::uint8_t protocol : {wire::protocol_udp, wire::protocol_tcp, gre}) {
    EXPECT_EQ(judged(asking(protocol), them, wire::icmp_unreachable, 3),
              (Verdict{PortState::open, Reason::port_unreach, true, true}));
    EXPECT_EQ(judged(asking(protocol), router, wire::icmp_unreachable, 3),
              (Verdict{PortState::filtered, Reason::port_unreach, false, true}));
  }
  for (const std::uint8_t header : std::array<std::uint8_t, 4>{0, 43, 44, 60}) {
    EXPECT_EQ(judged(asking_v6(header), them_v6, wire::icmpv6_parameter_problem, 0),
              (Verdict{PortState::open, Reason::param_problem, true, true}))
        << int{header};
  }
  EXPECT_EQ(judged(asking(gre), them, wire::icmp_parameter_problem, 0)->state, PortState::filtered);
}

TEST(IpProtocol, OtherErrorsAreAFilters) {
  const std::array<std::pair<std::uint8_t, Reason>, 5> v4{{{0, Reason::net_unreach},
                                                           {1, Reason::host_unreach},
                                                           {9, Reason::net_prohibited},
                                                           {10, Reason::host_prohibited},
                                                           {13, Reason::admin_prohibited}}};
  for (const auto& [code, reason] : v4) {
    for (const std::uint8_t protocol : {gre, wire::protocol_udp}) {
      EXPECT_EQ(judged(asking(protocol), them, wire::icmp_unreachable, code),
                (Verdict{PortState::filtered, reason, true, true}));
    }
  }
}

TEST(IpProtocol, AFilterThatDeniesIcmpByIcmpSpeaksIt) {
  EXPECT_EQ(judged(asking(wire::protocol_icmp), them, wire::icmp_unreachable, 2)->state, PortState::open);
  EXPECT_EQ(judged(asking(wire::protocol_icmp), them, wire::icmp_unreachable, 13)->state, PortState::filtered);
}

TEST(IpProtocol, AnErrorAboutAnotherPacketIsIgnored) {
  constexpr std::uint32_t before = 0x70007;  // differs from `now` in each half: some quotes carry only one of them
  constexpr std::uint32_t now = 0x80008;
  for (const std::uint8_t protocol : {gre, wire::protocol_udp, wire::protocol_tcp, wire::protocol_icmp}) {
    const Sent stale = error_about(asking(protocol, before), them, wire::icmp_unreachable, 2);
    if (protocol == wire::protocol_udp) continue;  // UDP quotes no cookie
    EXPECT_EQ(ip_protocol.judge(asking(protocol, now), *stale.packet), std::nullopt) << int{protocol};
  }
  const Sent stale = error_about(asking_v6(gre, before), them_v6, wire::icmpv6_parameter_problem, 1);
  EXPECT_EQ(ip_protocol.judge(asking_v6(gre, now), *stale.packet), std::nullopt);
}

TEST(IpProtocol, AnyPacketOfTheProtocolIsAnAnswer) {
  const Verdict open{PortState::open, Reason::proto_response, true};
  const wire::Packet answer{them, us, 63, wire::Other{gre}};
  EXPECT_EQ(ip_protocol.subject(answer)->port, net::Port{gre});
  EXPECT_EQ(ip_protocol.judge(asking(gre), answer), open);
  EXPECT_EQ(verdict_on(ip_protocol, asking(gre), true), open);
  EXPECT_EQ(verdict_on(ip_protocol, asking_v6(gre), true), open);
  EXPECT_EQ(verdict_on(ip_protocol, asking(gre), false),
            (Verdict{PortState::closed, Reason::proto_unreach, true, true}));
  EXPECT_EQ(verdict_on(ip_protocol, asking_v6(gre), false),
            (Verdict{PortState::closed, Reason::param_problem, true, true}));
}

TEST(IpProtocol, OfItselfThisMachineHearsItsQuestions) {
  net::Path loop;
  loop.source = them;
  loop.next_hop = them;
  const Attempt asked{loop, them, net::Port{gre}, 0, tag, 7};
  EXPECT_EQ(ip_protocol.judge(asked, {them, them, 64, wire::Other{gre}}), std::nullopt);
}

// What the technique that asks for a protocol makes of an answer, it makes of it as well.
TEST(IpProtocol, AnAnswerOfTheTechniqueThatAsksIsJudgedByIt) {
  const auto verdict = [](const Probe& probe, const Attempt& asked) -> std::optional<Verdict> {
    const Sent sent = sent_by(ip_protocol, asked);
    Sent answer{std::vector<std::uint8_t>(wire::longest_packet), std::nullopt};
    answer.bytes.resize(probe.answer({*sent.packet, true, net::Mac{}, sent.bytes}, answer.bytes));
    answer.packet = wire::parse(ip_protocol.ether_type(asked), answer.bytes);
    const auto subject = ip_protocol.subject(*answer.packet);
    if (!subject || subject->port != asked.port || subject->tag != tag) return std::nullopt;
    Attempt other = asked;
    ++other.cookie;
    const bool needs_cookie = asked.port.value() != wire::protocol_udp;
    if (needs_cookie) {
      EXPECT_EQ(ip_protocol.judge(other, *answer.packet), std::nullopt) << asked.port.value();
    }
    return ip_protocol.judge(asked, *answer.packet);
  };
  const Verdict open{PortState::open, Reason::proto_response, true};
  EXPECT_EQ(verdict(tcp_ack, asking(wire::protocol_tcp)), open);
  EXPECT_EQ(verdict(tcp_ack, asking_v6(wire::protocol_tcp)), open);
  EXPECT_EQ(verdict(udp, asking(wire::protocol_udp)), open);
  EXPECT_EQ(verdict(sctp_init, asking(wire::protocol_sctp)), open);
  EXPECT_EQ(verdict(icmp_echo, asking(wire::protocol_icmp)), (Verdict{PortState::open, Reason::echo_reply, true}));
  EXPECT_EQ(verdict(icmp_echo, asking_v6(wire::protocol_icmpv6)), open) << "as nmap 7.93 tells it";
}

TEST(IpProtocol, WhatComesFromOtherPortsIsSomebodyElses) {
  wire::Packet answer = segment(wire::rst, 7, 0);  // from port 443
  const auto subject = ip_protocol.subject(answer);
  EXPECT_TRUE(!subject || subject->port != net::Port{wire::protocol_tcp});
}

}  // namespace
}  // namespace portolan::probe
