#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(MssqlBrowser, AsksForInstances) { EXPECT_EQ(question_of(mssql_browser, 1), hex("03")); }

TEST(MssqlBrowser, InstancesAreAnAnswer) {
  EXPECT_EQ(mssql_browser.match(1, hex("05 1000") + text("ServerName;HOST;")), Match::genuine);
  EXPECT_EQ(mssql_browser.match(1, hex("05 0f00") + text("ServerName;HOST;")), Match::other);
  EXPECT_EQ(mssql_browser.match(1, hex("05 00")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
