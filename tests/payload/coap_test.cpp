#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Coap, GetsTheBeginningOfTheList) {
  EXPECT_EQ(question_of(coap, 0x12345678), hex("44 01 5678 12345678") +           // confirmable, GET, token
                                               hex("bb") + text(".well-known") +  // Uri-Path, twice
                                               hex("04") + text("core") +         //
                                               hex("c0"));                        // Block2
}

TEST(Coap, AResponseGivesTheTokenBack) {
  const auto content = hex("64 45 5678 12345678 c1 28 b1 08 ff") + text("</sensors/temp>;");
  EXPECT_EQ(coap.match(0x12345678, content), Match::genuine);
  EXPECT_EQ(coap.match(0x12345679, content), Match::stale);
  EXPECT_EQ(coap.match(0x12345678, hex("64 45 5678 1234")), Match::stale) << "a cut token";
  EXPECT_EQ(coap.match(0x12345678, hex("64 45 56")), Match::other);
}

TEST(Coap, AResetGivesTheMessageBack) {
  EXPECT_EQ(coap.match(0x12345678, hex("70 00 5678")), Match::genuine);
  EXPECT_EQ(coap.match(0x12345679, hex("70 00 5678")), Match::stale);
  EXPECT_EQ(coap.match(0x12345678, hex("40 00 5678")), Match::other) << "a ping";
}

}  // namespace
}  // namespace portolan::payload
