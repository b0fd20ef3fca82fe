#include "probe/kept_datagrams.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "payload/registry.h"
#include "probe_world.h"

namespace portolan::probe {
namespace {

Attempt dns_asked(std::uint32_t cookie) {
  return {.path = path, .target = them, .port = net::Port{53}, .tag = tag, .cookie = cookie};
}

wire::Packet said_by_dns(wire::Bytes payload) {
  return {them, us, 63, wire::UdpDatagram{net::Port{53}, net::Port{tag}, payload}};
}

TEST(KeptDatagrams, AreTheQuestionAsItWasPutAndItsAnswer) {
  std::vector<std::uint8_t> question(payload::longest);
  question.resize(payload::dns.build(0x1234, question));
  constexpr std::array<std::uint8_t, 3> answer{'h', 'i', '\n'};
  const auto kept = kept_datagrams(udp, dns_asked(0x1234), said_by_dns(answer));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->asked, std::string(question.begin(), question.end()));
  EXPECT_EQ(kept->answered, "hi\n");
}

TEST(KeptDatagrams, TakeNoMoreRoomThanAPacket) {
  const std::vector<std::uint8_t> answer(9'000, 'x');
  EXPECT_EQ(kept_datagrams(udp, dns_asked(1), said_by_dns(answer))->answered.size(), longest_kept);
}

TEST(KeptDatagrams, OfASegmentThereAreNone) {
  EXPECT_FALSE(kept_datagrams(tcp_syn, attempt(1), segment(wire::syn | wire::ack, 1, 2)));
}

}  // namespace
}  // namespace portolan::probe
