#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Qotd, AnyDatagramIsAQuestion) { EXPECT_EQ(question_of(qotd, 1), text("\r\n")); }

TEST(Qotd, AQuoteIsText) {
  EXPECT_EQ(qotd.match(1, text("The quick brown fox\n\tjumps over the lazy dog.\n")), Match::genuine);
  EXPECT_EQ(qotd.match(1, hex("80010203")), Match::other) << "no letters";
  EXPECT_EQ(qotd.match(1, {}), Match::other);
}

}  // namespace
}  // namespace portolan::payload
