#include "wire/netlink_message.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace portolan::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;  // of its exact size: a read beyond the end is seen by the sanitizer

// Messages of these lengths, as their headers say, in room for `size` bytes.
Bytes datagram(std::size_t size, std::initializer_list<std::pair<std::size_t, std::uint8_t>> lengths) {
  Bytes bytes(size);
  for (const auto& [at, length] : lengths) bytes[at] = length;
  return bytes;
}

std::vector<std::size_t> sizes_in(const Bytes& bytes) {
  std::vector<std::size_t> sizes;
  std::span<const std::uint8_t> rest{bytes};
  for (auto message = next_message(rest); !message.empty(); message = next_message(rest)) {
    sizes.push_back(message.size());
  }
  EXPECT_TRUE(rest.empty());
  return sizes;
}

using Attribute = std::pair<std::uint16_t, Bytes>;
std::vector<Attribute> attributes_in(const Bytes& bytes) {
  std::vector<Attribute> found;
  for_each_attribute(bytes, [&](std::uint16_t type, std::span<const std::uint8_t> payload) {
    found.emplace_back(type, Bytes(payload.begin(), payload.end()));
  });
  return found;
}

TEST(NextMessage, SkipsThePaddingAndLeavesTheTornEndOut) {
  EXPECT_EQ(sizes_in(datagram(56, {{0, 18}, {20, 20}, {40, 99}})), (std::vector<std::size_t>{18, 20}));
}

TEST(NextMessage, TheLastOneNeedsNoPadding) {
  EXPECT_EQ(sizes_in(datagram(17, {{0, 17}})), std::vector<std::size_t>{17});
}

TEST(NextMessage, ALengthThatIsShorterThanTheHeaderEndsTheDatagram) {
  EXPECT_EQ(sizes_in(datagram(64, {{0, 0}})), std::vector<std::size_t>{});
  EXPECT_EQ(sizes_in(datagram(64, {{0, 15}})), std::vector<std::size_t>{});
  EXPECT_EQ(sizes_in(datagram(16, {{0, 16}})), std::vector<std::size_t>{16});
  EXPECT_EQ(sizes_in(datagram(15, {{0, 16}})), std::vector<std::size_t>{});
}

TEST(NextMessage, StandsAtAnyAddress) {
  const Bytes shifted = datagram(37, {{1, 16}, {17, 20}});
  std::span<const std::uint8_t> rest = std::span{shifted}.subspan(1);
  EXPECT_EQ(next_message(rest).size(), 16U);
  EXPECT_EQ(next_message(rest).size(), 20U);
}

TEST(ForEachAttribute, GivesTypeAndPayloadWithoutPaddingOrFlags) {
  const Bytes bytes{5, 0, 3, 0, 0xaa, 0, 0, 0, 6, 0, 1, 0x80, 0xbb, 0xcc, 0, 0, 4, 0, 2, 0x40};
  EXPECT_EQ(attributes_in(bytes), (std::vector<Attribute>{{3, {0xaa}}, {1, {0xbb, 0xcc}}, {2, {}}}));
}

TEST(ForEachAttribute, StopsAtALengthThatIsALie) {
  EXPECT_EQ(attributes_in({5, 0, 3, 0, 0xaa, 0, 0, 0, 9, 0, 1, 0, 0xbb, 0xcc, 0, 0}).size(), 1U);
  EXPECT_EQ(attributes_in({3, 0, 3, 0, 5, 0, 3, 0}).size(), 0U);
  EXPECT_EQ(attributes_in({4, 0, 3}).size(), 0U);
  EXPECT_EQ(attributes_in({}).size(), 0U);
}

TEST(NetlinkText, EndsAtItsFirstNulOrWithTheAttribute) {
  EXPECT_EQ(netlink_text(Bytes{'l', 'o', 0, 'x'}), "lo");
  EXPECT_EQ(netlink_text(Bytes{'l', 'o'}), "lo");
  EXPECT_EQ(netlink_text(Bytes{}), "");
}

TEST(ReadStruct, TakesNothingFromTooFewBytes) {
  EXPECT_EQ(read_struct<std::uint32_t>(Bytes{1, 0, 0}), std::nullopt);
  EXPECT_EQ(read_struct<std::uint32_t>(Bytes{1, 0, 0, 0, 9}), 1U);
}

}  // namespace
}  // namespace portolan::wire
