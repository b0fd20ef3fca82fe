#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "report/scan/registry.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

std::string told(const Format& format) {
  MemoryOutput output;
  const auto sink = format.make(output, {});
  EXPECT_TRUE(sink->on(started({"portolan"})));
  EXPECT_TRUE(sink->on(host_on_link()));
  EXPECT_TRUE(sink->on(finished(1, 1)));
  return output.text;
}

std::string plain_again(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '4') c = 'a';
    if (c == '3') c = 'e';
    if (c == '1' || c == '!') c = 'i';
    if (c == '0') c = 'o';
    if (c == 'z' || c == '$') c = 's';
  }
  return text;
}

TEST(Skiddie, IsTheNormalReportInLeet) {
  const std::string normal = told(normal_format);
  const std::string leet = told(skiddie_format);
  EXPECT_NE(leet, normal);
  EXPECT_EQ(leet.size(), normal.size());
  EXPECT_EQ(plain_again(leet), plain_again(normal));
  for (const std::string_view letters : {"4", "3", "0", "z"}) {
    EXPECT_GT(std::ranges::count(leet, letters[0]), std::ranges::count(normal, letters[0])) << letters;
  }
}

TEST(Skiddie, AddressesAndPortsStayReadable) {
  EXPECT_THAT(told(skiddie_format), ::testing::AllOf(::testing::HasSubstr("198.18.0.2"), ::testing::HasSubstr("\n22/"),
                                                     ::testing::HasSubstr("\n80/")));
}

TEST(Skiddie, TheSameReportIsTheSameText) { EXPECT_EQ(told(skiddie_format), told(skiddie_format)); }

}  // namespace
}  // namespace portolan::report
