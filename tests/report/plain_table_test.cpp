#include "report/plain_table.h"

#include <gtest/gtest.h>

namespace portolan::report {
namespace {

TEST(PlainTable, ColumnsAreAsWideAsTheirWidestCell) {
  PlainTable table{{"A", "LONG", "LAST"}};
  table.add({"abc", "x", "the end"});
  table.add({"", "yy", ""});
  EXPECT_EQ(table.text(std::nullopt), "A    LONG  LAST\nabc  x     the end\n-    yy    -\n");
}

TEST(PlainTable, IsCutAtTheEdgeOfATerminalOnly) {
  PlainTable table{{"A", "B"}};
  table.add({"abc", "0123456789"});
  EXPECT_EQ(table.text(8), "A    B\nabc  012\n");
  EXPECT_EQ(table.text(100), table.text(std::nullopt));
}

TEST(PlainTable, WhatItIsForIsNeverCut) {
  PlainTable table{{"A", "B", "C"}};
  table.add({"abc", "0123456789", "more"});
  EXPECT_EQ(table.text(8, 1), "A    B  \nabc  0123456789\n") << "at the least to the end of B";
  EXPECT_EQ(table.text(8, 2), table.text(std::nullopt));
}

TEST(PlainTable, HostileTextIsInertAndAligned) {
  PlainTable table{{"A", "B"}};
  table.add({"\x1b[2J\n", "x"});
  table.add({"\u65e5", "y"});
  EXPECT_EQ(table.text(std::nullopt), "A            B\n\\x1B[2J\\x0A  x\n\u65e5           y\n");
}

}  // namespace
}  // namespace portolan::report
