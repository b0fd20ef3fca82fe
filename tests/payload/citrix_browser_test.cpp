#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(CitrixBrowser, AsksWhichServerKnowsTheOthers) {
  EXPECT_EQ(question_of(citrix_browser, 1), hex("1e00 01 30 02fda8e3") + Octets(22));
}

TEST(CitrixBrowser, AServerNamesItself) {
  const auto answer = hex("3000 02 31 02fda8e3 02000644 c6120001") + Octets(32);
  EXPECT_EQ(citrix_browser.match(1, answer), Match::genuine);
  EXPECT_EQ(citrix_browser.match(1, Bytes{answer}.first(47)), Match::other) << "not as long as it says";
  EXPECT_EQ(citrix_browser.match(1, hex("0800 02 31 02fda8e4")), Match::other) << "another signature";
}

}  // namespace
}  // namespace portolan::payload
