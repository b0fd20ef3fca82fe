#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Radius, AsksForAccessWithoutAPassword) {
  EXPECT_EQ(question_of(radius, 0x12345678),
            hex("01 78 0027 12345678000000000000000000000000"  // access-request
                "01 08") +
                text("nobody") + hex("18 03 00 20 08") + text("nobody"));  // user, state, who asks
}

TEST(Radius, ARejectionGivesTheIdBack) {
  const auto reject = hex("03 78 0014 0123456789abcdef0123456789abcdef");
  EXPECT_EQ(radius.match(0x12345678, reject), Match::genuine);
  EXPECT_EQ(radius.match(0x12345679, reject), Match::stale);
  EXPECT_EQ(radius.match(0x12345678, Bytes{reject}.first(19)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
