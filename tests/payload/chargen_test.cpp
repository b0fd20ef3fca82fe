#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Chargen, AnyDatagramIsAQuestion) { EXPECT_EQ(question_of(chargen, 1), text("\r\n")); }

TEST(Chargen, APatternIsText) {
  EXPECT_EQ(chargen.match(1, text(R"( !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefg)")),
            Match::genuine);
  EXPECT_EQ(chargen.match(1, hex("80010203")), Match::other) << "no letters";
  EXPECT_EQ(chargen.match(1, {}), Match::other);
}

}  // namespace
}  // namespace portolan::payload
