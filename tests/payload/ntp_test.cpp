#include <gtest/gtest.h>

#include <vector>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

TEST(Ntp, AsksAsAClientOfVersion4) {
  std::vector<std::uint8_t> bytes(longest);
  bytes.resize(ntp.build(0x1234abcd, bytes));
  ASSERT_EQ(bytes.size(), 48U);
  EXPECT_EQ(bytes[0], 0x23);
  EXPECT_EQ(wire::u32_at(bytes, 40), 0x1234abcdU) << "transmit timestamp";
}

TEST(Ntp, AServerGivesTheTimestampBack) {
  std::vector<std::uint8_t> answer(48);
  answer[0] = 0x24;
  wire::Writer{std::span{answer}.subspan(24)}.u32(0x1234abcd);
  EXPECT_EQ(ntp.match(0x1234abcd, answer), Match::genuine);
  EXPECT_EQ(ntp.match(0x1234abce, answer), Match::stale);
  answer[0] = 0x25;  // broadcast: nobody was asked
  EXPECT_EQ(ntp.match(0x1234abcd, answer), Match::other);
}

}  // namespace
}  // namespace portolan::payload
