#include "report/packets/questions.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "probe/registry.h"
#include "tests/report/packet_world.h"
#include "wire/build.h"
#include "wire/protocol.h"

namespace portolan::report {
namespace {

using net::IpAddress;
using net::Port;
using testing::path;
using testing::them;
using testing::us;

const IpAddress gateway = IpAddress::v4(0xc61200fe);

engine::Shot shot(const probe::Probe& probe, std::uint16_t port = 80, std::uint8_t number = 0) {
  return {&probe,
          {.path = path,
           .target = them,
           .port = Port{port},
           .tag = static_cast<std::uint16_t>(40'000 + number),
           .cookie = 7U + number,
           .number = number}};
}

struct Heard {
  net::EtherType type = net::EtherType::ipv4;
  std::vector<std::uint8_t> bytes;
  [[nodiscard]] engine::Received frame() const {
    return {.at = {}, .type = type, .interface = 3, .from = {}, .bytes = bytes};
  }
};
template <class Build, class... Fields>
Heard heard(net::EtherType type, Build build, const Fields&... fields) {
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = build(fields..., room);
  return {type, {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)}};
}
Heard tcp(std::uint16_t port, std::uint8_t number, std::uint32_t acknowledgement, std::uint8_t flags) {
  return heard(net::EtherType::ipv4, wire::build_tcp,
               wire::TcpFields{.source = them,
                               .destination = us,
                               .source_port = Port{port},
                               .destination_port = Port{static_cast<std::uint16_t>(40'000 + number)},
                               .acknowledgement = acknowledgement,
                               .flags = flags});
}
Heard syn_ack(std::uint16_t port, std::uint8_t number) { return tcp(port, number, 8U + number, wire::syn | wire::ack); }
Heard arp_reply() {
  return heard(net::EtherType::arp, wire::build_arp_reply, net::Mac{{1, 2, 3, 4, 5, 6}}, them, net::Mac{}, us);
}

// An engine ends, and its settings with it, before the last packet has come.
TEST(Questions, KeepWhatTheirPacketsWore) {
  Questions questions;
  {
    wire::Dress dress;
    dress.data = {1, 2, 3};
    const engine::Shot plain = shot(probe::tcp_syn);
    const engine::Shot dressed{&probe::tcp_syn,
                               {.path = path,
                                .target = them,
                                .port = Port{80},
                                .tag = plain.attempt.tag,
                                .cookie = plain.attempt.cookie,
                                .dress = dress}};
    questions.remember(dressed);
  }
  EXPECT_TRUE(questions.answers(syn_ack(80, 0).frame()));
}

TEST(Questions, AreAnsweredByWhatTheEngineTakesForAnAnswer) {
  Questions questions;
  questions.remember(shot(probe::tcp_syn));
  const Heard genuine = syn_ack(80, 0);
  EXPECT_TRUE(questions.answers(genuine.frame()));
  engine::Received damaged = genuine.frame();
  damaged.damaged = true;
  EXPECT_FALSE(questions.answers(damaged));
  EXPECT_FALSE(questions.answers(tcp(80, 0, 1, wire::syn | wire::ack).frame()));
  EXPECT_FALSE(questions.answers(syn_ack(81, 0).frame()));
}

TEST(Questions, AreNamedByTechniqueTargetAndAttempt) {
  EXPECT_EQ(Questions{}.name_of(shot(probe::tcp_syn)), "tcp-syn to 198.18.0.2 port 80, attempt 1");
  EXPECT_EQ(Questions{}.name_of(shot(probe::udp, 53, 2)), "udp to 198.18.0.2 port 53, attempt 3");
  EXPECT_EQ(Questions{}.name_of(shot(probe::arp, 0)), "arp to 198.18.0.2, attempt 1");
  engine::Shot here = shot(probe::neighbour, 0);
  here.attempt.target = IpAddress::parse("fe80::2").value();
  EXPECT_EQ(Questions{}.name_of(here), "neighbour to fe80::2%3, attempt 1");
  const Questions named{[](std::uint32_t index) -> std::string { return index == 3 ? "wire" : ""; }};
  EXPECT_EQ(named.name_of(here), "neighbour to fe80::2%wire, attempt 1");
  EXPECT_EQ(named.shown(IpAddress::parse("fe80::2%4").value()), "fe80::2%4") << "an interface that is gone";
  EXPECT_EQ(named.shown(them), "198.18.0.2");
}

TEST(Questions, AnAnswerNamesItsAttemptAndItsVerdict) {
  Questions questions;
  questions.remember(shot(probe::arp, 0));
  for (std::uint8_t number = 0; number < 3; ++number) questions.remember(shot(probe::tcp_syn, 80, number));
  questions.remember(shot(probe::tcp_syn, 81));
  EXPECT_EQ(questions.meaning_of(syn_ack(80, 1).frame()), "tcp-syn to 198.18.0.2 port 80, attempt 2: open (syn-ack)");
  EXPECT_EQ(questions.meaning_of(tcp(81, 0, 8, wire::rst | wire::ack).frame()),
            "tcp-syn to 198.18.0.2 port 81, attempt 1: closed (reset)");
  EXPECT_EQ(questions.meaning_of(arp_reply().frame()), "arp to 198.18.0.2, attempt 1: answered (arp-response)");
}

TEST(Questions, AnErrorSpeaksOfTheQuestionThatItQuotes) {
  Questions questions;
  const engine::Shot asked = shot(probe::udp, 9);
  questions.remember(asked);
  std::array<std::uint8_t, wire::longest_packet> room{};
  const auto quoted = wire::Bytes{room}.first(engine::build(asked, room).size);
  const auto error = [&](const IpAddress& from, std::uint8_t code) {
    return heard(
        net::EtherType::ipv4, wire::build_icmp_error,
        wire::IcmpErrorFields{
            .source = from, .destination = us, .type = wire::icmp_unreachable, .code = code, .quoted = quoted});
  };
  EXPECT_EQ(questions.meaning_of(error(them, 3).frame()), "udp to 198.18.0.2 port 9, attempt 1: closed (port-unreach)");
  EXPECT_EQ(questions.meaning_of(error(gateway, 13).frame()),
            "udp to 198.18.0.2 port 9, attempt 1: filtered (admin-prohibited)");
}

TEST(Questions, WhatAnswersNoneSaysSo) {
  Questions questions;
  EXPECT_EQ(questions.meaning_of(syn_ack(80, 0).frame()), "belongs to no question of this scan");
  questions.remember(shot(probe::tcp_syn, 80));
  questions.remember(shot(probe::arp, 0));
  EXPECT_EQ(questions.meaning_of(syn_ack(81, 0).frame()), "belongs to no question of this scan");
  EXPECT_EQ(questions.meaning_of(tcp(80, 0, 999, wire::syn | wire::ack).frame()),
            "stale, forged or somebody else's: no answer to tcp-syn to 198.18.0.2 port 80");
  const Heard answer = syn_ack(80, 0);
  engine::Received frame = answer.frame();
  frame.damaged = true;
  EXPECT_EQ(questions.meaning_of(frame), "its checksum is wrong: no answer");
  const Heard reply = arp_reply();
  frame = reply.frame();
  frame.interface = 4;
  EXPECT_EQ(questions.meaning_of(frame), "from another link than was asked: no answer to arp to 198.18.0.2, attempt 1");
  EXPECT_EQ(questions.meaning_of({}), "belongs to no question of this scan");
}

TEST(Questions, FromOneSourcePortTheCookieTellsTheAttempt) {
  const wire::Dress dress{.source_port = Port{53}};
  Questions questions;
  for (std::uint8_t number = 0; number < 3; ++number) {
    const engine::Shot plain = shot(probe::tcp_syn, 80, number);
    questions.remember({plain.probe,
                        {.path = path,
                         .target = them,
                         .port = Port{80},
                         .tag = plain.attempt.tag,
                         .cookie = plain.attempt.cookie,
                         .dress = dress,
                         .number = number}});
  }
  const Heard answer = heard(net::EtherType::ipv4, wire::build_tcp,
                             wire::TcpFields{.source = them,
                                             .destination = us,
                                             .source_port = Port{80},
                                             .destination_port = Port{53},
                                             .acknowledgement = 9,
                                             .flags = wire::syn | wire::ack});
  EXPECT_EQ(questions.meaning_of(answer.frame()), "tcp-syn to 198.18.0.2 port 80, attempt 2: open (syn-ack)");
}

TEST(Questions, OfAHopNameItsLimitAndTheRouterThatItReached) {
  Questions questions;
  wire::Dress dress;
  dress.hop_limit = 3;
  const engine::Shot asked{&probe::udp,
                           {.path = path, .target = them, .port = Port{9}, .tag = 40'000, .cookie = 7, .dress = dress}};
  EXPECT_EQ(Questions{}.name_of(asked), "udp to 198.18.0.2 port 9, hop limit 3, attempt 1");
  questions.remember(asked);
  std::array<std::uint8_t, wire::longest_packet> room{};
  const auto quoted = wire::Bytes{room}.first(engine::build(asked, room).size);
  const Heard exceeded =
      heard(net::EtherType::ipv4, wire::build_icmp_error,
            wire::IcmpErrorFields{
                .source = gateway, .destination = us, .type = wire::icmp_time_exceeded, .code = 0, .quoted = quoted});
  EXPECT_EQ(questions.meaning_of(exceeded.frame()),
            "udp to 198.18.0.2 port 9, hop limit 3, attempt 1: got as far as this router (time-exceeded)");
}

// An error about a protocol that is no transport quotes no port of ours.
TEST(Questions, WhatBearsNoTagIsToldByItsMark) {
  Questions questions;
  const engine::Shot asked = shot(probe::ip_protocol, 47, 1);
  questions.remember(shot(probe::ip_protocol, 47, 0));
  questions.remember(asked);
  std::array<std::uint8_t, wire::longest_packet> room{};
  const auto quoted = wire::Bytes{room}.first(engine::build(asked, room).size);
  const Heard error =
      heard(net::EtherType::ipv4, wire::build_icmp_error,
            wire::IcmpErrorFields{
                .source = them, .destination = us, .type = wire::icmp_unreachable, .code = 2, .quoted = quoted});
  EXPECT_EQ(questions.meaning_of(error.frame()),
            "ip-protocol to 198.18.0.2 protocol 47, attempt 2: closed (proto-unreach)");
}

TEST(Questions, TheOldestAreForgotten) {
  Questions questions;
  questions.remember(shot(probe::tcp_syn, 1));
  questions.remember(shot(probe::tcp_syn, 2));
  for (std::size_t i = 0; i + 1 < Questions::most; ++i) {
    questions.remember(
        shot(probe::tcp_syn, static_cast<std::uint16_t>(3 + i % 60'000), static_cast<std::uint8_t>(i / 60'000)));
  }
  EXPECT_EQ(questions.meaning_of(syn_ack(1, 0).frame()), "belongs to none of the last 65536 questions of this scan");
  EXPECT_EQ(questions.meaning_of(syn_ack(2, 0).frame()), "tcp-syn to 198.18.0.2 port 2, attempt 1: open (syn-ack)");
  EXPECT_EQ(questions.meaning_of(syn_ack(9, 0).frame()), "tcp-syn to 198.18.0.2 port 9, attempt 1: open (syn-ack)");
}

}  // namespace
}  // namespace portolan::report
