#include "engine/pace/send_times.h"

#include <gtest/gtest.h>

#include <chrono>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

const Instant start{1h};

// An ask of host 0 whose place is that of ask 0.
std::uint32_t rival_of_ask_zero() {
  for (std::uint32_t ask = 1;; ++ask) {
    SendTimes times;
    times.note(0, 0, 1, start);
    times.note(0, ask, 1, start);
    if (!times.take(0, ask, 1)) return ask;
  }
}

TEST(SendTimes, GivesTheTimeOfTheAttemptThatWasAnswered) {
  SendTimes times;
  times.note(3, 7, 40'001, start + 5ms);
  EXPECT_EQ(times.take(3, 7, 40'001), start + 5ms);
}

TEST(SendTimes, GivesEachTimeOnce) {
  SendTimes times;
  times.note(3, 7, 40'001, start);
  ASSERT_TRUE(times.take(3, 7, 40'001));
  EXPECT_EQ(times.take(3, 7, 40'001), std::nullopt) << "the answer came twice";
}

TEST(SendTimes, KnowsNothingOfOtherProbes) {
  SendTimes times;
  EXPECT_EQ(times.take(0, 0, 0), std::nullopt) << "none was noted at all";
  EXPECT_EQ(times.take(0, 0, std::nullopt), std::nullopt);
  times.note(3, 7, 40'001, start);
  EXPECT_EQ(times.take(3, 8, 40'001), std::nullopt);
  EXPECT_EQ(times.take(4, 7, 40'001), std::nullopt);
}

TEST(SendTimes, AnotherAttemptsTimeSaysNothing) {
  SendTimes times;
  times.note(3, 7, 40'001, start);
  times.note(3, 7, 40'002, start + 1s);
  EXPECT_EQ(times.take(3, 7, 40'002), std::nullopt) << "its place was taken";
  EXPECT_EQ(times.take(3, 7, 40'001), start) << "and the one that was noted is still there";
}

TEST(SendTimes, AnAnswerWithoutATagTakesWhatIsNoted) {
  SendTimes times;
  times.note(3, 7, 40'005, start);
  EXPECT_EQ(times.take(3, 7, std::nullopt), start);
}

TEST(SendTimes, APlaceIsNotGivenAwayBeforeItsTime) {
  const std::uint32_t rival = rival_of_ask_zero();
  SendTimes times;
  times.note(0, 0, 1, start);
  times.note(0, rival, 1, start + SendTimes::life);
  EXPECT_EQ(times.take(0, rival, 1), std::nullopt);
  times.note(0, rival, 1, start + SendTimes::life + 1ns);
  EXPECT_EQ(times.take(0, 0, 1), std::nullopt) << "answered after it was forgotten";
  EXPECT_EQ(times.take(0, rival, 1), start + SendTimes::life + 1ns);
}

TEST(SendTimes, APlaceWhoseAnswerCameIsFreeAtOnce) {
  const std::uint32_t rival = rival_of_ask_zero();
  SendTimes times;
  times.note(0, 0, 1, start);
  ASSERT_TRUE(times.take(0, 0, 1));
  times.note(0, rival, 1, start + 1ms);
  EXPECT_EQ(times.take(0, rival, 1), start + 1ms);
}

TEST(SendTimes, NeighboursMostlyHavePlacesOfTheirOwn) {
  SendTimes times;
  for (std::uint32_t ask = 0; ask < 1'000; ++ask) times.note(0, ask, 1, start);
  std::size_t measured = 0;
  for (std::uint32_t ask = 0; ask < 1'000; ++ask) measured += times.take(0, ask, 1).has_value();
  EXPECT_GT(measured, 900U);
}

}  // namespace
}  // namespace portolan::engine
