// What a transcript does not show: greetings cut short, and those of others. tests/identify/transcripts/ holds a
// conversation with a server, best recorded from a real one by --version-trace.
#include <gtest/gtest.h>

#include <array>

#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::string_view whole = "* ACAP (IMPLEMENTATION \"Example ACAP 1.2\") (SASL \"CRAM-MD5\")\r\n";

Reading reading_of(std::string_view heard, bool is_over = false) {
  const std::array turns{Turn{"", std::string{heard}}};
  return new_reader.read({.turns = turns, .is_over = is_over, .host = {}});
}

TEST(NewReader, TheProgramNamesItself) {
  const Reading reading = reading_of(whole);
  EXPECT_EQ(reading.is, Reading::Is::yes);
  EXPECT_EQ(reading.facts.product, "Example ACAP");
  EXPECT_EQ(reading.facts.version, "1.2");
  EXPECT_EQ(reading_of("* ACAP (IMPLEMENTATION \"cut\r\n").facts.product, "");
}

TEST(NewReader, OfAGreetingCutShortNothingIsClaimed) {
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_EQ(reading_of(whole.substr(0, size)).is, Reading::Is::more) << size;
    EXPECT_EQ(reading_of(whole.substr(0, size), true).is, Reading::Is::no) << size;
  }
}

TEST(NewReader, OthersAreNot) {
  for (const char* other : {"* OK IMAP4rev1\r\n", "220 mail.example ESMTP\r\n", "* ACAPULCO\r\n"}) {
    EXPECT_EQ(reading_of(other).is, Reading::Is::no) << other;
  }
}

}  // namespace
}  // namespace portolan::identify
