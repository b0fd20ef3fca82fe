#include "engine/pace/loss_probes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};
constexpr unsigned most_attempts = 6;
constexpr Duration usual_timeout = 1s;
constexpr Duration a_moment = 1ns;

net::IpAddress address_of(std::uint32_t number) { return net::IpAddress::v4(0xc6120000 + number); }

// Loss probes of hosts that are known by number.
struct Probes {
  LossProbes probes{1, most_attempts};

  void remember(std::uint32_t host, const LossProbes::Port& port, Duration timeout = usual_timeout) {
    const net::Path path;
    probes.remember({address_of(host), &path}, port, timeout);
  }
  void open(std::uint32_t host, std::uint32_t question, unsigned attempts = 1) {
    remember(host, {.question = question, .open = true, .attempts = attempts});
  }
  void closed(std::uint32_t host, std::uint32_t question) { remember(host, {.question = question, .attempts = 1}); }
  void log_in(std::uint32_t host, std::uint32_t question) {
    remember(host, {.question = question, .open = true, .log_in = true, .attempts = 1});
  }

  [[nodiscard]] std::uint32_t host_of(std::size_t probe) const {
    return probes.target_of(probe).address.v4_value() - 0xc6120000;
  }
  // Asks; nullopt where there is nothing to ask.
  std::optional<LossProbes::Chosen> ask(Instant now) {
    const auto chosen = probes.choose(now);
    if (chosen) probes.on_sent(chosen->probe, 0, now);
    return chosen;
  }
  std::optional<LossProbes::Chosen> ask_host(std::uint32_t host, Instant now, bool urgent = false) {
    const auto chosen = probes.choose_of(address_of(host), now, urgent);
    if (chosen) probes.on_sent(chosen->probe, 0, now);
    return chosen;
  }
  [[nodiscard]] bool finds(std::uint32_t host, std::uint32_t question, unsigned attempt) const {
    return probes.find(address_of(host), 0, question, attempt).has_value();
  }
  // The answer to it has come: when it had left.
  std::optional<Instant> answer(const LossProbes::Chosen& chosen) {
    const auto found = probes.find(address_of(host_of(chosen.probe)), 0, chosen.question, chosen.attempt);
    EXPECT_EQ(found, chosen.probe);
    return found ? probes.take(*found) : std::nullopt;
  }
  HostLoss& loss_of(std::uint32_t host) { return *probes.of(address_of(host)); }
  HostLoss::Balance open_balance(std::uint32_t host) { return loss_of(host).all[0]; }
  HostLoss::Balance other_balance(std::uint32_t host) { return loss_of(host).all[1]; }
};

// ---- when ---------------------------------------------------------------------------------------

TEST(LossProbes, OneFrameInSixteenThenOneInSixtyFourAndOneInFourWhileSearching) {
  LossProbes probes{1, most_attempts};
  const auto frames_until_due = [&](std::uint64_t asked, bool searching) {
    probes.skip_turn();
    std::uint64_t made = 0;
    for (; !probes.is_due(asked, searching); ++made) probes.on_probe();
    return made;
  };
  EXPECT_EQ(frames_until_due(0, false), 16U);
  EXPECT_EQ(frames_until_due(63, false), 16U);
  EXPECT_EQ(frames_until_due(64, false), 64U);
  EXPECT_EQ(frames_until_due(64, true), 4U);
}

TEST(LossProbes, NothingIsAskedWhereNothingAnswers) {
  Probes t;
  EXPECT_TRUE(t.probes.empty());
  EXPECT_FALSE(t.probes.choose(start));
  EXPECT_FALSE(t.probes.choose_of(address_of(2), start));
  EXPECT_EQ(t.probes.of(address_of(2)), nullptr);
  t.open(2, 5);
  EXPECT_FALSE(t.probes.empty());
  EXPECT_NE(t.probes.of(address_of(2)), nullptr);
}

TEST(LossProbes, APortIsAskedAgainOnlyWhenTheFateOfItsLastQuestionIsKnown) {
  Probes t;
  t.open(2, 5);
  const auto first = t.probes.choose(start);
  ASSERT_TRUE(first);
  EXPECT_FALSE(t.probes.choose(start)) << "it waits to be sent";
  EXPECT_TRUE(t.probes.waits_for(address_of(2)));
  t.probes.on_sent(first->probe, 0, start);
  EXPECT_FALSE(t.probes.choose(start + 1s)) << "it is on its way";
  EXPECT_EQ(t.probes.take_fates(start + 1s + a_moment).size(), 1U);
  EXPECT_FALSE(t.probes.waits_for(address_of(2)));
  EXPECT_TRUE(t.probes.choose(start + 1s + a_moment));
}

TEST(LossProbes, RestsGrowFourfoldAndAreSkippedWhereItIsUrgent) {
  Probes t;
  t.open(2, 5);
  Instant now = start;
  Duration rest = LossProbes::first_rest;
  for (unsigned attempt = 1; attempt + 1 < most_attempts; ++attempt, rest *= 4) {
    const auto asked = t.ask(now);
    ASSERT_TRUE(asked) << attempt;
    (void)t.answer(*asked);
    EXPECT_FALSE(t.probes.choose(now + rest - a_moment)) << attempt;
    EXPECT_FALSE(t.probes.choose_of(address_of(2), now + rest - a_moment)) << attempt;
    now += rest;
  }
  EXPECT_TRUE(t.ask_host(2, now - a_moment, true)) << "urgent";
}

// Answers with closed ports fill a host's places and rest.
void fill_with_resting(Probes& t) {
  for (std::uint32_t question = 0; question < LossProbes::ports_a_host; ++question) t.closed(2, question);
  for (std::size_t i = 0; i < LossProbes::ports_a_host; ++i) {
    const auto asked = t.ask(start);
    ASSERT_TRUE(asked);
    (void)t.answer(*asked);
  }
  ASSERT_FALSE(t.ask(start + a_moment));
}

TEST(LossProbes, WhileAPaceIsLookedForPortsThatRestGiveTheirPlaceToFreshOnes) {
  Probes t;
  fill_with_resting(t);
  t.closed(2, 100);
  EXPECT_FALSE(t.ask(start + a_moment)) << "nothing is looked for";
  t.loss_of(2).law.suspect(1'000);
  t.closed(2, 101);
  const auto fresh = t.ask(start + a_moment);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->question, 101U);
  (void)t.answer(*fresh);
  const auto fates = t.probes.take_fates(start + 2s);
  EXPECT_EQ(fates.size(), LossProbes::ports_a_host + 1) << "those of the port that gave way are told as well";
  EXPECT_EQ(t.other_balance(2).asked, LossProbes::ports_a_host + 1);
}

TEST(LossProbes, AFateTellsHowFastItsQuestionLeft) {
  Probes t;
  t.open(2, 5);
  const auto chosen = t.probes.choose(start);
  t.probes.on_sent(chosen->probe, 1'234, start);
  (void)t.answer(*chosen);
  const auto fates = t.probes.take_fates(start + 1s + a_moment);
  ASSERT_EQ(fates.size(), 1U);
  EXPECT_EQ(fates[0].rate, 1'234);
  EXPECT_EQ(t.loss_of(2).window[0].rate, 1'234);
}

TEST(LossProbes, AfterALossThePortDoesNotRest) {
  Probes t;
  t.open(2, 5);
  (void)t.ask(start);
  (void)t.probes.take_fates(start + 2s);
  EXPECT_TRUE(t.probes.choose(start + 2s));
}

TEST(LossProbes, HostsTakeTurns) {
  Probes t;
  for (std::uint32_t host = 0; host < 4; ++host) {
    for (std::uint32_t question = 0; question < 3; ++question) t.open(host, question);
  }
  std::map<std::uint32_t, int> asked;
  for (int i = 0; i < 8; ++i) ++asked[t.host_of(t.ask(start)->probe)];
  EXPECT_EQ(asked, (std::map<std::uint32_t, int>{{0, 2}, {1, 2}, {2, 2}, {3, 2}}));
}

TEST(LossProbes, OneHostCanBeChosen) {
  Probes t;
  t.open(1, 5);
  t.open(2, 6);
  const auto chosen = t.ask_host(2, start);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(t.host_of(chosen->probe), 2U);
  EXPECT_EQ(chosen->question, 6U);
  EXPECT_FALSE(t.ask_host(2, start)) << "its only port is asked already";
  EXPECT_FALSE(t.ask_host(3, start));
}

// ---- how often ----------------------------------------------------------------------------------

TEST(LossProbes, NoPortIsAskedMoreOftenThanAllowedItsWalksAttemptsIncluded) {
  for (unsigned by_walk = 0; by_walk <= most_attempts + 1; ++by_walk) {
    Probes t;
    t.open(2, 5, by_walk);
    EXPECT_EQ(t.probes.of(address_of(2)) != nullptr, by_walk < most_attempts) << "who cannot be asked takes no place";
    unsigned attempts = by_walk;
    for (Instant now = start; now < start + 60s; now += 2s) {
      const auto chosen = t.ask_host(2, now, true);
      if (chosen) {
        EXPECT_EQ(chosen->attempt, attempts++) << "each has a number of its own";
      }
      (void)t.probes.take_fates(now + 1500ms);
    }
    EXPECT_EQ(attempts, std::max(by_walk, most_attempts));
    EXPECT_TRUE(t.probes.empty());
    EXPECT_FALSE(t.probes.can_measure(address_of(2)));
  }
}

TEST(LossProbes, OfAHostsPortsTheOneThatWasAskedLeastIsAsked) {
  Probes t;
  t.open(2, 5, 3);
  t.open(2, 6, 1);
  t.open(2, 7, 2);
  EXPECT_EQ(t.ask(start)->question, 6U);
  EXPECT_EQ(t.ask(start)->question, 7U);
  EXPECT_EQ(t.ask(start)->question, 5U);
}

TEST(LossProbes, LogInPortsAreAskedOnlyWhereNoOtherCanMeasure) {
  Probes t;
  t.log_in(1, 22);
  t.closed(2, 5);
  std::set<std::uint32_t> asked;
  Instant now = start;
  for (unsigned attempt = 1; attempt + 1 < most_attempts; ++attempt, now += 2s) {
    EXPECT_FALSE(t.ask_host(1, now, true)) << "a closed port of another host measures as well";
    const auto other = t.ask(now);
    ASSERT_TRUE(other);
    asked.insert(other->question);
    EXPECT_FALSE(t.ask(now)) << "even while the other is under way";
    (void)t.probes.take_fates(now + 1s + a_moment);
  }
  EXPECT_EQ(asked, std::set<std::uint32_t>{5U});
  EXPECT_EQ(t.ask(now)->question, 5U);
  EXPECT_EQ(t.ask(now)->question, 22U) << "the other has been asked as often as may be";
}

TEST(LossProbes, OfAForgottenHostNoPortCanMeasureAndALogInPortMust) {
  Probes t;
  t.log_in(1, 22);
  t.open(2, 5);
  t.probes.forget(address_of(2));
  EXPECT_EQ(t.ask(start)->question, 22U);
}

// ---- which --------------------------------------------------------------------------------------

// What can be asked of a host at once.
std::set<std::uint32_t> questions_of(Probes& t, std::uint32_t host) {
  std::set<std::uint32_t> questions;
  while (const auto chosen = t.probes.choose_of(address_of(host), start)) questions.insert(chosen->question);
  return questions;
}

TEST(LossProbes, OneKindOfPortMayBeWanted) {
  Probes t;
  t.open(2, 80);
  t.closed(2, 81);
  const auto ask = [&](HostLoss::Kind kind) { return t.probes.choose_of(address_of(2), start, false, kind); };
  EXPECT_EQ(ask(HostLoss::Kind::other)->question, 81U);
  EXPECT_FALSE(ask(HostLoss::Kind::other)) << "it is under way";
  EXPECT_EQ(ask(HostLoss::Kind::open)->question, 80U);
}

TEST(LossProbes, AHostHasSoManyPortsAndNoMore) {
  Probes t;
  for (std::uint32_t question = 0; question < 100; ++question) t.open(2, question);
  EXPECT_EQ(questions_of(t, 2).size(), LossProbes::ports_a_host);
}

TEST(LossProbes, BothKindsKeepHalfOfThePlaces) {
  for (const bool open_first : {true, false}) {
    Probes t;
    const auto add = [&t](bool open, std::uint32_t question) { open ? t.open(2, question) : t.closed(2, question); };
    for (std::uint32_t question = 0; question < 100; ++question) add(open_first, question);
    for (std::uint32_t question = 100; question < 200; ++question) add(!open_first, question);
    const auto kept = questions_of(t, 2);
    EXPECT_EQ(kept.size(), LossProbes::ports_a_host);
    EXPECT_EQ(std::ranges::count_if(kept, [](std::uint32_t question) { return question >= 100; }),
              static_cast<std::ptrdiff_t>(LossProbes::ports_a_host / 2));
  }
}

TEST(LossProbes, APortThatIsSpentGivesItsPlaceToAnother) {
  Probes t;
  for (std::uint32_t question = 0; question < LossProbes::ports_a_host; ++question) {
    t.open(2, question, most_attempts - 1);
    ASSERT_TRUE(t.ask(start));
  }
  t.open(2, 50);
  (void)t.probes.take_fates(start + 2s);
  EXPECT_TRUE(t.probes.empty());
  t.open(2, 51);
  EXPECT_EQ(questions_of(t, 2), std::set<std::uint32_t>{51U}) << "question 50 came while all were under way";
}

// So many hosts as are remembered have answered.
void fill(Probes& t) {
  for (std::uint32_t host = 0; host < LossProbes::most_hosts; ++host) t.open(host, 0);
}
std::size_t known_of_many(Probes& t, std::uint32_t hosts) {
  std::size_t known = 0;
  for (std::uint32_t host = 0; host < hosts; ++host) known += t.probes.of(address_of(host)) != nullptr;
  return known;
}

TEST(LossProbes, NoMoreHostsAreRememberedThanFitAndFewLaterOnesDisplaceOthers) {
  Probes t;
  fill(t);
  constexpr std::uint32_t many = 1'000;
  for (std::uint32_t host = 100; host < 100 + many; ++host) t.open(host, 0);
  EXPECT_EQ(known_of_many(t, 100 + many), LossProbes::most_hosts);
  const std::size_t stayed = known_of_many(t, LossProbes::most_hosts);
  EXPECT_GT(stayed, LossProbes::most_hosts / 3);
  EXPECT_LT(stayed, LossProbes::most_hosts) << "a long scan is measured by hosts of all its parts";
}

TEST(LossProbes, AHostWithAQuestionUnderWayIsNotDisplaced) {
  Probes t;
  fill(t);
  std::vector<LossProbes::Chosen> under_way;
  while (const auto chosen = t.ask(start)) under_way.push_back(*chosen);
  for (std::uint32_t host = 100; host < 10'000; ++host) t.open(host, 0);
  EXPECT_EQ(known_of_many(t, LossProbes::most_hosts), LossProbes::most_hosts);
  for (const auto& chosen : under_way) EXPECT_EQ(t.answer(chosen), start);
}

TEST(LossProbes, AHostWhoseAnswerIsNotCountedYetIsNotDisplaced) {
  Probes t;
  fill(t);
  while (const auto chosen = t.ask(start)) (void)t.answer(*chosen);
  for (std::uint32_t host = 100; host < 10'000; ++host) t.open(host, 0);
  for (const auto& fate : t.probes.take_fates(start + 1s + a_moment)) {
    EXPECT_LT(t.host_of(fate.probe), LossProbes::most_hosts) << "it would be counted as somebody else's";
  }
}

TEST(LossProbes, AHostThatSearchesItsPaceIsNotDisplacedUntilItIsForgotten) {
  Probes t;
  fill(t);
  t.loss_of(7).law.suspect(100);
  for (std::uint32_t host = 100; host < 10'000; ++host) t.open(host, 0);
  EXPECT_NE(t.probes.of(address_of(7)), nullptr);
  t.probes.forget(address_of(7));
  for (std::uint32_t host = 10'000; host < 20'000; ++host) t.open(host, 0);
  EXPECT_EQ(t.probes.of(address_of(7)), nullptr);
}

TEST(LossProbes, AHostThatIsForgottenIsAskedNoMoreAndItsAnswerStillCounts) {
  Probes t;
  t.open(1, 0);
  t.open(2, 0);
  const auto asked = t.ask_host(1, start);
  t.probes.forget(address_of(1));
  t.open(1, 1);
  EXPECT_FALSE(t.probes.can_measure(address_of(1)));
  EXPECT_FALSE(t.ask_host(1, start, true));
  EXPECT_EQ(t.host_of(t.ask(start)->probe), 2U);
  EXPECT_FALSE(t.ask(start));
  EXPECT_EQ(t.answer(*asked), start);
  (void)t.probes.take_fates(start + 2s);
  EXPECT_EQ(t.open_balance(1).asked, 1U);
  EXPECT_EQ(t.open_balance(1).lost, 0U);
}

// ---- answers ------------------------------------------------------------------------------------

TEST(LossProbes, AnAnswerGivesTheTimeOfItsQuestionOnce) {
  Probes t;
  t.open(2, 5);
  const auto chosen = t.probes.choose(start);
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(t.finds(2, 5, chosen->attempt)) << "it has not left yet";
  t.probes.on_sent(chosen->probe, 0, start);
  EXPECT_FALSE(t.finds(2, 6, chosen->attempt));
  EXPECT_FALSE(t.finds(3, 5, chosen->attempt));
  EXPECT_FALSE(t.finds(2, 5, chosen->attempt - 1)) << "that was the walk's own question";
  EXPECT_EQ(t.answer(*chosen), start);
  EXPECT_FALSE(t.finds(2, 5, chosen->attempt));
}

TEST(LossProbes, ALateAnswerIsNotTakenForOneToTheNextQuestion) {
  Probes t;
  t.open(2, 5);
  const auto first = t.ask(start);
  (void)t.probes.take_fates(start + 2s);
  const auto second = t.ask(start + 2s);
  EXPECT_NE(second->attempt, first->attempt);
  EXPECT_FALSE(t.finds(2, 5, first->attempt));
  EXPECT_EQ(t.answer(*second), start + 2s);
}

TEST(LossProbes, AnAnswerOverAnotherLinkIsNotThatOfALinkLocalHost) {
  LossProbes probes{1, most_attempts};
  net::Path path;
  path.interface = 3;
  const net::IpAddress neighbour = net::IpAddress::parse("fe80::9").value();
  probes.remember({neighbour, &path}, {.question = 0, .open = true, .attempts = 1}, 1s);
  const auto chosen = probes.choose(start);
  probes.on_sent(chosen->probe, 0, start);
  EXPECT_EQ(probes.find(neighbour, 4, 0, chosen->attempt), std::nullopt);
  EXPECT_NE(probes.find(neighbour, 3, 0, chosen->attempt), std::nullopt);
}

// ---- fates --------------------------------------------------------------------------------------

TEST(LossProbes, ALossIsToldOnceAndNotBeforeTheTimeout) {
  Probes t;
  t.open(2, 5);
  t.open(2, 6);
  const auto waiting = t.probes.choose(start);
  const auto sent = t.ask(start);
  EXPECT_TRUE(t.probes.take_fates(start + 1s).empty());
  const auto fates = t.probes.take_fates(start + 1s + a_moment);
  ASSERT_EQ(fates.size(), 1U);
  EXPECT_EQ(fates[0].probe, sent->probe);
  EXPECT_TRUE(fates[0].lost);
  EXPECT_EQ(fates[0].sent, start);
  EXPECT_TRUE(t.probes.take_fates(start + 9s).empty());
  t.probes.on_sent(waiting->probe, 0, start + 9s);
  EXPECT_TRUE(t.probes.take_fates(start + 9s + a_moment).empty()) << "its time began when it left";
}

TEST(LossProbes, AGoodFateIsToldNoSoonerThanALossWouldBe) {
  Probes t;
  t.open(2, 5);
  const auto chosen = t.ask(start);
  (void)t.answer(*chosen);
  EXPECT_EQ(t.loss_of(2).last_good, start) << "that it is there is known at once";
  EXPECT_TRUE(t.probes.take_fates(start + 1s).empty());
  const auto fates = t.probes.take_fates(start + 1s + a_moment);
  ASSERT_EQ(fates.size(), 1U);
  EXPECT_EQ(fates[0].probe, chosen->probe);
  EXPECT_FALSE(fates[0].lost);
  EXPECT_EQ(fates[0].sent, start);
  EXPECT_TRUE(t.probes.take_fates(start + 9s).empty());
}

TEST(LossProbes, AHostThatIsWaitedForLongDoesNotKeepBackTheFatesOfOthers) {
  Probes t;
  t.remember(1, {.question = 5, .open = true, .attempts = 1}, 10s);
  t.remember(2, {.question = 5, .open = true, .attempts = 1}, 100ms);
  (void)t.answer(*t.ask_host(1, start));
  (void)t.answer(*t.ask_host(2, start));
  const auto fates = t.probes.take_fates(start + 200ms);
  ASSERT_EQ(fates.size(), 1U);
  EXPECT_EQ(t.host_of(fates[0].probe), 2U);
  EXPECT_EQ(t.probes.take_fates(start + 11s).size(), 1U);
}

TEST(LossProbes, ALateAnswerTakesTheLossBack) {
  Probes t;
  t.open(2, 5);
  const auto chosen = t.ask(start);
  (void)t.probes.take_fates(start + 2s);
  EXPECT_EQ(t.open_balance(2).lost, 1U);
  EXPECT_EQ(t.answer(*chosen), std::nullopt) << "no round trip is measured by it";
  EXPECT_EQ(t.open_balance(2).asked, 1U);
  EXPECT_EQ(t.open_balance(2).lost, 0U);
  EXPECT_FALSE(t.finds(2, 5, chosen->attempt)) << "once";
  EXPECT_TRUE(t.probes.take_fates(start + 9s).empty());
}

TEST(LossProbes, EachKindOfAnswerHasABalanceOfItsOwn) {
  Probes t;
  t.open(2, 5);
  t.closed(2, 6);
  t.closed(2, 7);
  for (int i = 0; i < 3; ++i) {
    const auto chosen = t.ask(start);
    if (chosen->question != 6) (void)t.answer(*chosen);
  }
  (void)t.probes.take_fates(start + 2s);
  EXPECT_EQ(t.open_balance(2).asked, 1U);
  EXPECT_EQ(t.open_balance(2).lost, 0U);
  EXPECT_EQ(t.other_balance(2).asked, 2U);
  EXPECT_EQ(t.other_balance(2).lost, 1U);
}

TEST(LossProbes, APortThatTookAnothersPlaceIsNotCreditedWithItsAnswer) {
  Probes t;
  for (std::uint32_t question = 0; question < LossProbes::ports_a_host; ++question) t.open(2, question);
  while (const auto chosen = t.ask(start)) (void)t.answer(*chosen);
  for (std::uint32_t question = 100; question < 200; ++question) t.closed(2, question);
  (void)t.probes.take_fates(start + 2s);
  EXPECT_EQ(t.open_balance(2).asked, LossProbes::ports_a_host);
  EXPECT_EQ(t.other_balance(2).asked, 0U);
}

TEST(LossProbes, TheWindowHoldsWhatLeftAtThePresentRate) {
  Probes t;
  t.open(2, 5);
  t.open(2, 6);
  (void)t.ask(start);
  t.loss_of(2).rate_since = start + 1ms;
  (void)t.ask(start + 1ms);
  (void)t.probes.take_fates(start + 3s);
  EXPECT_EQ(t.open_balance(2).asked, 2U);
  EXPECT_EQ(t.loss_of(2).window[0].asked, 1);
  EXPECT_EQ(t.loss_of(2).window[0].lost, 1);
}

TEST(HostLoss, IsJudgedByTheKindThatLosesMostIfThatTells) {
  HostLoss loss;
  EXPECT_FALSE(loss.worst());
  loss.window = {LossWindow{20, 1}, LossWindow{3, 3}};
  EXPECT_EQ(loss.worst()->asked, 20) << "three tell nothing";
  loss.window[1] = {20, 15};
  EXPECT_EQ(loss.worst()->lost, 15) << "resets are limited, and open ports are not";
}

// ---- what measures nothing ----------------------------------------------------------------------

TEST(LossProbes, AQuestionThatThisMachineWouldNotSendMeasuresNothing) {
  Probes known;
  known.open(1, 5);
  const auto refused = known.probes.choose(start);
  ASSERT_TRUE(refused);
  known.probes.on_refused(refused->probe);
  EXPECT_TRUE(known.probes.take_fates(start + 2 * usual_timeout).empty());
  EXPECT_EQ(known.open_balance(1).asked, 0U);
  EXPECT_EQ(known.loss_of(1).last_good, Instant{});
  const auto again = known.ask(start);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempt, refused->attempt) << "nobody was asked";
}

// Sixty-four hosts with limits of their own must not be the only ones that are ever measured.
TEST(LossProbes, WhoHasLeftGivesUpItsPlaceWhateverIsKnownOfIt) {
  Probes known;
  for (std::uint32_t host = 0; host < LossProbes::most_hosts; ++host) {
    known.open(host, 1, most_attempts - 1);
    known.loss_of(host).law.suspect(1'000);
  }
  for (int i = 0; i < 100; ++i) known.open(100, 1);
  EXPECT_EQ(known.probes.of(address_of(100)), nullptr) << "all others are still at work";
  for (std::uint32_t host = 0; host < LossProbes::most_hosts; ++host) known.probes.on_left(address_of(host));
  for (int i = 0; i < 10'000; ++i) known.open(100, 1);
  EXPECT_NE(known.probes.of(address_of(100)), nullptr);
}

TEST(LossProbes, WhosePaceIsFoundIsAskedInItsOwnTurnOnly) {
  Probes known;
  known.open(1, 5);
  known.loss_of(1).law.suspect(1'000);
  known.loss_of(1).law.give_up_search();
  EXPECT_FALSE(known.probes.choose(start));
  EXPECT_TRUE(known.probes.choose_of(address_of(1), start));
}

}  // namespace
}  // namespace portolan::engine
