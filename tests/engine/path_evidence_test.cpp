// One host, one voice.
#include "engine/pace/path_evidence.h"

#include <gtest/gtest.h>

#include <chrono>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Numbers of hosts none of which share a voice.
constexpr std::uint32_t first = 1;
constexpr std::uint32_t second = 2;
constexpr std::uint32_t third = 3;
constexpr std::uint32_t fourth = 4;
constexpr std::uint32_t fifth = 5;

void add(RoundTripsByHost& trips, std::uint32_t host, Duration sample, int times = 1) {
  for (int i = 0; i < times; ++i) trips.add(host, sample, 10ms);
}
void add(LossByHost& fates, std::uint32_t host, int asked, int lost) {
  for (int i = 0; i < asked; ++i) fates.add(host, i < lost);
}

TEST(RoundTripsByHost, AreEmptyUntilThereIsOne) {
  RoundTripsByHost trips;
  EXPECT_TRUE(trips.empty());
  add(trips, first, 12ms);
  EXPECT_FALSE(trips.empty());
}

TEST(RoundTripsByHost, TheTypicalOneIsTheMiddleHosts) {
  RoundTripsByHost trips;
  trips.add(first, 900ms, 10ms);
  trips.add(second, 31ms, 30ms);
  trips.add(third, 25ms, 20ms);
  EXPECT_EQ(trips.typical().mean, 25ms);
  EXPECT_EQ(trips.typical().best, 20ms) << "the same host's";
}

TEST(RoundTripsByHost, AHostIsJudgedByItsMean) {
  RoundTripsByHost trips;
  trips.add(first, 10ms, 10ms);
  trips.add(first, 40ms, 8ms);
  EXPECT_EQ(trips.typical().mean, 25ms);
  EXPECT_EQ(trips.typical().best, 9ms);
}

TEST(RoundTripsByHost, OneThatAnswersMostIsNotHeardMoreThanTheOthers) {
  RoundTripsByHost trips;
  add(trips, first, 900ms, 1'000);
  add(trips, second, 11ms);
  add(trips, third, 12ms);
  EXPECT_EQ(trips.typical().mean, 12ms);
  EXPECT_GT(trips.mean(), 800ms) << "over all answers it is another thing";
}

TEST(RoundTripsByHost, OfTwoTheBetterOneCounts) {
  RoundTripsByHost trips;
  add(trips, first, 900ms);
  add(trips, second, 11ms);
  EXPECT_EQ(trips.typical().mean, 11ms);
}

TEST(RoundTripsByHost, WhereMostHostsAreSlowThePathIs) {
  RoundTripsByHost trips;
  add(trips, first, 11ms);
  add(trips, second, 50ms);
  add(trips, third, 60ms);
  EXPECT_EQ(trips.typical().mean, 50ms);
}

TEST(RoundTripsByHost, ADistantHostIsNoSlowOne) {
  RoundTripsByHost trips;
  trips.add(first, 301ms, 300ms);
  trips.add(second, 1ms, 1ms);
  trips.add(third, 19ms, 2ms);
  EXPECT_EQ(trips.typical().best, 300ms) << "what counts is how much longer than at its best";
}

TEST(LossByHost, OneOrTwoHostsSayNothingAboutThePath) {
  LossByHost fates;
  EXPECT_FALSE(fates.tells());
  add(fates, first, 1'000, 900);
  EXPECT_FALSE(fates.tells());
  add(fates, second, 1'000, 900);
  EXPECT_FALSE(fates.tells());
  add(fates, third, 1, 0);
  EXPECT_TRUE(fates.tells());
}

TEST(LossByHost, ThreeHostsSayNothingBeforeEnoughWasAsked) {
  LossByHost fates;
  for (const auto host : {first, second, third}) add(fates, host, 5, 0);
  EXPECT_FALSE(fates.tells());
  add(fates, first, 1, 0);
  EXPECT_TRUE(fates.tells());
}

TEST(LossByHost, WhereMostIsLostLittleIsEnough) {
  LossByHost fates;
  for (const auto host : {first, second, third}) add(fates, host, 2, 2);
  EXPECT_TRUE(fates.tells());
  EXPECT_DOUBLE_EQ(fates.weighed().share(), 1);
}

TEST(LossByHost, TheOneThatLosesMostIsLeftOut) {
  LossByHost fates;
  add(fates, first, 10, 10);
  add(fates, second, 10, 2);
  add(fates, third, 10, 0);
  EXPECT_DOUBLE_EQ(fates.weighed().share(), 0.1);
  EXPECT_DOUBLE_EQ(fates.weighed().asked, 30);
}

TEST(LossByHost, AVoiceCountsOnceHoweverOftenItSpeaks) {
  LossByHost fates;
  add(fates, first, 1'000, 500);
  add(fates, second, 10, 10);
  for (const auto host : {third, fourth, fifth}) add(fates, host, 10, 1);
  EXPECT_DOUBLE_EQ(fates.weighed().share(), (0.5 + 3 * 0.1) / 4);
}

TEST(LossByHost, LossThatAllShareIsThePaths) {
  LossByHost fates;
  for (const auto host : {first, second, third, fourth}) add(fates, host, 10, 4);
  EXPECT_DOUBLE_EQ(fates.weighed().share(), 0.4);
}

TEST(LossByHost, IsBrightWhereNothingIsLostButByTheWorst) {
  LossByHost fates;
  EXPECT_FALSE(fates.is_bright());
  for (const auto host : {first, second, third}) add(fates, host, 1, 0);
  EXPECT_FALSE(fates.is_bright()) << "three may be an accident";
  add(fates, first, 1, 1);
  EXPECT_TRUE(fates.is_bright());
  add(fates, second, 1, 1);
  EXPECT_FALSE(fates.is_bright());
}

TEST(LossByHost, ForgetsWhatIsCleared) {
  LossByHost fates;
  for (const auto host : {first, second, third}) add(fates, host, 10, 10);
  fates.clear();
  EXPECT_FALSE(fates.tells());
  add(fates, first, 10, 0);
  EXPECT_DOUBLE_EQ(fates.weighed().share(), 0);
}

}  // namespace
}  // namespace portolan::engine
