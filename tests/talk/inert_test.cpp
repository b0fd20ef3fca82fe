#include "talk/inert.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/escape.h"

namespace portolan::talk {
namespace {

std::string shown(std::string_view bytes) {
  Inert inert;
  return inert.show(bytes) + inert.rest();
}

TEST(Inert, TabsLineEndsAndTextStay) {
  EXPECT_EQ(shown("220 ready\r\na\tb\nGr\u00fc\u00dfe \u4e16\n"), "220 ready\na\tb\nGr\u00fc\u00dfe \u4e16\n");
}

TEST(Inert, WhatWouldMoveATerminalIsShown) {
  EXPECT_EQ(shown("\x1b[2J\x07\x08"), "\\x1B[2J\\x07\\x08");
  EXPECT_EQ(shown("a\rb"), "a\\x0Db");
  EXPECT_EQ(shown("\u009b2J \u202e"), "\\u{009B}2J \\u{202E}");
}

TEST(Inert, TelnetsCommandsAreSeenAndNotObeyed) { EXPECT_EQ(shown("\xff\xfd\x18"), "\\xFF\\xFD\\x18"); }

TEST(Inert, ACharacterInTwoPiecesIsPutTogether) {
  Inert inert;
  EXPECT_EQ(inert.show("Gr\xc3"), "Gr");
  EXPECT_EQ(inert.show("\xbc\xe4\xb8"), "\u00fc");
  EXPECT_EQ(inert.show("\x96\r"), "\u4e16");
  EXPECT_EQ(inert.show("\n\xf0\x9f"), "\n");
  EXPECT_EQ(inert.rest(), "\\xF0\\x9F");
  EXPECT_EQ(inert.rest(), "");
}

TEST(Inert, ASentenceHoldsTheBeginningOnOneLine) {
  EXPECT_EQ(told("no\r\nway"), "no\\x0D\\x0Away");
  EXPECT_EQ(told(std::string(199, 'a') + "é"), std::string(199, 'a') + "...");
}

TEST(Inert, AByteThatBeginsNothingIsNotKeptBack) {
  Inert inert;
  EXPECT_EQ(inert.show("\xff"), "\\xFF");
  EXPECT_EQ(inert.show("\x80\x80\x80\x80"), "\\x80\\x80\\x80\\x80");
}

RC_GTEST_PROP(Inert, PiecesAreShownAsTheWholeIs, (const std::string& text)) {
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  Inert inert;
  std::string pieces = inert.show(std::string_view{text}.substr(0, cut));
  pieces += inert.show(std::string_view{text}.substr(cut));
  pieces += inert.rest();
  RC_ASSERT(pieces == shown(text));
}

RC_GTEST_PROP(Inert, WhateverComesNothingIsLeftToObey, (const std::string& text)) {
  for (const char c : shown(text))
    RC_ASSERT(c == '\t' || c == '\n' || escape_terminal({&c, 1}) == std::string{c} || (c & 0x80) != 0);
}

}  // namespace
}  // namespace portolan::talk
