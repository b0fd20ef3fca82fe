#include "base/escape.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace portolan {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(EscapeTerminal, PrintableTextStays) {
  EXPECT_EQ(escape_terminal(""), "");
  EXPECT_EQ(escape_terminal("plain \\ text ~"), "plain \\ text ~");
  EXPECT_EQ(escape_terminal("caf\u00e9 \u6e2f \U0001f6a2"), "caf\u00e9 \u6e2f \U0001f6a2");
}

TEST(EscapeTerminal, ControlCharactersLoseTheirPower) {
  EXPECT_EQ(escape_terminal("\x1b[31mred"), "\\x1B[31mred");
  EXPECT_EQ(escape_terminal("a\nb\tc\r\x7f"), "a\\x0Ab\\x09c\\x0D\\x7F");
  EXPECT_EQ(escape_terminal("\0"s), "\\x00");
}

TEST(EscapeTerminal, C1ControlsAreEscapedAsCharactersAndAsBytes) {
  EXPECT_EQ(escape_terminal("\u009b31m"), "\\u{009B}31m");  // the one-character CSI
  EXPECT_EQ(escape_terminal("\x9b"
                            "31m"),
            "\\x9B31m");
}

TEST(EscapeTerminal, TextCannotBeReordered) {
  EXPECT_EQ(escape_terminal("a\u202eb"), "a\\u{202E}b");
  EXPECT_EQ(escape_terminal("\u2066x\u2069\u200f\u2028\ufeff"), "\\u{2066}x\\u{2069}\\u{200F}\\u{2028}\\u{FEFF}");
}

TEST(EscapeTerminal, WhatIsNotSeenIsShown) {
  for (const auto& [text, shown] : {std::pair{"a\u200bb", "a\\u{200B}b"},
                                    {"a\u00a0b", "a\\u{00A0}b"},
                                    {"\ufeffa", "\\u{FEFF}a"},
                                    {"a\u00ad", "a\\u{00AD}"},
                                    {"a\u2060b", "a\\u{2060}b"},
                                    {"\u3000", "\\u{3000}"},
                                    {"a\U000e0041", "a\\u{E0041}"},
                                    {"\u202f", "\\u{202F}"}}) {
    EXPECT_EQ(escape_terminal(text), shown);
  }
  EXPECT_EQ(escape_terminal("\u2764\ufe0f \u65e5\u672c"), "\u2764\ufe0f \u65e5\u672c") << "what is seen stays";
}

TEST(EscapeTerminal, InvalidUtf8IsShownByteByByte) {
  EXPECT_EQ(escape_terminal("\xff"), "\\xFF");
  EXPECT_EQ(escape_terminal("\xc3"), "\\xC3");                             // cut short
  EXPECT_EQ(escape_terminal("\xe6\xb8"), "\\xE6\\xB8");                    // cut short
  EXPECT_EQ(escape_terminal("\xc0\xaf"), "\\xC0\\xAF");                    // an overlong slash
  EXPECT_EQ(escape_terminal("\xe0\x80\xaf"), "\\xE0\\x80\\xAF");           // and a longer one
  EXPECT_EQ(escape_terminal("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // a surrogate
  EXPECT_EQ(escape_terminal("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(escape_terminal("\xc3\x28ok"), "\\xC3(ok");                    // what follows is kept
}

TEST(Unescape, GivesBackWhateverHasNoBackslash) {
  std::mt19937 random{20261201};
  constexpr std::array pieces{"a"sv,      "\n"sv,     "\0"sv,     " "sv,          "\xff"sv,       "\u00e9"sv,
                              "\u009b"sv, "\u200b"sv, "\u202e"sv, "\U000e0041"sv, "\U0001f6a2"sv, "x20"sv,
                              "{"sv,      "}"sv,      "\xc3"sv,   "\u3000"sv,     "u"sv,          "\x1b["sv};
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto count = random() % 9; count > 0; --count) text += pieces[random() % pieces.size()];
    EXPECT_EQ(unescape(escape_terminal(text)), text) << escape_terminal(text);
    EXPECT_EQ(unescape(escape_word(text)), text) << escape_word(text);
    EXPECT_FALSE(escape_word(text).contains(' '));
  }
}

TEST(Unescape, WhatIsNoEscapeStays) {
  for (const char* text :
       {"", "\\", "\\\\", "\\x", "\\x2", "\\xg0", "\\x+1", "\\u{", "\\u{}", "\\u{110000}", "\\u{20", "\\n"})
    EXPECT_EQ(unescape(text), text);
  EXPECT_EQ(unescape("\\\\x20"), "\\ ");
  EXPECT_EQ(unescape("\\u{e9}\\x2a"), "\u00e9*");
}

TEST(EscapeXml, MarkupBecomesEntities) {
  EXPECT_EQ(escape_xml(R"(<a b="c" d='e'>&amp;)"), "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;");
}

TEST(EscapeXml, WhiteSpaceSurvivesAttributes) { EXPECT_EQ(escape_xml("a\tb\nc\rd"), "a&#9;b&#10;c&#13;d"); }

TEST(EscapeXml, WhatXmlForbidsIsSpelled) {
  EXPECT_EQ(escape_xml("a\0b\x1b"s), "a\\x00b\\x1B");
  EXPECT_EQ(escape_xml("\ufffe"), "\\xEF\\xBF\\xBE");
  EXPECT_EQ(escape_xml("\u0085\x80"), "\\xC2\\x85\\x80");
  EXPECT_EQ(escape_xml("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(escape_xml("a\u202eb"), "a&#x202E;b") << "the same to a parser";
}

TEST(QuoteJson, QuotesAndBackslashesAreEscaped) {
  EXPECT_EQ(quote_json(""), R"("")");
  EXPECT_EQ(quote_json(R"(a"b\c/)"), R"("a\"b\\c/")");
}

TEST(QuoteJson, ControlsAndTricksAreEscapedButMeanTheSame) {
  EXPECT_EQ(quote_json("\x1b\n\x7f"), R"("\u001b\u000a\u007f")");
  EXPECT_EQ(quote_json("\u202e\u009b"), R"("\u202e\u009b")");
  EXPECT_EQ(quote_json("\U0001fffe"), R"("\ud83f\udffe")");
  EXPECT_EQ(quote_json("\u00e9\U0001f6a2"), "\"\u00e9\U0001f6a2\"");
}

TEST(QuoteJson, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(quote_json("a\xff"
                       "b"),
            "\"a\ufffdb\"");
  EXPECT_EQ(quote_json("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");
}

TEST(Escape, EveryByteAloneGivesPrintableText) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    for (const std::string& safe : {escape_terminal(text), escape_xml(text)}) {
      for (const char c : safe) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << "byte " << byte << " gives " << safe;
    }
  }
}

TEST(QuoteCsv, OnlyWhatNeedsQuotesGetsThem) {
  EXPECT_EQ(quote_csv(""), "");
  EXPECT_EQ(quote_csv("plain text; caf\u00e9"), "plain text; caf\u00e9");
  EXPECT_EQ(quote_csv("a,b"), "\"a,b\"");
  EXPECT_EQ(quote_csv("say \"a\""), "\"say \"\"a\"\"\"");
  EXPECT_EQ(quote_csv(" a"), "\" a\"");
  EXPECT_EQ(quote_csv("a "), "\"a \"");
}

TEST(QuoteCsv, ARecordIsALineAndInertOnATerminal) {
  EXPECT_EQ(quote_csv("a\r\nb"), "a\\x0D\\x0Ab");
  EXPECT_EQ(quote_csv("\x1b[31m\u202e\xff"), "\\x1B[31m\\u{202E}\\xFF");
}

TEST(QuoteCsv, NothingIsAFormula) {
  EXPECT_EQ(quote_csv("=1+1"), "'=1+1");
  EXPECT_EQ(quote_csv("+1"), "'+1");
  EXPECT_EQ(quote_csv("-1"), "'-1");
  EXPECT_EQ(quote_csv("@SUM(1,2)"), "\"'@SUM(1,2)\"");
  EXPECT_EQ(quote_csv("\t=1"), "\\x09=1");
  EXPECT_EQ(quote_csv("1+1=2"), "1+1=2");
}

TEST(Append, WritesTheSameBehindWhatIsThere) {
  for (const std::string_view text : {"", "plain", "\x1b\"\\,\xff\u202e", "=a"}) {
    std::string out = "before ";
    append_terminal(out, text);
    append_json(out, text);
    append_csv(out, text);
    EXPECT_EQ(out, "before " + escape_terminal(text) + quote_json(text) + quote_csv(text));
  }
}

TEST(DisplayWidth, CountsColumnsOfATerminal) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("plain"), 5U);
  EXPECT_EQ(display_width("caf\u00e9"), 4U);
  EXPECT_EQ(display_width("\u6e2f\uff21\U0001f6a2"), 6U);  // wide
  EXPECT_EQ(display_width("e\u0301\u200d"), 1U);           // drawn over the character before
}

TEST(BytesThatFit, NeverSplitACharacter) {
  EXPECT_EQ(bytes_that_fit("plain", 3), 3U);
  EXPECT_EQ(bytes_that_fit("plain", 9), 5U);
  EXPECT_EQ(bytes_that_fit("\u6e2fa", 1), 0U);
  EXPECT_EQ(bytes_that_fit("\u6e2fa", 2), 3U);
  EXPECT_EQ(bytes_that_fit("e\u0301a", 1), 3U);  // the mark stays with its letter
}

}  // namespace
}  // namespace portolan
