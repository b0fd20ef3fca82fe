#include "base/boxed.h"

#include <gtest/gtest.h>

#include <string>

namespace portolan {
namespace {

using Box = Boxed<std::string>;

TEST(Boxed, IsEmptyOrHasAValueOfItsOwn) {
  Box box;
  EXPECT_FALSE(box);
  EXPECT_FALSE(box.has_value());
  box.emplace() = "one";
  Box copy = box;
  *copy += " more";
  EXPECT_EQ(*box, "one");
  EXPECT_EQ(copy->size(), 8U);
  copy = box;
  EXPECT_EQ(*copy, "one");
  box = Box{};
  EXPECT_FALSE(box);
  EXPECT_EQ(*copy, "one");
}

TEST(Boxed, IsEqualWhereTheValuesAre) {
  EXPECT_EQ(Box{}, Box{});
  EXPECT_EQ(Box{std::string{"a"}}, Box{std::string{"a"}});
  EXPECT_NE(Box{std::string{"a"}}, Box{std::string{"b"}});
  EXPECT_NE(Box{std::string{"a"}}, Box{});
  EXPECT_NE(Box{}, Box{std::string{"a"}});
}

TEST(Boxed, TakesTheRoomOfAPointer) {
  struct Large {
    char bytes[4'096];
  };
  EXPECT_EQ(sizeof(Boxed<Large>), sizeof(void*));
}

}  // namespace
}  // namespace portolan
