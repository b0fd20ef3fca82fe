#include "engine/loss_probes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};

net::IpAddress host(std::uint32_t number) { return net::IpAddress::v4(0xc6120000 + number); }

// With an answer of the port `question` of a host, which is waited for as long as `timeout` says.
void remember(LossProbes& probes, std::uint32_t number, std::uint32_t question, bool open, Duration timeout = 1s) {
  const net::Path path;
  probes.remember({host(number), &path}, question, open, timeout);
}
std::optional<Instant> take(LossProbes& probes, std::uint32_t number, std::uint32_t question, bool second_tag) {
  const auto found = probes.find(host(number), 0, question, second_tag);
  return found ? std::optional{probes.take(*found)} : std::nullopt;
}
std::uint32_t host_of(const LossProbes& probes, const LossProbes::Chosen& chosen) {
  return probes.target_of(chosen.probe).address.v4_value() - 0xc6120000;
}

TEST(LossProbes, NothingIsAskedWhereNothingAnswers) {
  LossProbes probes{1};
  EXPECT_TRUE(probes.empty());
  EXPECT_FALSE(probes.choose());
  remember(probes, 2, 5, true);
  EXPECT_FALSE(probes.empty());
}

TEST(LossProbes, OneProbeInSixteenThenOneInSixtyFourIsFollowedByALossProbe) {
  LossProbes probes{1};
  const auto probes_until_due = [&](std::uint64_t asked) {
    probes.skip_turn();
    std::uint64_t made = 0;
    for (; !probes.is_due(asked); ++made) probes.on_probe();
    return made;
  };
  EXPECT_EQ(probes_until_due(0), 16U);
  EXPECT_EQ(probes_until_due(63), 16U);
  EXPECT_EQ(probes_until_due(64), 64U);
}

TEST(LossProbes, AnAnswerGivesTheTimeOfItsQuestionOnce) {
  LossProbes probes{1};
  remember(probes, 2, 5, true);
  const auto question = probes.choose();
  ASSERT_TRUE(question);
  EXPECT_EQ(host_of(probes, *question), 2U);
  EXPECT_EQ(question->question, 5U);
  EXPECT_EQ(take(probes, 2, 5, question->second_tag), std::nullopt) << "it has not left yet";
  probes.on_sent(question->probe, start);
  EXPECT_EQ(take(probes, 2, 6, question->second_tag), std::nullopt);
  EXPECT_EQ(take(probes, 3, 5, question->second_tag), std::nullopt);
  EXPECT_EQ(take(probes, 2, 5, question->second_tag), start);
  EXPECT_EQ(take(probes, 2, 5, question->second_tag), std::nullopt);
}

TEST(LossProbes, AreAskedAgainOnlyWhenTheFateOfTheLastQuestionIsKnown) {
  LossProbes probes{1};
  remember(probes, 2, 5, true);
  const auto first = probes.choose();
  EXPECT_FALSE(probes.choose()) << "it waits to be sent";
  probes.on_sent(first->probe, start);
  EXPECT_FALSE(probes.choose()) << "it is on its way";
  EXPECT_EQ(probes.expire(start + 2s), 1U);
  EXPECT_TRUE(probes.choose());
}

TEST(LossProbes, ALateAnswerIsNotTakenForOneToTheNextQuestion) {
  LossProbes probes{1};
  remember(probes, 2, 5, true);
  const auto first = probes.choose();
  probes.on_sent(first->probe, start);
  ASSERT_EQ(probes.expire(start + 2s), 1U);
  const auto second = probes.choose();
  probes.on_sent(second->probe, start + 2s);
  EXPECT_NE(second->second_tag, first->second_tag);
  EXPECT_EQ(take(probes, 2, 5, first->second_tag), std::nullopt);
  EXPECT_EQ(take(probes, 2, 5, second->second_tag), start + 2s);
}

TEST(LossProbes, EachSilentQuestionIsCountedOnceAndNotBeforeItsTime) {
  LossProbes probes{1};
  for (std::uint32_t question = 0; question < 3; ++question) remember(probes, 0, question, true);
  const auto waiting = probes.choose();
  const auto sent = probes.choose();
  probes.on_sent(sent->probe, start);
  EXPECT_EQ(probes.expire(start + 1s), 0U);
  EXPECT_EQ(probes.expire(start + 1s + 1ns), 1U);
  EXPECT_EQ(probes.expire(start + 9s), 0U);
  probes.on_sent(waiting->probe, start + 9s);
  EXPECT_EQ(probes.expire(start + 9s + 1ns), 0U) << "its time began when it left";
}

TEST(LossProbes, OpenPortsAreAskedAndOthersOnlyWhereThereAreNone) {
  LossProbes probes{1};
  remember(probes, 0, 1, false);
  EXPECT_EQ(probes.choose()->question, 1U);
  LossProbes mixed{1};
  for (std::uint32_t question = 0; question < 20; ++question) remember(mixed, 0, question, question == 7);
  EXPECT_EQ(mixed.choose()->question, 7U);
  EXPECT_FALSE(mixed.choose()) << "better none than a port that a limiter may hold back";
}

TEST(LossProbes, AHostThatIsForgottenIsAskedNoMoreAndItsPlaceIsFree) {
  LossProbes probes{1};
  for (std::uint32_t number = 0; number < 10; ++number) remember(probes, number, 0, true);
  probes.forget(host(3));
  for (std::uint32_t number = 20; number < 21; ++number) remember(probes, number, 0, true);
  std::set<std::uint32_t> asked;
  while (const auto question = probes.choose()) asked.insert(host_of(probes, *question));
  EXPECT_EQ(asked, (std::set<std::uint32_t>{0, 1, 2, 4, 5, 6, 7, 8, 9, 20}));
}

TEST(LossProbes, WhoIsForgottenWhileAQuestionIsUnderWayIsNotAskedAgain) {
  LossProbes probes{1};
  remember(probes, 1, 0, true);
  const auto question = probes.choose();
  probes.on_sent(question->probe, start);
  probes.forget(host(1));
  EXPECT_EQ(take(probes, 1, 0, question->second_tag), start) << "its answer still counts";
  EXPECT_TRUE(probes.empty());
  EXPECT_FALSE(probes.choose());
}

TEST(LossProbes, AnAnswerOverAnotherLinkIsNotThatOfALinkLocalHost) {
  LossProbes probes{1};
  net::Path path;
  path.interface = 3;
  const net::IpAddress neighbour = net::IpAddress::parse("fe80::9").value();
  probes.remember({neighbour, &path}, 0, true, 1s);
  const auto question = probes.choose();
  probes.on_sent(question->probe, start);
  EXPECT_EQ(probes.find(neighbour, 4, 0, question->second_tag), std::nullopt);
  EXPECT_NE(probes.find(neighbour, 3, 0, question->second_tag), std::nullopt);
}

TEST(LossProbes, AllOfThemHaveTheirTurn) {
  LossProbes probes{1};
  for (std::uint32_t question = 0; question < 10; ++question) remember(probes, 0, question, true);
  std::set<std::uint32_t> asked;
  for (int i = 0; i < 200; ++i) {
    const auto question = probes.choose();
    asked.insert(question->question);
    probes.on_sent(question->probe, start);
    ASSERT_TRUE(take(probes, 0, question->question, question->second_tag));
  }
  EXPECT_EQ(asked.size(), 10U);
}

// What is remembered after many answers, by host.
std::map<std::uint32_t, std::size_t> remembered(LossProbes& probes) {
  std::map<std::uint32_t, std::size_t> hosts;
  while (const auto question = probes.choose()) ++hosts[host_of(probes, *question)];
  return hosts;
}

TEST(LossProbes, NoMoreAreRememberedThanFitAndLaterOpenPortsDisplaceEarlierOnes) {
  LossProbes probes{1};
  for (std::uint32_t i = 0; i < 10 * LossProbes::most; ++i) remember(probes, i < LossProbes::most ? 0 : 1, i, true);
  const auto hosts = remembered(probes);
  EXPECT_EQ(hosts.size() == 2 ? hosts.at(0) + hosts.at(1) : hosts.at(1), LossProbes::most);
  EXPECT_GT(hosts.at(1), LossProbes::most / 2);
}

TEST(LossProbes, AnOpenPortIsNeverDisplacedByOneThatIsNot) {
  LossProbes probes{1};
  for (std::uint32_t i = 0; i < LossProbes::most; ++i) remember(probes, 0, i, true);
  for (std::uint32_t i = 0; i < 100 * LossProbes::most; ++i) remember(probes, 1, i, false);
  EXPECT_EQ(remembered(probes), (std::map<std::uint32_t, std::size_t>{{0, LossProbes::most}}));
}

TEST(LossProbes, FewPortsThatAreNotOpenDisplaceOthersThatAreNot) {
  LossProbes probes{1};
  for (std::uint32_t i = 0; i < 2 * LossProbes::most; ++i) remember(probes, i < LossProbes::most ? 0 : 1, i, false);
  const auto hosts = remembered(probes);
  EXPECT_GT(hosts.at(0), LossProbes::most * 3 / 4);
}

TEST(LossProbes, AQuestionUnderWayIsNotDisplaced) {
  LossProbes probes{1};
  for (std::uint32_t i = 0; i < LossProbes::most; ++i) remember(probes, 0, i, true);
  const auto queued = probes.choose();
  const auto sent = probes.choose();
  probes.on_sent(sent->probe, start);
  for (std::uint32_t i = 0; i < 100 * LossProbes::most; ++i) remember(probes, 1, i, true);
  EXPECT_EQ(take(probes, 0, sent->question, sent->second_tag), start);
  probes.on_sent(queued->probe, start);
  EXPECT_EQ(take(probes, 0, queued->question, queued->second_tag), start);
}

}  // namespace
}  // namespace portolan::engine
