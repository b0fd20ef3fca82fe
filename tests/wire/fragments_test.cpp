#include "wire/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "wire/build.h"

namespace portolan::wire {
namespace {

using net::IpAddress;
using PacketBytes = std::vector<std::uint8_t>;

constexpr std::uint32_t identification = 0xcafe;

PacketBytes udp_between(const char* from, const char* to, const Dress& dress = plain) {
  std::array<std::uint8_t, longest_packet> room{};
  std::array<std::uint8_t, 25> payload{};
  for (std::uint8_t i = 0; i < payload.size(); ++i) payload[i] = i;
  const std::size_t size = build_udp({.source = IpAddress::parse(from).value(),
                                      .destination = IpAddress::parse(to).value(),
                                      .source_port = net::Port{40'961},
                                      .destination_port = net::Port{53},
                                      .payload = payload,
                                      .dress = dress},
                                     room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::vector<PacketBytes> fragments_of(const PacketBytes& packet, std::size_t each) {
  Fragments fragments{packet, each, identification};
  std::array<std::uint8_t, longest_packet + longest_fragment_header> room{};
  std::vector<PacketBytes> all;
  while (const std::size_t size = fragments.next(room)) {
    all.emplace_back(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return all;
}

// 33 bytes behind the IP header.
TEST(Fragments, OfIPv4BearItsHeaderWithTheirPlace) {
  const PacketBytes packet = udp_between("198.18.0.1", "198.18.0.2");
  for (const std::size_t each : {8U, 16U, 32U, 40U}) {
    const auto all = fragments_of(packet, each);
    ASSERT_EQ(all.size(), (33 + each - 1) / each);
    PacketBytes whole;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const PacketBytes& one = all[i];
      EXPECT_EQ(unsigned{one[2]} << 8U | one[3], one.size());
      EXPECT_EQ(unsigned{one[6]} << 8U | one[7], i * each / 8 | (i + 1 < all.size() ? 0x2000U : 0U));
      EXPECT_EQ(checksum(std::span{one}.first(20)), 0);
      EXPECT_TRUE(std::equal(one.begin() + 12, one.begin() + 20, packet.begin() + 12)) << "the addresses";
      whole.insert(whole.end(), one.begin() + 20, one.end());
    }
    EXPECT_TRUE(std::equal(whole.begin(), whole.end(), packet.begin() + 20, packet.end()));
  }
}

TEST(Fragments, BearTheOptionsOfIPv4) {
  const Dress dress{.ip_options = {1, 1, 1, 1}};
  const auto all = fragments_of(udp_between("198.18.0.1", "198.18.0.2", dress), 16);
  ASSERT_EQ(all.size(), 3U);
  for (const PacketBytes& one : all) {
    EXPECT_EQ(one[0], 0x46);
    EXPECT_EQ(checksum(std::span{one}.first(24)), 0);
  }
  EXPECT_EQ(all.front().size(), 24U + 16);
}

TEST(Fragments, OfIPv6HaveAHeaderMore) {
  const PacketBytes packet = udp_between("2001:db8::1", "2001:db8::2");
  const auto all = fragments_of(packet, 16);
  ASSERT_EQ(all.size(), 3U);
  PacketBytes whole;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const PacketBytes& one = all[i];
    EXPECT_EQ(unsigned{one[4]} << 8U | one[5], one.size() - 40);
    EXPECT_EQ(one[6], 44) << "a fragment header comes next";
    EXPECT_EQ(one[40], 17) << "and UDP behind it";
    EXPECT_EQ(unsigned{one[42]} << 8U | one[43], i * 16 | (i + 1 < all.size() ? 1U : 0U));
    EXPECT_EQ((PacketBytes{one.begin() + 44, one.begin() + 48}), (PacketBytes{0, 0, 0xca, 0xfe}));
    whole.insert(whole.end(), one.begin() + 48, one.end());
  }
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), packet.begin() + 40, packet.end()));
}

}  // namespace
}  // namespace portolan::wire
