#include "net/mac.h"

#include <gtest/gtest.h>

namespace portolan::net {
namespace {

TEST(Mac, PrintsUpperCaseWithColons) {
  EXPECT_EQ(to_string(Mac{{0x00, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e}}), "00:1A:2B:3C:4D:5E");
}

}  // namespace
}  // namespace portolan::net
