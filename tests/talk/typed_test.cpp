#include "talk/typed.h"

#include <gtest/gtest.h>

namespace portolan::talk {
namespace {

TEST(LineEnds, EachLineEndsInCrLfOnce) {
  LineEnds ends;
  EXPECT_EQ(ends.with_cr("a\nb\r\n\n"), "a\r\nb\r\n\r\n");
  EXPECT_EQ(ends.with_cr("c\r"), "c\r");
  EXPECT_EQ(ends.with_cr("\nd\n"), "\nd\r\n");
}

TEST(Lines, ComeWholeAndTheLastAsItIs) {
  Lines lines;
  lines.add("on");
  EXPECT_EQ(lines.next(), std::nullopt);
  EXPECT_EQ(lines.waiting(), 2U);
  lines.add("e\ntwo\nthr");
  EXPECT_EQ(lines.next(), "one\n");
  EXPECT_EQ(lines.next(), "two\n");
  EXPECT_EQ(lines.next(), std::nullopt);
  EXPECT_EQ(lines.rest(), "thr");
  EXPECT_EQ(lines.rest(), "");
}

}  // namespace
}  // namespace portolan::talk
