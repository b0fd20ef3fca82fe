#include "base/error_name.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace portolan {
namespace {

TEST(ErrorName, LeadsToItsWords) {
  EXPECT_EQ(error_name(ENOENT), "ENOENT");
  EXPECT_EQ(words_of_error("ENOENT"), "No such file or directory");
  EXPECT_EQ(words_of_error(error_name(EACCES)), "Permission denied");
}

TEST(ErrorName, WhatHasNoNameIsItsNumber) {
  EXPECT_EQ(error_name(4000), "E4000");
  EXPECT_EQ(words_of_error("E4000"), "E4000");
  EXPECT_EQ(words_of_error("privilege"), "privilege");
}

}  // namespace
}  // namespace portolan
