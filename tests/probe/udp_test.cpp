#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "payload/registry.h"
#include "probe_world.h"

namespace portolan::probe {
namespace {

using model::PortState;
using model::Reason;

Attempt asked_of(std::uint16_t port, std::uint32_t cookie, std::uint8_t number = 0) {
  return {.path = path, .target = them, .port = net::Port{port}, .tag = tag, .cookie = cookie, .number = number};
}

wire::Packet datagram(std::uint16_t port, wire::Bytes payload) {
  return {them, us, 63, wire::UdpDatagram{net::Port{port}, net::Port{tag}, payload}};
}

// An ICMP error about the datagram to this port, `length` bytes of UDP long.
wire::Packet udp_error(const net::IpAddress& from, wire::IcmpError::Kind kind, std::uint16_t port,
                       std::uint16_t length) {
  const auto high = [](std::uint16_t word) { return static_cast<std::uint8_t>(word >> 8U); };
  const auto low = [](std::uint16_t word) { return static_cast<std::uint8_t>(word); };
  return error_quoting(from, kind, wire::protocol_udp,
                       {high(tag), low(tag), high(port), low(port), high(length), low(length), 0, 0});
}

TEST(Udp, SendsWhatTheServiceUnderstands) {
  const Sent sent = sent_by(udp, asked_of(53, 0x1234));
  const auto* asked = sent.as<wire::UdpDatagram>();
  ASSERT_NE(asked, nullptr);
  EXPECT_EQ(asked->source, net::Port{tag});
  EXPECT_EQ(asked->destination, net::Port{53});
  std::vector<std::uint8_t> question(payload::longest);
  question.resize(payload::dns.build(0x1234, question));
  EXPECT_TRUE(std::ranges::equal(asked->payload, question));
  EXPECT_TRUE(sent_by(udp, asked_of(1, 7)).as<wire::UdpDatagram>()->payload.empty()) << "nothing is known of port 1";
}

TEST(Udp, AnAnswerIsAnOpenPortWhoeverSpeaks) {
  const Verdict open{PortState::open, Reason::udp_response, true};
  constexpr std::array<std::uint8_t, 3> hello{'h', 'i', '\n'};
  EXPECT_EQ(udp.judge(asked_of(1, 7), datagram(1, hello)), open);
  EXPECT_EQ(udp.judge(asked_of(1, 7), datagram(1, {})), open);
  EXPECT_EQ(udp.judge(asked_of(53, 7), datagram(53, hello)), open) << "no DNS, but somebody";
}

// Over loopback the question itself is heard: from a port to the same one it is no answer.
TEST(Udp, ItsOwnQuestionIsNoAnswer) {
  net::Path local = path;
  local.kind = net::Path::Kind::local;
  local.source = them;
  for (const std::uint16_t port : {std::uint16_t{53}, tag}) {
    const Attempt asked{.path = local, .target = them, .port = net::Port{port}, .tag = port, .cookie = 7};
    const Sent sent = sent_by(udp, asked);
    EXPECT_EQ(udp.judge(asked, *sent.packet), std::nullopt) << port;
    const Attempt later{.path = local, .target = them, .port = net::Port{port}, .tag = port, .cookie = 8};
    EXPECT_EQ(udp.judge(later, *sent.packet), std::nullopt) << port << ", of an earlier attempt";
  }
  const wire::Dress dress{.data = {1, 2, 3}};
  const Attempt dressed{.path = local, .target = them, .port = net::Port{53}, .tag = 53, .cookie = 7, .dress = dress};
  EXPECT_EQ(udp.judge(dressed, *sent_by(udp, dressed).packet), std::nullopt);
}

TEST(Udp, AnAnswerToAnotherQuestionIsStale) {
  std::vector<std::uint8_t> question(payload::longest);
  question.resize(payload::dns.build(7, question));
  std::vector<std::uint8_t> answer(payload::longest);
  answer.resize(payload::dns.answer(question, answer));
  EXPECT_EQ(udp.judge(asked_of(53, 7), datagram(53, answer)), (Verdict{PortState::open, Reason::udp_response, true}));
  EXPECT_EQ(udp.judge(asked_of(53, 8), datagram(53, answer)), std::nullopt);
}

TEST(Udp, ATftpServerAnswersFromAPortOfItsOwn) {
  constexpr std::array<std::uint8_t, 6> not_found{0, 5, 0, 1, 'x', 0};
  const auto subject = udp.subject(datagram(50'123, not_found));
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->port, net::Port{69});
  EXPECT_EQ(udp.judge(asked_of(69, 7), datagram(50'123, not_found)),
            (Verdict{PortState::open, Reason::udp_response, true}));
  constexpr std::array<std::uint8_t, 6> other{0, 5, 0, 99, 'x', 0};
  EXPECT_EQ(udp.subject(datagram(50'123, other))->port, net::Port{50'123});
  EXPECT_EQ(udp.subject(datagram(53, not_found))->port, net::Port{53}) << "who is known there speaks for itself";
}

TEST(Udp, OnlyTheHostItselfKnowsThatAPortIsClosed) {
  using Kind = wire::IcmpError::Kind;
  EXPECT_EQ(udp.judge(asked_of(1, 7), udp_error(them, Kind::port_unreach, 1, 8)),
            (Verdict{PortState::closed, Reason::port_unreach, true, true}));
  EXPECT_EQ(udp.judge(asked_of(1, 7), udp_error(router, Kind::port_unreach, 1, 8)),
            (Verdict{PortState::filtered, Reason::port_unreach, false, true}));
  for (const auto kind : {Kind::host_unreach, Kind::admin_prohibited, Kind::net_unreach, Kind::time_exceeded}) {
    EXPECT_EQ(udp.judge(asked_of(1, 7), udp_error(router, kind, 1, 8))->state, PortState::filtered);
  }
  EXPECT_EQ(udp.judge(asked_of(1, 7), udp_error(them, Kind::port_unreach, 1, 9)), std::nullopt) << "not our datagram";
}

TEST(Udp, SilenceMayBeAnOpenPort) {
  EXPECT_EQ(udp.on_silence, (Verdict{PortState::open_filtered, Reason::no_response}));
  EXPECT_TRUE(udp.closed_is_error);
}

TEST(Udp, PortsOfASimulatedHostAnswer) {
  for (const Attempt& asked : {attempt(7), attempt_v6(7)}) {
    EXPECT_EQ(verdict_on(udp, asked, true), (Verdict{PortState::open, Reason::udp_response, true}));
    EXPECT_EQ(verdict_on(udp, asked, false), (Verdict{PortState::closed, Reason::port_unreach, true, true}));
  }
}

}  // namespace
}  // namespace portolan::probe
