#include "engine/controls.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};
const auto anybody = [](std::uint32_t) { return true; };
const auto a_second = [](std::uint32_t) { return Duration{1s}; };

TEST(Controls, NothingIsAskedWhereNothingAnswers) {
  Controls controls{1};
  EXPECT_TRUE(controls.empty());
  EXPECT_FALSE(controls.choose(anybody));
  controls.remember(2, 5, true);
  EXPECT_FALSE(controls.empty());
}

TEST(Controls, OneProbeInSixteenThenOneInSixtyFourIsFollowedByAControl) {
  Controls controls{1};
  const auto probes_until_due = [&](std::uint64_t asked) {
    controls.skip_turn();
    std::uint64_t probes = 0;
    for (; !controls.is_due(asked); ++probes) controls.on_probe();
    return probes;
  };
  EXPECT_EQ(probes_until_due(0), 16U);
  EXPECT_EQ(probes_until_due(63), 16U);
  EXPECT_EQ(probes_until_due(64), 64U);
}

TEST(Controls, AnAnswerGivesTheTimeOfItsQuestionOnce) {
  Controls controls{1};
  controls.remember(2, 5, true);
  const auto question = controls.choose(anybody);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->host, 2U);
  EXPECT_EQ(question->ask, 5U);
  EXPECT_EQ(controls.take(2, 5, question->second_tag), std::nullopt) << "it has not left yet";
  controls.on_sent(question->control, start);
  EXPECT_EQ(controls.take(2, 6, question->second_tag), std::nullopt);
  EXPECT_EQ(controls.take(3, 5, question->second_tag), std::nullopt);
  EXPECT_EQ(controls.take(2, 5, question->second_tag), start);
  EXPECT_EQ(controls.take(2, 5, question->second_tag), std::nullopt);
}

TEST(Controls, AreAskedAgainOnlyWhenTheFateOfTheLastQuestionIsKnown) {
  Controls controls{1};
  controls.remember(2, 5, true);
  const auto first = controls.choose(anybody);
  EXPECT_FALSE(controls.choose(anybody)) << "it waits to be sent";
  controls.on_sent(first->control, start);
  EXPECT_FALSE(controls.choose(anybody)) << "it is on its way";
  EXPECT_EQ(controls.expire(start + 2s, a_second), 1U);
  EXPECT_TRUE(controls.choose(anybody));
}

TEST(Controls, ALateAnswerIsNotTakenForOneToTheNextQuestion) {
  Controls controls{1};
  controls.remember(2, 5, true);
  const auto first = controls.choose(anybody);
  controls.on_sent(first->control, start);
  ASSERT_EQ(controls.expire(start + 2s, a_second), 1U);
  const auto second = controls.choose(anybody);
  controls.on_sent(second->control, start + 2s);
  EXPECT_NE(second->second_tag, first->second_tag);
  EXPECT_EQ(controls.take(2, 5, first->second_tag), std::nullopt);
  EXPECT_EQ(controls.take(2, 5, second->second_tag), start + 2s);
}

TEST(Controls, EachSilentQuestionIsCountedOnceAndNotBeforeItsTime) {
  Controls controls{1};
  for (std::uint32_t ask = 0; ask < 3; ++ask) controls.remember(0, ask, true);
  const auto waiting = controls.choose(anybody);
  const auto sent = controls.choose(anybody);
  controls.on_sent(sent->control, start);
  EXPECT_EQ(controls.expire(start + 1s, a_second), 0U);
  EXPECT_EQ(controls.expire(start + 1s + 1ns, a_second), 1U);
  EXPECT_EQ(controls.expire(start + 9s, a_second), 0U);
  controls.on_sent(waiting->control, start + 9s);
  EXPECT_EQ(controls.expire(start + 9s + 1ns, a_second), 0U) << "its time began when it left";
}

TEST(Controls, OpenPortsAreAskedAndOthersOnlyWhereThereAreNone) {
  Controls controls{1};
  controls.remember(0, 1, false);
  EXPECT_EQ(controls.choose(anybody)->ask, 1U);
  Controls mixed{1};
  for (std::uint32_t ask = 0; ask < 20; ++ask) mixed.remember(0, ask, ask == 7);
  EXPECT_EQ(mixed.choose(anybody)->ask, 7U);
  EXPECT_FALSE(mixed.choose(anybody)) << "better none than a port that a limiter may hold back";
}

TEST(Controls, HostsThatAreNotUsableAreLeftAlone) {
  Controls controls{1};
  for (std::uint32_t host = 0; host < 10; ++host) controls.remember(host, 0, true);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(controls.choose([](std::uint32_t host) { return host % 2 == 1; })->host % 2, 1U);
  EXPECT_FALSE(controls.choose([](std::uint32_t host) { return host % 2 == 1; }));
}

TEST(Controls, AllOfThemHaveTheirTurn) {
  Controls controls{1};
  for (std::uint32_t ask = 0; ask < 10; ++ask) controls.remember(0, ask, true);
  std::set<std::uint32_t> asked;
  for (int i = 0; i < 200; ++i) {
    const auto question = controls.choose(anybody);
    asked.insert(question->ask);
    controls.on_sent(question->control, start);
    ASSERT_TRUE(controls.take(0, question->ask, question->second_tag));
  }
  EXPECT_EQ(asked.size(), 10U);
}

// What is remembered after many answers, by host.
std::map<std::uint32_t, std::size_t> remembered(Controls& controls) {
  std::map<std::uint32_t, std::size_t> hosts;
  while (const auto question = controls.choose(anybody)) ++hosts[question->host];
  return hosts;
}

TEST(Controls, NoMoreAreRememberedThanFitAndLaterOpenPortsDisplaceEarlierOnes) {
  Controls controls{1};
  for (std::uint32_t i = 0; i < 10 * Controls::most; ++i) controls.remember(i < Controls::most ? 0 : 1, i, true);
  const auto hosts = remembered(controls);
  EXPECT_EQ(hosts.size() == 2 ? hosts.at(0) + hosts.at(1) : hosts.at(1), Controls::most);
  EXPECT_GT(hosts.at(1), Controls::most / 2);
}

TEST(Controls, AnOpenPortIsNeverDisplacedByOneThatIsNot) {
  Controls controls{1};
  for (std::uint32_t i = 0; i < Controls::most; ++i) controls.remember(0, i, true);
  for (std::uint32_t i = 0; i < 100 * Controls::most; ++i) controls.remember(1, i, false);
  EXPECT_EQ(remembered(controls), (std::map<std::uint32_t, std::size_t>{{0, Controls::most}}));
}

TEST(Controls, FewPortsThatAreNotOpenDisplaceOthersThatAreNot) {
  Controls controls{1};
  for (std::uint32_t i = 0; i < 2 * Controls::most; ++i) controls.remember(i < Controls::most ? 0 : 1, i, false);
  const auto hosts = remembered(controls);
  EXPECT_GT(hosts.at(0), Controls::most * 3 / 4);
}

TEST(Controls, AQuestionUnderWayIsNotDisplaced) {
  Controls controls{1};
  for (std::uint32_t i = 0; i < Controls::most; ++i) controls.remember(0, i, true);
  const auto queued = controls.choose(anybody);
  const auto sent = controls.choose(anybody);
  controls.on_sent(sent->control, start);
  for (std::uint32_t i = 0; i < 100 * Controls::most; ++i) controls.remember(1, i, true);
  EXPECT_EQ(controls.take(0, sent->ask, sent->second_tag), start);
  controls.on_sent(queued->control, start);
  EXPECT_EQ(controls.take(0, queued->ask, queued->second_tag), start);
}

}  // namespace
}  // namespace portolan::engine
