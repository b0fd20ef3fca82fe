#include "base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portolan {
namespace {

TEST(AppendedText, StandsBehindWhatWasThere) {
  std::string text = "port";
  append(text, " {}/{:<4}|{:#06x}", 443, "tcp", 255);
  append(text, "{{}}");
  EXPECT_EQ(text, "port 443/tcp |0x00ff{}");
}

TEST(AppendedText, LongerThanAnyBufferOnTheWay) {
  std::string text;
  const std::string piece(3000, 'x');
  for (int i = 0; i < 3; ++i) append(text, "{}.", piece);
  EXPECT_EQ(text, piece + "." + piece + "." + piece + ".");
}

TEST(AppendedText, IsWhatFmtFormats) {
  std::string text;
  append(text, "{:>{}} {:.2f} {}", "right", 8, 2.5, true);
  EXPECT_EQ(text, fmt::format("{:>{}} {:.2f} {}", "right", 8, 2.5, true));
}

TEST(JoinedText, HasTheSeparatorBetweenOnly) {
  EXPECT_EQ(join(std::vector<std::string>{"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join(std::array<std::uint8_t, 2>{22, 80}, ","), "22,80");
  EXPECT_EQ(join(std::array<std::string_view, 2>{"", ""}, ","), ",");
  EXPECT_EQ(join(std::vector<int>{7}, ","), "7");
  EXPECT_EQ(join(std::vector<int>{}, ","), "");
}

TEST(Text, LowerCaseIsOfAsciiLettersOnly) { EXPECT_EQ(lower_case("Tcp/8\xC3\x84Z@["), "tcp/8\xC3\x84z@["); }

}  // namespace
}  // namespace portolan
