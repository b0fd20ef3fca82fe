// What holds of every payload.
#include "payload/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

using testing::ElementsAre;

class EveryPayload : public testing::TestWithParam<const Payload*> {};

TEST_P(EveryPayload, SaysWhereItComesFromAndWhereItIsSpoken) {
  EXPECT_FALSE(GetParam()->name.empty());
  EXPECT_FALSE(GetParam()->document.empty());
  EXPECT_FALSE(GetParam()->ports.empty());
  EXPECT_FALSE(question_of(*GetParam(), 1).empty());
}

TEST_P(EveryPayload, AServerAnswersItAndTheAnswerIsGenuine) {
  if (!GetParam()->is_answered) {
    EXPECT_TRUE(answer_to(*GetParam(), question_of(*GetParam(), 1)).empty());
    return;
  }
  for (const std::uint32_t cookie : {0U, 1U, 0x12345678U, 0xffffffffU}) {
    const auto question = question_of(*GetParam(), cookie);
    const auto answer = answer_to(*GetParam(), question);
    ASSERT_FALSE(answer.empty());
    EXPECT_EQ(GetParam()->match(cookie, answer), Match::genuine) << cookie;
  }
}

// Either the cookie stands in it, and then every other one is another question; or there is no place for one.
TEST_P(EveryPayload, AnAnswerToAnotherQuestionIsStaleWhereTheProtocolCanTell) {
  if (!GetParam()->is_answered) return;
  const bool carries = question_of(*GetParam(), 0x1234abcd) != question_of(*GetParam(), 0x4321dcba);
  const auto answer = answer_to(*GetParam(), question_of(*GetParam(), 0x1234abcd));
  EXPECT_EQ(GetParam()->match(0x4321dcba, answer), carries ? Match::stale : Match::genuine);
}

TEST_P(EveryPayload, OurOwnQuestionSentBackIsNoAnswer) {
  const auto expected = GetParam() == &echo ? Match::genuine : Match::other;
  EXPECT_EQ(GetParam()->match(7, question_of(*GetParam(), 7)), expected) << "an echo service sends it";
}

TEST_P(EveryPayload, AnyBytesAreReadWithoutHarm) {
  Random random{1};
  const auto question = question_of(*GetParam(), 7);
  const auto answer = answer_to(*GetParam(), question);
  Octets room(longest);
  for (const auto& whole : {question, answer}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const Bytes cut{whole.data(), size};
      (void)GetParam()->match(7, cut);
      EXPECT_LE(GetParam()->answer(cut, room), longest);
    }
    for (int i = 0; i < 500; ++i) {
      auto changed = whole;
      if (changed.empty()) break;
      changed[random.below(changed.size())] = static_cast<std::uint8_t>(random());
      (void)GetParam()->match(7, changed);
      EXPECT_LE(GetParam()->answer(changed, room), longest);
    }
  }
}

std::string test_name(const testing::TestParamInfo<const Payload*>& payload) {
  std::string name{payload.param->name};
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Payloads, EveryPayload, testing::ValuesIn(registry), test_name);

TEST(Payloads, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Payload* payload : registry) EXPECT_TRUE(names.insert(payload->name).second) << payload->name;
}

TEST(Payloads, ThatAreAnsweredFromElsewhereAreKnownByWhatIsSaid) {
  std::vector<std::uint8_t> error(longest);
  error.resize(tftp.answer(question_of(tftp, 1), error));
  EXPECT_EQ(answered_elsewhere(error), &tftp);
  for (const Payload* payload : registry) {
    if (payload == &tftp) continue;
    EXPECT_EQ(answered_elsewhere(answer_to(*payload, question_of(*payload, 0x12345678))), nullptr) << payload->name;
  }
}

TEST(Payloads, AreFoundByPort) {
  EXPECT_THAT(payloads_for(53), ElementsAre(&dns));
  // In the order in which they are asked.
  EXPECT_THAT(payloads_for(161), ElementsAre(&snmp_v1, &snmp_v3, &snmp_v2c));
  EXPECT_TRUE(payloads_for(1).empty());
  EXPECT_TRUE(payloads_for(0).empty());
  EXPECT_TRUE(payloads_for(65535).empty());
}

}  // namespace
}  // namespace portolan::payload
