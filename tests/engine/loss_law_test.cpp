// What the law makes of worlds that lose by chance, by a limit, or all.
#include "engine/pace/loss_law.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace portolan::engine {
namespace {

using State = LossLaw::State;

constexpr double lowest = 10;
constexpr double asked = 20;  // in a window

// The share of questions that a world loses at a rate.
using World = std::function<double(double rate)>;
World chance(double share) {
  return [=](double) { return share; };
}
World limit(double a_second) {
  return [=](double rate) { return std::max(0.0, 1 - a_second / rate); };
}
double nothing(double) { return 0; }
double all(double) { return 1; }

// A law in a world, and the rate that it has come to.
struct Drive {
  LossLaw law{lowest};
  double rate = 1'000;

  void look(const World& world, int times = 1, double explained = 0) {
    for (int i = 0; i < times; ++i) {
      const LossWindow window{asked, asked * world(rate)};
      if (const auto next = law.judge(window, rate, explained)) rate = *next;
    }
  }
  // Looks until the law has settled; how often that was.
  int settle(const World& world) {
    for (int looks = 1; looks <= 50; ++looks) {
      look(world);
      if (law.state() != State::trying) return looks;
    }
    ADD_FAILURE() << "still trying at " << rate;
    return 0;
  }
};

TEST(LossWindow, TellsWhenThereIsEnoughOfItAndSoonerWhereMostIsLost) {
  EXPECT_FALSE(LossWindow{}.tells());
  EXPECT_EQ(LossWindow{}.share(), 0);
  EXPECT_FALSE((LossWindow{15, 1}).tells());
  EXPECT_TRUE((LossWindow{16, 0}).tells());
  EXPECT_TRUE((LossWindow{6, 4}).tells());
  EXPECT_FALSE((LossWindow{8, 4}).tells()) << "half of them is not most";
  EXPECT_FALSE((LossWindow{3, 3}).tells()) << "three may be an accident";
}

TEST(LossLaw, ALittleLossIsChanceAndCostsNothing) {
  Drive drive;
  drive.look(chance(0.1), 20);
  EXPECT_EQ(drive.law.state(), State::watching);
  EXPECT_EQ(drive.rate, 1'000);
  EXPECT_NEAR(drive.law.chance(), 0.1, 0.01);
}

TEST(LossLaw, MuchLossByChanceIsTriedOnceAndCostsNoSpeedAfterwards) {
  for (const auto& [share, rate] : {std::pair{0.3, 1'000.0}, {0.5, 150.0}, {0.5, 40'000.0}, {0.7, 1'000.0}}) {
    Drive drive{.rate = rate};
    drive.look(chance(share));
    EXPECT_EQ(drive.law.state(), State::trying) << share;
    EXPECT_LT(drive.rate, rate);
    drive.settle(chance(share));
    EXPECT_EQ(drive.law.state(), State::watching) << share;
    EXPECT_EQ(drive.rate, rate) << share;
    EXPECT_FALSE(drive.law.was_limited());
    EXPECT_NEAR(drive.law.chance(), share, 0.01);
    drive.look(chance(share), 20);
    EXPECT_EQ(drive.law.state(), State::watching) << "it is known by now";
    EXPECT_EQ(drive.rate, rate);
  }
}

TEST(LossLaw, AboveKnownChanceALimitIsStillSeen) {
  Drive drive;
  drive.look(chance(0.3));
  drive.settle(chance(0.3));
  drive.look(chance(0.9));
  EXPECT_EQ(drive.law.state(), State::trying);
}

TEST(LossLaw, WhatIsExplainedElsewhereIsNoReasonToSlowDown) {
  Drive drive;
  drive.look(chance(0.5), 1, 0.4);
  EXPECT_EQ(drive.law.state(), State::watching);
  EXPECT_EQ(drive.rate, 1'000);
  Drive other;
  other.look(chance(0.5), 1, 0.1);
  EXPECT_EQ(other.law.state(), State::trying) << "a tenth does not explain a half";
}

TEST(LossLaw, SettlesBelowALimitWhateverItIs) {
  for (const double a_second : {20.0, 50.0, 300.0, 800.0}) {
    Drive drive;
    const int looks = drive.settle(limit(a_second));
    EXPECT_EQ(drive.law.state(), State::limited) << a_second;
    EXPECT_EQ(drive.law.was_limited(), a_second < 500) << "a fifth less loss may be chance: " << a_second;
    EXPECT_LE(looks, 8) << a_second;
    // One step of growth is in it.
    EXPECT_LT(drive.rate, 1.1 * a_second);
    EXPECT_GT(drive.rate, 0.4 * a_second);
  }
}

TEST(LossLaw, StaysAboutALimitForAsLongAsItLasts) {
  Drive drive;
  drive.settle(limit(300));
  std::vector<double> rates;
  for (int i = 0; i < 200; ++i) {
    drive.look(limit(300));
    rates.push_back(drive.rate);
  }
  EXPECT_GT(std::ranges::min(rates), 0.5 * 300);
  EXPECT_LT(std::ranges::max(rates), 2 * 300);
  std::ranges::sort(rates);
  EXPECT_GT(rates[100], 0.8 * 300) << "most of the time near it";
  EXPECT_LT(rates[100], 1.2 * 300);
}

TEST(LossLaw, GrowsInStepsThatDoubleAndIsLimitedNoMoreWhereItWasBefore) {
  Drive drive;
  drive.settle(limit(300));
  double expected = drive.rate;
  for (const double step : {1.12, 1.24, 1.48, 1.5}) {
    drive.look(nothing);
    expected *= step;
    EXPECT_NEAR(drive.rate, expected, 0.01);
    EXPECT_EQ(drive.law.state(), State::limited) << "too much was lost at 1,000";
  }
  ASSERT_LT(drive.rate, 1'000);
  drive.look(nothing);
  EXPECT_GE(drive.rate, 1'000);
  EXPECT_EQ(drive.law.state(), State::watching) << "whoever limited it does so no longer";
  EXPECT_TRUE(drive.law.was_limited()) << "but did once";
}

TEST(LossLaw, ALimitThatIsInDoubtIsOverAfterTheLastStep) {
  Drive drive;
  drive.look(chance(0.25));
  ASSERT_EQ(drive.law.state(), State::trying);
  drive.look(nothing, 5);
  EXPECT_EQ(drive.law.state(), State::watching);
  EXPECT_FALSE(drive.law.was_limited());
}

// While a limit is looked for the caller goes slowly, so that few attempts are lost.
TEST(LossLaw, ACallerThatIsFarSlowerThanWhatCameThroughDoublesUpToThat) {
  Drive drive{.rate = 40'000};
  drive.look(limit(20'000));
  const double came_through = drive.rate;
  ASSERT_LT(came_through, 20'000);
  drive.rate = 3'000;
  for (const double rate : {6'000.0, 12'000.0, came_through}) {
    drive.look(limit(20'000));
    EXPECT_EQ(drive.rate, rate);
  }
  drive.look(limit(20'000));
  EXPECT_NEAR(drive.rate, 1.06 * came_through, 0.01) << "and feels its way from there";
}

// Of four that were all lost as much as a third may have come through: it is felt for in doublings, not in small steps.
TEST(LossLaw, WhereAllOfAFewWereLostMoreThanThatMayComeThrough) {
  LossLaw law{lowest};
  const auto cut = law.judge({.asked = 4, .lost = 4}, 40'000, 0);
  ASSERT_NEAR(cut.value(), 0.09 * 40'000, 1);
  const auto doubled = law.judge({.asked = 20, .lost = 0}, *cut, 0);
  EXPECT_NEAR(doubled.value(), 2 * *cut, 1);
  const auto estimated = law.judge({.asked = 20, .lost = 0}, *doubled, 0);
  EXPECT_NEAR(estimated.value(), 0.9 * 40'000 / 3, 1);
  EXPECT_NEAR(law.judge({.asked = 20, .lost = 0}, *estimated, 0).value(), 1.06 * *estimated, 1);
}

// What left at a rate that is gone tells of that one.
TEST(LossLaw, WhereTheRateHasFallenAlreadyToWhatCameThroughItStays) {
  LossLaw law{lowest};
  EXPECT_EQ(law.judge({.asked = 20, .lost = 15, .rate = 8'000}, 1'500, 0), std::nullopt);
  EXPECT_EQ(law.state(), State::watching);
  const double quarter = 5.5 / 21;
  EXPECT_NEAR(law.judge({.asked = 20, .lost = 15, .rate = 8'000}, 5'000, 0).value(), 0.9 * quarter * 8'000, 1);
  EXPECT_EQ(law.state(), State::trying) << "it has not fallen as far";
}

TEST(LossWindow, CountsAndKnowsTheFastestRateOfWhatItCounts) {
  LossWindow window;
  window.add(true, 100);
  window.add(false, 300);
  window.add(false, 200);
  EXPECT_EQ(window.asked, 3);
  EXPECT_EQ(window.lost, 1);
  EXPECT_EQ(window.rate, 300);
}

TEST(LossLaw, AtTheLimitItselfItGrowsNoFurther) {
  Drive drive;
  drive.settle(limit(300));
  drive.look(nothing, 2);
  const double before = drive.rate;
  drive.look(chance(0.1), 10);
  EXPECT_EQ(drive.rate, before) << "a tenth lost is the edge, no reason to fall";
  EXPECT_EQ(drive.law.state(), State::limited);
  drive.look(nothing);
  EXPECT_NEAR(drive.rate, 1.06 * before, 0.01) << "and the steps are small again";
}

TEST(LossLaw, ALimitedRateThatGrewTooFarIsCutToWhatComesThrough) {
  Drive drive;
  drive.settle(limit(300));
  drive.rate = 400;
  drive.look(limit(300));
  EXPECT_EQ(drive.law.state(), State::limited) << "nothing new has been learnt";
  EXPECT_LT(drive.rate, 300);
  EXPECT_GT(drive.rate, 240);
}

TEST(LossLaw, ALimitedRateThatIsCutThreeTimesInARowHasMetSomethingElse) {
  Drive drive;
  drive.settle(limit(300));
  drive.look(chance(0.5), 2);
  EXPECT_EQ(drive.law.state(), State::limited);
  drive.look(chance(0.5));
  EXPECT_EQ(drive.law.state(), State::trying);
  Drive mended;
  mended.settle(limit(300));
  for (int i = 0; i < 5; ++i) {
    mended.look(chance(0.5), 2);
    mended.look(nothing);
  }
  EXPECT_EQ(mended.law.state(), State::limited) << "not in a row";
}

// Noise that looks as if a slower rate mended something, and then does not.
TEST(LossLaw, ALimitInDoubtThatTheLowestRatesDoNotShowWasChance) {
  Drive path;
  path.rate = 500;
  path.look(chance(0.4));
  path.look(chance(0.4));  // and far slower
  EXPECT_LE(path.rate, 50);
  path.look(chance(0.1));
  ASSERT_EQ(path.law.state(), State::limited);
  path.look(chance(0.3), 2);
  EXPECT_EQ(path.law.state(), State::watching);
  EXPECT_EQ(path.rate, 500) << "as fast as before the first cut";
  EXPECT_FALSE(path.law.was_limited());
  EXPECT_NEAR(path.law.chance(), 0.23, 0.01) << "of all that was asked below";
}

// The same after a rate at which hardly anything came: what comes now shows a limit, whatever is lost besides.
TEST(LossLaw, WhereNothingCameAtSpeedLossesAtALowRateAreNoChance) {
  Drive host;
  host.law = LossLaw{1};
  host.rate = 10'000;
  host.look(limit(2));
  host.look(limit(2));
  host.rate = 5;
  host.look(chance(0.4));
  EXPECT_TRUE(host.law.was_limited());
  const double before = host.rate;
  host.look(chance(0.5));
  EXPECT_LT(host.rate, before) << "not back to full speed";
  host.look(chance(0.5), 5);
  EXPECT_EQ(host.rate, 1) << "there is none slower";
  EXPECT_EQ(host.law.state(), State::trying);
}

// A limit that was found once is no reason to take all later losses for another.
TEST(LossLaw, ChanceAfterALimitThatIsGoneCostsNoSpeed) {
  Drive path;
  path.look(limit(300), 20);
  ASSERT_TRUE(path.law.was_limited());
  path.look(nothing, 10);
  ASSERT_EQ(path.law.state(), State::watching);
  Drive suspected = path;
  const double before = path.rate;
  path.look(chance(0.4), 10);
  EXPECT_EQ(path.law.state(), State::watching);
  EXPECT_EQ(path.rate, before);
  EXPECT_NEAR(path.law.chance(), 0.4, 0.01);
  suspected.law.suspect(before);
  suspected.rate = before / 4;
  suspected.look(chance(0.4), 10);
  EXPECT_EQ(suspected.rate, before) << "whoever suspected a limit";
}

TEST(LossLaw, FewThatAreLostFirstAreNoProofOfALimit) {
  Drive path;
  path.law.judge({4, 4}, path.rate, 0);
  path.rate = 100;
  path.law.judge({16, 4}, path.rate, 0);
  EXPECT_FALSE(path.law.was_limited());
}

TEST(LossLaw, OnADeadPathItGoesToTheLowestRateAndNoFurther) {
  Drive drive;
  for (int i = 0; i < 50; ++i) {
    drive.look(all);
    ASSERT_GE(drive.rate, lowest);
  }
  EXPECT_EQ(drive.rate, lowest);
  EXPECT_EQ(drive.law.state(), State::trying) << "that nothing comes through tells nothing of a limit";
  EXPECT_EQ(drive.law.chance(), 0);
  EXPECT_EQ(drive.law.judge({asked, asked}, lowest, 0), std::nullopt) << "nothing new is begun";
}

TEST(LossLaw, TheFewestThatTellAreEnoughToSeeThatNothingComesThrough) {
  LossLaw law{lowest};
  double rate = 1'000;
  for (int i = 0; i < 50; ++i) rate = law.judge({4, 4}, rate, 0).value_or(rate);
  EXPECT_EQ(rate, lowest);
  EXPECT_EQ(law.state(), State::trying);
  EXPECT_EQ(law.chance(), 0);
}

TEST(LossLaw, NeverGoesBelowTheLowestRateWhateverItTries) {
  Drive slow;
  slow.rate = 12;
  slow.look(all);
  EXPECT_EQ(slow.rate, lowest);
  Drive limited;
  limited.settle(limit(20));
  for (int i = 0; i < 10; ++i) {
    limited.look(all);
    EXPECT_GE(limited.rate, lowest);
  }
}

TEST(LossLaw, APathThatComesBackIsFeltUpward) {
  Drive drive;
  drive.look(all, 10);
  drive.look(nothing, 5);
  EXPECT_GT(drive.rate, 3 * lowest);
}

TEST(LossLaw, ASearchThatCannotGoOnKeepsWhatItTries) {
  Drive drive;
  drive.look(limit(100));
  const double tried = drive.rate;
  ASSERT_EQ(drive.law.state(), State::trying);
  drive.law.give_up_search();
  EXPECT_EQ(drive.law.state(), State::limited);
  EXPECT_EQ(drive.rate, tried);
  // Later answers can be asked again: then it grows like any limited rate.
  drive.look(nothing);
  EXPECT_NEAR(drive.rate, 1.06 * tried, 0.01);
}

TEST(LossLaw, WhoSearchesNothingHasNothingToGiveUp) {
  LossLaw law{lowest};
  law.give_up_search();
  EXPECT_EQ(law.state(), State::watching);
}

TEST(LossLaw, ASuspectedLimitIsLookedForAndFound) {
  Drive drive;
  drive.law.suspect(drive.rate);
  EXPECT_EQ(drive.law.state(), State::trying);
  EXPECT_FALSE(drive.law.was_limited()) << "a suspicion is no finding";
  drive.rate = 400;  // the caller's choice
  drive.settle(limit(100));
  EXPECT_EQ(drive.law.state(), State::limited);
  EXPECT_LT(drive.rate, 1.1 * 100);
  EXPECT_GT(drive.rate, 0.8 * 100) << "what came through told where";
}

TEST(LossLaw, ASuspicionThatWasWrongCostsNoSpeedInTheEnd) {
  Drive by_chance;
  by_chance.law.suspect(by_chance.rate);
  by_chance.rate = 400;
  by_chance.settle(chance(0.4));
  EXPECT_EQ(by_chance.law.state(), State::watching);
  EXPECT_EQ(by_chance.rate, 1'000);
  Drive by_nothing;
  by_nothing.law.suspect(by_nothing.rate);
  by_nothing.rate = 400;
  by_nothing.look(nothing, 5);
  EXPECT_EQ(by_nothing.law.state(), State::watching);
  EXPECT_GT(by_nothing.rate, 1'000);
}

TEST(LossLaw, WhatIsKnownToBeLimitedIsNotSuspected) {
  Drive drive;
  drive.settle(limit(300));
  drive.law.suspect(1'000);
  EXPECT_EQ(drive.law.state(), State::limited);
}

// ---- outages ------------------------------------------------------------------------------------

TEST(LossLaw, APathThatWasDownIsNoSlowerThanBefore) {
  Drive path{.law = LossLaw{lowest, LossLaw::Outages::yes}};
  path.look(all, 4);
  EXPECT_TRUE(path.law.is_dark());
  EXPECT_EQ(path.rate, lowest);
  path.look(nothing);
  EXPECT_EQ(path.law.state(), State::watching);
  EXPECT_GE(path.rate, 100) << "not far below the 1,000 of before";
  EXPECT_FALSE(path.law.was_limited());
}

TEST(LossLaw, AHostThatWasSilentForAWhileMayCountWhoTalksToIt) {
  Drive host;
  host.look(all, 4);
  host.look(nothing);
  EXPECT_EQ(host.law.state(), State::limited);
  EXPECT_LT(host.rate, 2 * lowest);
}

TEST(LossLaw, ALimitFarBelowLooksLikeAnOutageOnlyOnce) {
  Drive path{.law = LossLaw{lowest, LossLaw::Outages::yes}, .rate = 100'000};
  path.look(limit(20), 20);
  EXPECT_EQ(path.law.state(), State::limited);
  EXPECT_LT(path.rate, 40);
}

TEST(LossLaw, AHostThatWasSilentAsWellDoublesItsRateUntilSomethingIsLost) {
  Drive host;
  host.look(all, 4);
  host.law.note_silence();
  EXPECT_TRUE(host.law.comes_back());
  host.look(nothing);
  EXPECT_TRUE(host.law.recovers());
  EXPECT_TRUE(host.law.was_down());
  EXPECT_EQ(host.rate, 2 * lowest);
  host.look(nothing, 10);
  EXPECT_EQ(host.law.state(), State::watching);
  EXPECT_EQ(host.rate, 1'000) << "no faster than before";
}

TEST(LossLaw, ARecoveryThatMeetsALimitIsOver) {
  Drive host;
  host.look(all, 4);
  host.law.note_silence();
  host.look(limit(50), 20);
  EXPECT_FALSE(host.law.recovers());
  EXPECT_EQ(host.law.state(), State::limited);
  EXPECT_LT(host.rate, 80);
}

TEST(LossLaw, SilenceOfALawThatIsNotDarkIsNothing) {
  Drive host;
  host.law.note_silence();
  host.look(all, 4);
  host.look(nothing);
  EXPECT_FALSE(host.law.recovers());
}

TEST(LossLaw, WhereSomethingCameThroughThereWasNoOutage) {
  Drive path{.law = LossLaw{lowest, LossLaw::Outages::yes}};
  path.look(all);
  path.look(chance(0.8));
  EXPECT_FALSE(path.law.is_dark());
  path.look(nothing);
  EXPECT_EQ(path.law.state(), State::limited);
}

}  // namespace
}  // namespace portolan::engine
