#include "base/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace portolan {
namespace {

TEST(HostName, IsMadeOfLabels) {
  for (const std::string& text :
       {std::string{"a"}, std::string{"server.example"}, std::string{"server.example."}, std::string{"_srv.a-b.C9"},
        std::string{"b\u00fccher.example"}, std::string(63, 'a')}) {
    EXPECT_TRUE(is_host_name(text)) << text;
  }
}

TEST(HostName, WhatNoNameServerKnowsIsNone) {
  std::string long_name;
  for (int i = 0; i < 127; ++i) long_name += "a.";
  for (const std::string& text :
       {std::string{}, std::string{"."}, std::string{"a..b"}, std::string{".a"}, std::string{"-a"}, std::string{"a b"},
        std::string{"my\\x20sock"}, std::string{"a*"}, std::string{"a/b"}, std::string{"a\0b", 3}, std::string{"a\x1b"},
        std::string(64, 'a'), long_name + "aa"}) {
    EXPECT_FALSE(is_host_name(text)) << text;
  }
  EXPECT_TRUE(is_host_name(long_name));
}

}  // namespace
}  // namespace portolan
