#include "explain/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string_view>
#include <vector>

#include "explain/plan.h"
#include "probe/registry.h"
#include "wire/build.h"

namespace portolan::explain {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }
const net::IpAddress here = address("198.18.0.1");
const net::IpAddress there = address("198.18.0.2");
const net::Mac mac{{2, 0, 0, 0, 0, 1}};

constexpr std::uint32_t cookie = 7;

Bytes segment(const net::IpAddress& from, const net::IpAddress& to, std::uint16_t source, std::uint16_t destination,
              std::uint32_t acknowledgement = cookie + 1) {
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_tcp({.source = from,
                                .destination = to,
                                .source_port = net::Port{source},
                                .destination_port = net::Port{destination},
                                .acknowledgement = acknowledgement,
                                .flags = wire::rst | wire::ack},
                               bytes));
  return bytes;
}
Bytes arp_reply() {
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_arp_reply(mac, there, mac, here, bytes));
  return bytes;
}
Bytes arp_request() {
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_arp_request(mac, here, there, bytes));
  return bytes;
}

class WitnessTest : public testing::Test {
 protected:
  void send(Duration at, net::EtherType type, const Bytes& bytes) {
    const bool is_arp = type == net::EtherType::arp;
    engine::Departure departure{.at = Instant{at}, .shot = is_arp ? arp_shot_ : shot_};
    departure.head.type = type;
    departure.bytes = bytes;
    ASSERT_TRUE(witness_.sent(departure));
  }
  void receive(Duration at, net::EtherType type, const Bytes& bytes, bool damaged = false) {
    engine::Received frame;
    frame.damaged = damaged;
    frame.at = Instant{at};
    frame.type = type;
    frame.bytes = bytes;
    ASSERT_TRUE(witness_.received(frame));
  }
  std::size_t kept() { return witness_.take({}).moments.size(); }

  Question question_{.target = there, .port = net::Port{22}, .probe = &probe::tcp_syn};
  plan::Plan plan_ = plan_of(question_, true).value();
  Witness witness_{question_, plan_, Instant{1s}};
  net::Path path_ = [] {
    net::Path path;
    path.source = here;
    path.source_mac = mac;
    path.on_link = true;
    return path;
  }();
  engine::Shot shot_{&probe::tcp_syn,
                     {.path = path_, .target = there, .port = net::Port{22}, .tag = 40'000, .cookie = cookie}};
  engine::Shot arp_shot_{&probe::arp, {.path = path_, .target = there, .port = net::Port{}}};
};

TEST_F(WitnessTest, KeepsTheAnswersToItsQuestionsAndCountsFromTheFirstPacket) {
  send(2s, net::EtherType::ipv4, segment(here, there, 40'000, 22));
  receive(2s + 3ms, net::EtherType::ipv4, segment(there, here, 22, 40'000));
  const Story story = witness_.take({});
  ASSERT_EQ(story.moments.size(), 2U);
  EXPECT_EQ(story.moments[0].at, 0ms);
  EXPECT_EQ(story.moments[1].at, 3ms);
  EXPECT_FALSE(story.moments[1].told);
}

TEST_F(WitnessTest, KeepsWhatThisMachineWouldNotSend) {
  const Bytes bytes = segment(here, there, 40'000, 22);
  engine::Departure departure{.at = Instant{2s}, .shot = shot_};
  departure.bytes = bytes;
  departure.refused = true;
  ASSERT_TRUE(witness_.sent(departure));
  receive(2s, net::EtherType::ipv4, segment(there, here, 22, 40'000));  // nobody can have answered that
  const Story story = witness_.take({});
  ASSERT_EQ(story.moments.size(), 1U);
  EXPECT_TRUE(story.moments[0].kept);
  EXPECT_FALSE(was_asked(story));
}

TEST_F(WitnessTest, LeavesOutWhatOthersAreTold) {
  send(2s, net::EtherType::ipv4, segment(here, there, 40'000, 22));
  receive(2s, net::EtherType::ipv4, segment(there, here, 22, 40'001));
  receive(2s, net::EtherType::ipv4, segment(address("198.18.0.9"), here, 22, 40'000));
  receive(2s, net::EtherType::ipv4, {0x45, 0});
  EXPECT_EQ(kept(), 1U);
}

// What proves nothing to the scan is no proof in its explanation.
TEST_F(WitnessTest, LeavesOutWhatTheScanRefuses) {
  send(2s, net::EtherType::ipv4, segment(here, there, 40'000, 22));
  receive(2s, net::EtherType::ipv4, segment(there, here, 22, 40'000, cookie + 2));
  receive(2s, net::EtherType::ipv4, segment(there, here, 22, 40'000), true);
  EXPECT_EQ(kept(), 1U);
}

TEST_F(WitnessTest, AnAnswerToTheKernelsOwnArpIsNoneToOurs) {
  receive(1s, net::EtherType::arp, arp_reply());
  send(2s, net::EtherType::arp, arp_request());
  receive(2s, net::EtherType::arp, arp_reply());
  receive(3s, net::EtherType::arp, arp_reply());
  EXPECT_EQ(kept(), 2U);
}

TEST_F(WitnessTest, KeepsOnlySoMuch) {
  for (std::size_t i = 0; i < 2 * Witness::most_moments; ++i) {
    send(2s, net::EtherType::ipv4, segment(here, there, 40'000, 22));
  }
  EXPECT_EQ(kept(), Witness::most_moments);
}

TEST(WitnessOfConnections, AnswersAreToldAndNotSeen) {
  const Question question{.target = there, .port = net::Port{22}, .probe = &probe::tcp_connect};
  const plan::Plan plan = plan_of(question, false).value();
  Witness witness{question, plan, Instant{1s}};
  const Bytes bytes = segment(there, here, 22, 40'000);
  engine::Received frame;
  frame.at = Instant{1s + 5ms};
  frame.bytes = bytes;
  ASSERT_TRUE(witness.received(frame));
  const Story story = witness.take({});
  EXPECT_TRUE(story.connected);
  EXPECT_EQ(story.ports, std::vector{net::Port{22}});
  ASSERT_EQ(story.moments.size(), 1U);
  EXPECT_EQ(story.moments[0].at, 5ms);
  EXPECT_TRUE(story.moments[0].told);
}

}  // namespace
}  // namespace portolan::explain
