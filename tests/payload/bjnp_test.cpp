#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Bjnp, Discovers) { EXPECT_EQ(question_of(bjnp, 0x12345678), text("BJNP") + hex("01 01 0000 5678 0000 00000000")); }

TEST(Bjnp, APrinterGivesTheSequenceBack) {
  const auto response = text("BJNP") + hex("81 01 0000 5678 0000 00000010 000108000604 0000852c1d2e c0000201");
  EXPECT_EQ(bjnp.match(0x12345678, response), Match::genuine);
  EXPECT_EQ(bjnp.match(0x12345679, response), Match::stale);
  EXPECT_EQ(bjnp.match(0x12345678, Bytes{response}.first(15)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
