#include "model/remark.h"

#include <gtest/gtest.h>

#include <set>

namespace portolan::model {
namespace {

TEST(RemarkKinds, NamesAreUniqueAndLeadBack) {
  std::set<std::string_view> names;
  for (const RemarkKind& kind : remark_kinds()) {
    names.insert(kind.name);
    EXPECT_EQ(remark_named(kind.name), kind.code);
    EXPECT_EQ(kind_of(kind.code).name, kind.name);
  }
  EXPECT_EQ(names.size(), remark_kinds().size());
  EXPECT_EQ(remark_named("of another version"), std::nullopt);
}

TEST(Remark, WhatIsNotThereIsNothing) {
  const Remark remark{RemarkCode::unresolved, {"text", std::uint64_t{7}, 2.5}};
  EXPECT_EQ(remark.text(0), "text");
  EXPECT_EQ(remark.number(1), 7U);
  EXPECT_EQ(remark.real(2), 2.5);
  EXPECT_EQ(remark.text(1), "");
  EXPECT_EQ(remark.number(2), 0U);
  EXPECT_EQ(remark.real(3), 0);
}

}  // namespace
}  // namespace portolan::model
