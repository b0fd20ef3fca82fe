#include "base/odd_zero.h"

#include <gtest/gtest.h>

namespace portolan {
namespace {

TEST(OddZero, IsFoundInAnyNumber) {
  for (const char* text : {"010.0.0.1", "10.0.0.01", "10.1.2-03.4", "10.1,02.3.4", "010.1", "1.2.3.00"}) {
    EXPECT_TRUE(odd_zero(text)) << text;
  }
}

TEST(OddZero, OtherZerosAndOtherTextsHaveNone) {
  for (const char* text : {"", ".", "10.0.0.1", "100.0.20.0", "0.0.0.0-0", "010", "host.010", "2001:db8::010.0.0.1"}) {
    EXPECT_FALSE(odd_zero(text)) << text;
  }
}

}  // namespace
}  // namespace portolan
