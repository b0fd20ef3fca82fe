// Each technique with plain values: what it sends, and how it judges what comes back.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "probe/registry.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;
using net::IpAddress;
using net::Port;
using wire::Packet;

const IpAddress us = IpAddress::v4(0xc6120001);
const IpAddress them = IpAddress::v4(0xc6120002);
const IpAddress router = IpAddress::v4(0xc6120063);

const net::Path path{.kind = net::Path::Kind::ethernet,
                     .interface = 2,
                     .source = us,
                     .source_mac = {{2, 0, 0, 0, 0, 1}},
                     .on_link = true,
                     .next_hop = them,
                     .next_hop_mac = {}};

Attempt attempt(std::uint32_t cookie) { return {path, them, Port{443}, 0, 40'000, cookie}; }

Packet tcp(wire::TcpSegment segment) {
  segment.source = Port{443};
  segment.destination = Port{40'000};
  return {them, us, 63, segment};
}

wire::TcpSegment segment(std::uint32_t sequence, std::uint32_t acknowledgement, bool syn, bool rst, bool ack) {
  wire::TcpSegment s;
  s.sequence = sequence;
  s.acknowledgement = acknowledgement;
  s.syn = syn;
  s.rst = rst;
  s.ack = ack;
  return s;
}

Packet error(const IpAddress& from, wire::IcmpError::Kind kind, std::uint32_t sequence) {
  return {from, us, 60, wire::IcmpError{kind, them, wire::protocol_tcp, Port{40'000}, Port{443}, sequence}};
}

TEST(TcpSyn, ASynAckIsOpenAndAResetIsClosed) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp(segment(1, 8, true, false, true))),
            (Verdict{PortState::open, Reason::syn_ack, true}));
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp(segment(0, 8, false, true, true))),
            (Verdict{PortState::closed, Reason::reset, true}));
}

TEST(TcpSyn, AnAnswerToSomebodyElsesSynIsIgnored) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp(segment(1, 99, true, false, true))), std::nullopt);
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp(segment(0, 99, false, true, true))), std::nullopt);
  EXPECT_EQ(tcp_syn.judge(attempt(7), error(router, wire::IcmpError::Kind::admin_prohibited, 99)), std::nullopt);
}

TEST(TcpSyn, AResetWithoutAcknowledgementProvesNothing) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), tcp(segment(0, 8, false, true, false))), std::nullopt);
}

TEST(TcpSyn, TheCookieWrapsAroundLikeASequenceNumber) {
  EXPECT_TRUE(tcp_syn.judge(attempt(0xffffffff), tcp(segment(1, 0, true, false, true))));
}

TEST(TcpSyn, AnIcmpErrorIsAFilterWhoeverSendsIt) {
  EXPECT_EQ(tcp_syn.judge(attempt(7), error(router, wire::IcmpError::Kind::admin_prohibited, 7)),
            (Verdict{PortState::filtered, Reason::admin_prohibited, false, true}));
  EXPECT_EQ(tcp_syn.judge(attempt(7), error(them, wire::IcmpError::Kind::port_unreach, 7)),
            (Verdict{PortState::filtered, Reason::port_unreach, true, true}));
}

TEST(TcpConnect, ARefusalHasConnectsOwnReason) {
  EXPECT_EQ(tcp_connect.judge(attempt(7), tcp(segment(0, 8, false, true, true))),
            (Verdict{PortState::closed, Reason::conn_refused, true}));
  EXPECT_EQ(tcp_connect.judge(attempt(7), tcp(segment(1, 8, true, false, true)))->state, PortState::open);
}

// What a technique sends, read back.
template <class T = wire::TcpSegment>
std::optional<T> sent_by(const Probe& probe, std::uint32_t cookie) {
  std::array<std::uint8_t, wire::max_probe_size> buffer{};
  const std::size_t size = probe.build(attempt(cookie), buffer);
  const auto packet = wire::parse_ipv4(std::span{buffer}.first(size));
  if (!packet || packet->source != us || packet->destination != them) return std::nullopt;
  const T* content = std::get_if<T>(&packet->content);
  return content == nullptr ? std::nullopt : std::optional{*content};
}

TEST(TcpSyn, AsksFromItsTagWithTheCookieAsSequenceNumber) {
  for (const Probe* probe : {&tcp_syn, &tcp_connect}) {
    const auto asked = sent_by(*probe, 0xabcd1234);
    ASSERT_TRUE(asked) << probe->name;
    EXPECT_TRUE(asked->syn && !asked->ack && !asked->rst && !asked->fin);
    EXPECT_EQ(asked->sequence, 0xabcd1234U);
    EXPECT_EQ(asked->source, Port{40'000});
    EXPECT_EQ(asked->destination, Port{443});
  }
}

TEST(TcpAck, CarriesTheCookieWhereAResetAndWhereAnErrorGiveItBack) {
  const auto asked = sent_by(tcp_ack, 0xabcd1234);
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->ack && !asked->syn && !asked->rst && !asked->fin);
  EXPECT_EQ(asked->acknowledgement, 0xabcd1234U) << "a reset has it as its sequence number (RFC 9293 §3.10.7.1)";
  EXPECT_EQ(asked->sequence, 0xabcd1234U) << "an ICMP error quotes it";
}

TEST(TcpAck, AResetThatCarriesTheCookieProvesTheHost) {
  EXPECT_EQ(tcp_ack.judge(attempt(7), tcp(segment(7, 0, false, true, false))),
            (Verdict{PortState::unfiltered, Reason::reset, true}));
  EXPECT_EQ(tcp_ack.judge(attempt(7), tcp(segment(8, 0, false, true, false))), std::nullopt);
}

TEST(IcmpEcho, OnlyTheReplyWithTheCookieCounts) {
  const std::uint32_t cookie = 0xabcd1234;
  const auto reply = [](std::uint16_t sequence, std::uint32_t payload) {
    return Packet{them, us, 64, wire::IcmpEchoReply{40'000, sequence, payload}};
  };
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply(0xabcd, cookie)),
            (Verdict{PortState::open, Reason::echo_reply, true}));
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply(0xabcd, 1)), std::nullopt);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), reply(1, cookie)), std::nullopt);
}

TEST(IcmpEcho, AnErrorSpeaksAboutTheRequestThatItQuotes) {
  const std::uint32_t cookie = 0xabcd1234;
  // Type, code and checksum stand where TCP has its ports, identifier and sequence where it has its number.
  const auto quote = [&](std::uint16_t type_and_code, std::uint16_t sequence, std::uint8_t protocol, IpAddress from) {
    return Packet{from, us, 60,
                  wire::IcmpError{wire::IcmpError::Kind::host_unreach, them, protocol, Port{type_and_code}, Port{0},
                                  std::uint32_t{40'000} << 16U | sequence}};
  };
  const Packet genuine = quote(0x0800, 0xabcd, wire::protocol_icmp, router);
  const auto subject = icmp_echo.subject(genuine);
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->target, them);
  EXPECT_EQ(subject->tag, 40'000);
  EXPECT_EQ(icmp_echo.judge(attempt(cookie), genuine),
            (Verdict{PortState::filtered, Reason::host_unreach, false, true}));
  EXPECT_TRUE(icmp_echo.judge(attempt(cookie), quote(0x0800, 0xabcd, wire::protocol_icmp, them))->host_is_up);
  EXPECT_TRUE(icmp_echo.subject(quote(0x8000, 0xabcd, wire::protocol_icmpv6, router)));
  EXPECT_FALSE(icmp_echo.subject(quote(0x0d00, 0xabcd, wire::protocol_icmp, router))) << "a timestamp request";
  EXPECT_FALSE(icmp_echo.subject(quote(0x0800, 0xabcd, wire::protocol_tcp, router)));
  EXPECT_FALSE(icmp_echo.judge(attempt(cookie), quote(0x0800, 0xabce, wire::protocol_icmp, router)));
}

TEST(IcmpTimestamp, AsksWithItsTagAsIdentifierAndTheCookieAsTime) {
  std::array<std::uint8_t, wire::max_probe_size> buffer{};
  icmp_timestamp.build(attempt(0xabcd1234), buffer);
  EXPECT_EQ(buffer[24] << 8U | buffer[25], 40'000);
  EXPECT_EQ((std::array{buffer[28], buffer[29], buffer[30], buffer[31]}),
            (std::array<std::uint8_t, 4>{0xab, 0xcd, 0x12, 0x34}));
}

TEST(TcpSubject, IsWhoeverAnErrorAboutTcpQuotes) {
  Packet quoted = error(router, wire::IcmpError::Kind::admin_prohibited, 7);
  ASSERT_TRUE(tcp_syn.subject(quoted));
  EXPECT_EQ(tcp_syn.subject(quoted)->target, them);
  EXPECT_EQ(tcp_syn.subject(quoted)->port, Port{443});
  EXPECT_EQ(tcp_syn.subject(quoted)->tag, 40'000);
  std::get<wire::IcmpError>(quoted.content).quoted_protocol = wire::protocol_udp;
  EXPECT_EQ(tcp_syn.subject(quoted), std::nullopt);
}

TEST(TcpSyn, EveryKindOfErrorHasItsReason) {
  using Kind = wire::IcmpError::Kind;
  for (const auto& [kind, reason] : {std::pair{Kind::net_unreach, Reason::net_unreach},
                                     {Kind::host_unreach, Reason::host_unreach},
                                     {Kind::proto_unreach, Reason::proto_unreach},
                                     {Kind::port_unreach, Reason::port_unreach},
                                     {Kind::net_prohibited, Reason::net_prohibited},
                                     {Kind::host_prohibited, Reason::host_prohibited},
                                     {Kind::admin_prohibited, Reason::admin_prohibited},
                                     {Kind::no_route, Reason::no_route},
                                     {Kind::beyond_scope, Reason::beyond_scope},
                                     {Kind::addr_unreach, Reason::addr_unreach},
                                     {Kind::policy_failed, Reason::policy_failed},
                                     {Kind::reject_route, Reason::reject_route},
                                     {Kind::other_unreach, Reason::dest_unreach},
                                     {Kind::time_exceeded, Reason::time_exceeded}}) {
    EXPECT_EQ(tcp_syn.judge(attempt(7), error(router, kind, 7))->reason, reason) << name_of(reason);
  }
}

TEST(IcmpTimestamp, TheOriginateTimeIsTheCookie) {
  const Packet reply{them, us, 64, wire::IcmpTimestampReply{40'000, 0, 7}};
  EXPECT_TRUE(icmp_timestamp.judge(attempt(7), reply));
  EXPECT_FALSE(icmp_timestamp.judge(attempt(8), reply));
}

TEST(Arp, TheAnswerMustBeToUsAndFromTheTarget) {
  const net::Mac mac{{2, 0, 0, 0, 0, 9}};
  EXPECT_TRUE(arp.judge(attempt(0), {them, us, 0, wire::ArpReply{them, mac, us}}));
  EXPECT_FALSE(arp.judge(attempt(0), {router, us, 0, wire::ArpReply{router, mac, us}}));
  EXPECT_FALSE(arp.judge(attempt(0), {them, router, 0, wire::ArpReply{them, mac, router}}));
}

TEST(Neighbour, AnAdvertisementFromBeyondTheLinkIsForged) {
  const auto target = IpAddress::parse("2001:db8::2").value();
  const Attempt asked{path, target, Port{}};
  EXPECT_TRUE(neighbour.judge(asked, {target, target, 255, wire::NeighbourAdvertisement{target, {}}}));
  EXPECT_FALSE(neighbour.judge(asked, {target, target, 64, wire::NeighbourAdvertisement{target, {}}}));
  const auto other = IpAddress::parse("2001:db8::3").value();
  EXPECT_FALSE(neighbour.judge(asked, {target, target, 255, wire::NeighbourAdvertisement{other, {}}}));
}

TEST(Registry, TechniquesAreFoundByTheirNames) {
  EXPECT_EQ(find("tcp-syn"), &tcp_syn);
  EXPECT_EQ(find("icmp-timestamp"), &icmp_timestamp);
  EXPECT_EQ(find(""), nullptr);
  EXPECT_EQ(find("no such"), nullptr);
}

TEST(Registry, NamesAreUniqueAndEveryTechniqueIsWhole) {
  std::set<std::string_view> names;
  for (const Probe* probe : registry) {
    EXPECT_TRUE(names.insert(probe->name).second) << probe->name;
    EXPECT_FALSE(probe->summary.empty());
    EXPECT_NE(probe->build, nullptr);
    EXPECT_NE(probe->subject, nullptr);
    EXPECT_NE(probe->judge, nullptr);
    EXPECT_NE(probe->ether_type, nullptr);
  }
}

}  // namespace
}  // namespace portolan::probe
