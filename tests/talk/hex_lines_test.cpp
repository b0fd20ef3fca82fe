#include "talk/hex_lines.h"

#include <gtest/gtest.h>

namespace portolan::talk {
namespace {

TEST(HexLines, AreOffsetBytesAndWhatCanBeSeen) {
  EXPECT_EQ(hex_lines(Direction::sent, 0, "EHLO a\r\n"),
            "> 00000000  45 48 4c 4f 20 61 0d 0a                           |EHLO a..|\n");
  EXPECT_EQ(hex_lines(Direction::received, 0x20, "0123456789abcdef\xff\x1b"),
            "< 00000020  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
            "< 00000030  ff 1b                                             |..|\n");
  EXPECT_EQ(hex_lines(Direction::sent, 0, ""), "");
}

}  // namespace
}  // namespace portolan::talk
