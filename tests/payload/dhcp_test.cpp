#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

constexpr std::size_t addresses_and_names = 2 + 2 + 16 + 16 + 64 + 128;

TEST(Dhcp, AsksForNothingButTheMaskOfTheNetwork) {
  EXPECT_EQ(question_of(dhcp, 0x12345678), hex("01 01 06 00 12345678") + Octets(addresses_and_names) +
                                               hex("63825363"
                                                   "35 01 08"  // DHCPINFORM
                                                   "37 01 01"  // subnet mask
                                                   "ff"));
}

TEST(Dhcp, AServerGivesTheTransactionBack) {
  const auto answer =
      hex("02 01 06 00 12345678") + Octets(addresses_and_names) + hex("63825363 35 01 05 01 04 ffffff00 ff");
  EXPECT_EQ(dhcp.match(0x12345678, answer), Match::genuine);
  EXPECT_EQ(dhcp.match(0x12345679, answer), Match::stale);
  EXPECT_EQ(dhcp.match(0x12345678, Bytes{answer}.first(239)), Match::other) << "cut in the magic number";
}

}  // namespace
}  // namespace portolan::payload
