#include "payload/network/ber.h"

#include <gtest/gtest.h>

#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(BerReader, ReadsElementByElement) {
  const auto bytes = hex("02 01 07 04 02 6162");
  BerReader r{bytes};
  EXPECT_EQ(r.number(), 7U);
  EXPECT_EQ(r.next(ber::integer), std::nullopt) << "another tag, which is not read over";
  const auto letters = r.next(ber::octets);
  ASSERT_TRUE(letters);
  EXPECT_EQ(Octets(letters->begin(), letters->end()), text("ab"));
  EXPECT_EQ(r.tag(), 0);
}

TEST(BerReader, ReadsLengthsOfBothForms) {
  EXPECT_TRUE(BerReader{hex("04 81 01 61")}.next(ber::octets));
  EXPECT_TRUE(BerReader{hex("04 84 00000001 61")}.next(ber::octets));
  EXPECT_FALSE(BerReader{hex("04 85 0000000001 61")}.next(ber::octets)) << "longer than any datagram";
  EXPECT_FALSE(BerReader{hex("04 84 ffffffff 61")}.next(ber::octets));
  EXPECT_FALSE(BerReader{hex("04 02 61")}.next(ber::octets)) << "not whole";
  EXPECT_FALSE(BerReader{hex("04")}.next(ber::octets));
}

TEST(BerReader, ReadsNumbersOfUpToFourBytes) {
  EXPECT_EQ(BerReader{hex("02 04 7fffffff")}.number(), 0x7fffffffU);
  EXPECT_FALSE(BerReader{hex("02 05 0100000000")}.number());
  EXPECT_FALSE(BerReader{hex("02 00")}.number());
}

TEST(FourByteNumber, NeverNeedsMoreOrLess) {
  for (const std::uint32_t cookie : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    EXPECT_GE(four_byte_number(cookie), 0x4000'0000U);
    EXPECT_LE(four_byte_number(cookie), 0x7fff'ffffU);
  }
}

}  // namespace
}  // namespace portolan::payload
