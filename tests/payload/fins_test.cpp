#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Fins, ReadsTheController) { EXPECT_EQ(question_of(fins, 0x12345678), hex("80 00 02 000000 000000 78 0501 00")); }

TEST(Fins, AControllerGivesTheServiceBack) {
  const auto read = hex("c0 00 02 000000 000000 78 0501 0000") + text("CJ2M-CPU31          02.01               ");
  EXPECT_EQ(fins.match(0x12345678, read), Match::genuine);
  EXPECT_EQ(fins.match(0x12345679, read), Match::stale);
  EXPECT_EQ(fins.match(0x12345678, Bytes{read}.first(13)), Match::other) << "no whole end code";
}

}  // namespace
}  // namespace portolan::payload
