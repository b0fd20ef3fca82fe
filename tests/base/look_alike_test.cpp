#include "base/look_alike.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace portolan {
namespace {

struct Case {
  const char* text;
  char32_t code;
  const char* typed;
};

TEST(LookAlike, TheFirstIsFoundAndWhatWasMeantIsSaid) {
  const std::array cases{
      Case{"\uff11\uff19\uff18.18.0.1", 0xff11, "198.18.0.1"},
      Case{"198\uff0e18\uff0e0\uff0e1", 0xff0e, "198.18.0.1"},
      Case{"198\u300218.0.1", 0x3002, "198.18.0.1"},
      Case{"198\uff6118.0.1", 0xff61, "198.18.0.1"},
      Case{"198.18.0.1\uff0d\uff15", 0xff0d, "198.18.0.1-5"},
      Case{"198.18.0.0\uff0f24", 0xff0f, "198.18.0.0/24"},
      Case{"\u0661\u0669\u0668.18.0.1", 0x661, "198.18.0.1"},
      Case{"\u0e51\u0e59\u0e58.18.0.1", 0xe51, "198.18.0.1"},
      Case{"198.18.0.\u00b9", 0xb9, "198.18.0.1"},
      Case{"198.18.0.\u2081", 0x2081, "198.18.0.1"},
      Case{"198.18.0.\u2460", 0x2460, "198.18.0.1"},
      Case{"198.18.0.\U0001d7cf", 0x1d7cf, "198.18.0.1"},
      Case{"\uff45xample.org", 0xff45, "example.org"},
      Case{"\uff25\uff38.org", 0xff25, "EX.org"},
      Case{"\U0001d41eexample.org", 0x1d41e, "eexample.org"},
      Case{"\u24d4xample.org", 0x24d4, "example.org"},
      Case{"host\uff0eexample", 0xff0e, "host.example"},
      Case{"2001\uff1adb8\uff1a\uff1a1", 0xff1a, "2001:db8::1"},
      Case{"ex\u0430mple.org", 0x430, "example.org"},
      Case{"h\u03bfst", 0x3bf, "host"},
      Case{"\u4f8b\u3048.ex\u0430mple", 0x430, ""},
  };
  for (const Case& one : cases) {
    const auto found = look_alike_in_name(one.text);
    ASSERT_TRUE(found) << one.text;
    EXPECT_EQ(found->code, one.code) << one.text;
    EXPECT_EQ(found->typed, one.typed) << one.text;
  }
}

TEST(LookAlike, InternationalNamesHaveNone) {
  for (const char* text : {
           "",
           "host",
           "198.18.0.1",
           "caf\u00e9.example",
           "b\u00fccher.example",
           "\u4f8b\u3048.\u30c6\u30b9\u30c8",
           "\u4f8b\u3048\u3002\u30c6\u30b9\u30c8",         // with the full stop of that script
           "\u4f8b\uff11\uff12.jp",                        // wide digits among wide letters
           "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",  // Cyrillic
           "\u0441\u043e\u0441\u043e.example",
           "5-\u0440\u043e\u0441\u0430.example",  // all of it looks like Latin
           "\u0445-\u043f\u0440\u0438\u0432\u0435\u0442",
           "\u03b1\u03b2\u03b3.gr",
           "\u0e51\u0e52\u0e53.example",
           "\u0e17\u0e14\u0e2a\u0e2d\u0e1a\u0e51.th",
           "\u0645\u062b\u0627\u0644\u0661.example",
           "stra\u00dfe",
           "a\uff0db",
           "l\u00b7l",
           "\xff"
           "1.2.3",
           "\xe2\x80",
       }) {
    EXPECT_FALSE(look_alike_in_name(text)) << text;
  }
}

TEST(LookAlike, IsDescribedWithWhatToType) {
  EXPECT_EQ(describe(*look_alike_in_name("\uff11.2.3.4")),
            "a character that only looks like '1' (U+FF11); type 1.2.3.4");
  EXPECT_EQ(describe(*look_alike_in_name("\u4f8b.ex\u0430m")),
            "a character that only looks like 'a' (U+0430); type it on the keyboard");
}

// What is typed on the keyboard goes to a terminal as it is.
TEST(LookAlike, NothingButAHostIsAdvised) {
  const std::string sentence = "a character that only looks like '1' (U+FF11); type it on the keyboard";
  for (const char* text : {"\x1b]0;x\x07\uff11.2.3.4", "\uff11.2.3.4\x1b[2J", "\uff11.2.3.4\n", "\uff11.2.3.4\x7f",
                           "\uff11.2.3.4;x", "\uff11 .2.3.4", "\uff11.2.3.4\t"}) {
    const auto found = look_alike_in_name(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->typed, "") << text;
    EXPECT_EQ(describe(*found), sentence);
  }
  EXPECT_EQ(look_alike_in_name("fe80::\uff11%eth_0")->typed, "fe80::1%eth_0");
}

TEST(LookAlike, WhatWouldBuryAMessageIsNotAdvised) {
  EXPECT_EQ(look_alike_in_name("\uff11" + std::string(79, '2'))->typed.size(), 80U);
  EXPECT_EQ(describe(*look_alike_in_name("\uff11" + std::string(299, '2'))),
            "a character that only looks like '1' (U+FF11); type it on the keyboard");
}

TEST(LookAlike, AndOddDashesAreToldInOneWay) {
  EXPECT_EQ(odd_character_in_name("host\u2013a"),
            "an en dash (U+2013), which no host name has; type it with the '-' of the keyboard");
  EXPECT_EQ(odd_character_in_name("\uff11.2.3.4"), describe(*look_alike_in_name("\uff11.2.3.4")));
  EXPECT_EQ(odd_character_in_name("host.example"), std::nullopt);
}

}  // namespace
}  // namespace portolan
