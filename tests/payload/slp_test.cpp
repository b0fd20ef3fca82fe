#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Slp, AsksForTypesOfServices) {
  EXPECT_EQ(question_of(slp, 0x12345678), hex("02 09 00001d 0000 000000 5678 0002") + text("en") +  //
                                              hex("0000 0000 0007") + text("DEFAULT"));
}

TEST(Slp, AReplyGivesTheIdBack) {
  const auto reply =
      hex("02 0a 00002b 0000 000000 5678 0002") + text("en") + hex("0000 0017") + text("service:management-hard");
  EXPECT_EQ(slp.match(0x12345678, reply), Match::genuine);
  EXPECT_EQ(slp.match(0x12345679, reply), Match::stale);
  EXPECT_EQ(slp.match(0x12345678, Bytes{reply}.first(11)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
