#include "payload/text.h"

#include <gtest/gtest.h>

#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(PayloadText, IsReadableWhereThereIsSomethingToRead) {
  EXPECT_TRUE(is_readable(text("a\tb\r\n")));
  EXPECT_TRUE(is_readable(text("~")));
  EXPECT_FALSE(is_readable(text("\r\n"))) << "our own question";
  EXPECT_FALSE(is_readable(text("a\x7f")));
  EXPECT_FALSE(is_readable(hex("61 80")));
  EXPECT_FALSE(is_readable(hex("61 00")));
}

TEST(PayloadText, HoldsTheCookieAsEightDigits) {
  EXPECT_EQ(hex_text(0xab), "000000ab");
  EXPECT_EQ(match_hex_text(0xab, "id 000000ab."), Match::genuine);
  EXPECT_EQ(match_hex_text(0xab, "id ab."), Match::stale);
}

}  // namespace
}  // namespace portolan::payload
