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

Attempt attempt(std::uint32_t cookie) { return {path, them, Port{443}, 40'000, cookie}; }

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
            (Verdict{PortState::filtered, Reason::admin_prohibited, false}));
  EXPECT_EQ(tcp_syn.judge(attempt(7), error(them, wire::IcmpError::Kind::port_unreach, 7)),
            (Verdict{PortState::filtered, Reason::port_unreach, true}));
}

TEST(TcpConnect, ARefusalHasConnectsOwnReason) {
  EXPECT_EQ(tcp_connect.judge(attempt(7), tcp(segment(0, 8, false, true, true))),
            (Verdict{PortState::closed, Reason::conn_refused, true}));
  EXPECT_EQ(tcp_connect.judge(attempt(7), tcp(segment(1, 8, true, false, true)))->state, PortState::open);
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
  const Attempt asked{path, target, Port{}, 0, 0};
  EXPECT_TRUE(neighbour.judge(asked, {target, target, 255, wire::NeighbourAdvertisement{target, {}}}));
  EXPECT_FALSE(neighbour.judge(asked, {target, target, 64, wire::NeighbourAdvertisement{target, {}}}));
}

TEST(Registry, PortTechniquesAreFoundByTheirScanType) {
  EXPECT_EQ(find_scan("syn"), &tcp_syn);
  EXPECT_EQ(find_scan("connect"), &tcp_connect);
  EXPECT_EQ(find_scan(""), nullptr);
  EXPECT_EQ(find_scan("no such"), nullptr);
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
