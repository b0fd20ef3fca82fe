#include "base/message.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace portolan {
namespace {

// A language of a few words. What it does not know is given back, as gettext does.
const char* in_french(const char* one, const char* many, std::size_t count) {
  static const std::map<std::string, std::string> known{
      {"good day", "bonjour"}, {"{0} is at {1}", "{1}, c'est {0}"}, {"places", "{0} {1}"}, {"{} of two", "{0} {1}"},
      {"one port", "un port"}, {"{0} ports", "{0} ports !"},
  };
  const char* const english = many == nullptr || count < 2 ? one : many;
  const auto found = known.find(english);
  return found == known.end() ? english : found->second.c_str();
}

class Messages : public testing::Test {
 protected:
  Messages() { speak_by(in_french); }
  ~Messages() override { speak_by(nullptr); }
};

TEST_F(Messages, WithoutADictionaryAreEnglish) {
  speak_by(nullptr);
  EXPECT_EQ(translated("good day"), "good day");
  EXPECT_EQ(said("{0} is at {1}", 1, "b"), "1 is at b");
  EXPECT_EQ(counted("one port", "{0} ports", 1), "one port");
  EXPECT_EQ(counted("one port", "{0} ports", 0), "0 ports");
}

TEST_F(Messages, AreInTheLanguageOfTheDictionary) {
  EXPECT_EQ(translated("good day"), "bonjour");
  EXPECT_EQ(said("{0} is at {1}", "a", "b"), "b, c'est a");
  EXPECT_EQ(counted("one port", "{0} ports", 1), "un port");
  EXPECT_EQ(counted("one port", "{0} ports", 2), "2 ports !");
  EXPECT_EQ(said_as(message("{0} is at {1}"), "a", "b"), "b, c'est a");
}

TEST_F(Messages, ThatTheDictionaryLacksAreEnglishAndStayWhereTheyAre) {
  const std::string text = "good night";
  EXPECT_EQ(translated(text).data(), text.data());
  EXPECT_EQ(counted("one host", "{0} hosts", 3), "3 hosts");
  EXPECT_EQ(translated(""), "");
}

TEST_F(Messages, WithPlacesThatDoNotFitAreEnglish) { EXPECT_EQ(said("{} of two", 1), "1 of two"); }

TEST_F(Messages, AreEnglishWhileProgramsAreSpokenTo) {
  {
    const InEnglish english;
    EXPECT_EQ(translated("good day"), "good day");
  }
  EXPECT_EQ(translated("good day"), "bonjour");
}

}  // namespace
}  // namespace portolan
