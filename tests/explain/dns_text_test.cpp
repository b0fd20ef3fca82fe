#include "explain/dns_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace portolan::explain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_view_literals;

std::vector<std::string> details_of(std::string_view message) {
  return dns_details({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
}

constexpr std::string_view question =
    "\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
    "example\x03org\x00\x00\x01\x00\x01"sv;

TEST(DnsText, AQuestionIsNamed) {
  EXPECT_THAT(details_of(question), ElementsAre("id 4660", "question \"example.org. A\""));
}

TEST(DnsText, AnAnswerTellsItsCodeAndHowMuchItHolds) {
  std::string answer{question};
  answer[2] = '\x82';
  answer[3] = '\x03';
  answer[7] = '\x02';
  answer[9] = '\x01';
  EXPECT_THAT(details_of(answer), ElementsAre("id 4660", "question \"example.org. A\"", "no such domain", "answers: 2",
                                              "authority: 1", "truncated"));
}

TEST(DnsText, CutShortAnywhereItIsNone) {
  for (std::size_t size = 0; size < question.size() - 2; ++size) {
    EXPECT_THAT(details_of(question.substr(0, size)), IsEmpty()) << size;
  }
}

TEST(DnsText, ControlCharactersInNamesAreEscaped) {
  std::string message{question};
  message[13] = '\x1b';
  EXPECT_EQ(details_of(message).at(1), "question \"\\x1Bxample.org. A\"");
}

TEST(DnsText, ACompressedNameIsNoQuestion) {
  std::string message{question};
  message[12] = '\xc0';
  EXPECT_THAT(details_of(message), IsEmpty());
}

}  // namespace
}  // namespace portolan::explain
