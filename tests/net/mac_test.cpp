#include "net/mac.h"

#include <gtest/gtest.h>

namespace portolan::net {
namespace {

TEST(Mac, PrintsUpperCaseWithColons) {
  EXPECT_EQ(to_string(Mac{{0x00, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e}}), "00:1A:2B:3C:4D:5E");
}

TEST(Mac, ReadsItsOwnTextAndNothingElse) {
  EXPECT_EQ(parse_mac("00:1A:2b:3C:4D:5E"), (Mac{{0x00, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e}}));
  for (const char* wrong : {"", "00:1A:2B:3C:4D", "00:1A:2B:3C:4D:5E:", "00-1A-2B-3C-4D-5E", "00:1A:2B:3C:4D:5G",
                            "00:1A:2B:3C:4D: E", "+0:1A:2B:3C:4D:5E"}) {
    EXPECT_EQ(parse_mac(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace portolan::net
