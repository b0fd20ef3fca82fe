#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Enip, ListsIdentities) {
  EXPECT_EQ(question_of(enip, 0x12345678), hex("6300 0000 00000000 00000000"  // no data, session or status
                                               "0100 12345678 0000"           // context
                                               "00000000"));                  // options
}

TEST(Enip, AnIdentityComesWithOurContext) {
  const auto identity = hex("6300 0600 00000000 00000000 0100 12345678 0000 00000000 0100 0c00 0000");
  EXPECT_EQ(enip.match(0x12345678, identity), Match::genuine);
  EXPECT_EQ(enip.match(0x12345679, identity), Match::stale);
  EXPECT_EQ(enip.match(0x12345678, hex("6300 0000 00000000 01000000 0100 12345678 0000 00000000")), Match::genuine)
      << "an error";
  EXPECT_EQ(enip.match(0x12345678, Bytes{identity}.first(23)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
