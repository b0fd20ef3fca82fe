// What the pacer makes of each thing that it can see, an epoch at a time.
#include "engine/pacer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <optional>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration best = 10ms;  // of the only host there is
constexpr PacerLimits usual{.min_rate = {}, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms};
constexpr PacerLimits slow_when_blind{.min_rate = {}, .max_rate = {}, .blind_rate = 5'000, .blind_round_trip = 50ms};

struct Seen {
  std::optional<std::uint64_t> answers{};  // else one a probe
  unsigned lost = 0;                       // of 16 loss probes
  Duration round_trip = best;
  bool refused = false;  // the machine's own queue was full once
  bool idle = false;     // a tenth of what was allowed left
};

// A pacer that is used to the full, and told what came of it.
class Drive {
 public:
  explicit Drive(const PacerLimits& limits = usual) : pacer_{limits} { (void)pacer_.allowance(now_, 0); }

  // The rate after an epoch in which this was seen.
  double epoch(const Seen& seen = {}) {
    const Duration length = std::exchange(length_, seen.round_trip);
    const auto frames =
        static_cast<std::uint64_t>(std::ceil(pacer_.rate() * seconds_of(length))) / (seen.idle ? 10 : 1);
    pacer_.on_sent(frames, now_);
    for (std::uint64_t i = 0; i < seen.answers.value_or(frames); ++i) pacer_.on_answer();
    pacer_.on_round_trip(seen.round_trip, best);
    for (unsigned i = 0; i < 16; ++i) pacer_.on_loss_probe(i < seen.lost);
    if (seen.refused) pacer_.on_refused(now_);
    now_ += length;
    (void)pacer_.allowance(now_, 0);
    return pacer_.rate();
  }
  double epochs(int count, const Seen& seen = {}) {
    for (int i = 0; i < count; ++i) (void)epoch(seen);
    return pacer_.rate();
  }

 private:
  Pacer pacer_;
  Instant now_{};
  Duration length_ = best;
};

TEST(PacerEpochs, TheRateDoublesWhileAllIsWell) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epoch(), 10'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 20'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 40'000);
}

TEST(PacerEpochs, WhatIsNotUsedEarnsNothing) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epoch({.idle = true}), 5'000);
}

TEST(PacerEpochs, AFullQueueOfTheMachinesOwnIsNoReasonToGoFaster) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epoch({.refused = true}), 5'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 10'000);
}

TEST(Pacer, AfterARefusalItHoldsStillForAMoment) {
  Pacer pacer{usual};
  (void)pacer.allowance(Instant{1s}, 64);
  const Instant now{1s + 1ms};
  ASSERT_GT(pacer.allowance(now, 64), 0U);
  pacer.on_refused(now);
  EXPECT_GE(pacer.next(), now + 100us);
  EXPECT_EQ(pacer.allowance(now + 99us, 64), 0U);
}

TEST(PacerEpochs, ControlsThatAreAnsweredAreAnswers) {
  Drive drive{slow_when_blind};
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = 0}), 10'000) << "blind it would stay at 5,000";
  EXPECT_DOUBLE_EQ(Drive{slow_when_blind}.epoch({.answers = 0, .lost = 16}), 2'500);
}

TEST(PacerEpochs, LossIsAnsweredBySlowingDownOnce) {
  Drive drive;
  const double rate = drive.epochs(3);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 8}), rate / 2);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 8}), rate / 2) << "these left at the old rate";
}

TEST(PacerEpochs, ALittleLossIsThePathsOwn) {
  Drive drive;
  const double rate = drive.epochs(3);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 2}), 2 * rate);
}

TEST(PacerEpochs, LossThatASlowerRateMendsKeepsItSlow) {
  Drive drive;
  const double rate = drive.epochs(3);
  (void)drive.epoch({.lost = 8});
  (void)drive.epoch({.lost = 16});
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 0}), rate / 2 * 1.25) << "grows again, but no longer doubles";
}

TEST(PacerEpochs, LossThatASlowerRateDoesNotMendCostsNoSpeed) {
  Drive drive;
  const double rate = drive.epochs(3);
  (void)drive.epochs(2, {.lost = 8});
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 8}), rate * 1.25) << "back to where it was, and on";
  EXPECT_GT(drive.epoch({.lost = 8}), rate * 1.25);
}

TEST(PacerEpochs, LossDoesNotSlowItDownToACrawl) {
  Drive drive;
  double loss = 1;
  for (int i = 0; i < 100; ++i, loss = loss == 1 ? 4 : 1) {
    EXPECT_GE(drive.epoch({.lost = static_cast<unsigned>(4 * loss)}), 1'000);
  }
}

TEST(PacerEpochs, WhereAnswersStopKeepingUpThePathIsFull) {
  Drive drive;
  const double rate = drive.epochs(4);
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = static_cast<std::uint64_t>(rate * seconds_of(best) / 2)}), rate / 2);
  (void)drive.epoch();
  EXPECT_DOUBLE_EQ(drive.epoch(), rate / 2 * 1.25);
}

TEST(PacerEpochs, FewAnswersSayNothingAboutThePath) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = 40}), 10'000);
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = 1}), 20'000);
}

TEST(PacerEpochs, AQueueThatFillsIsDrained) {
  Drive drive;
  const double rate = drive.epochs(4);
  EXPECT_LT(drive.epoch({.round_trip = 3 * best}), 0.5 * rate);
}

TEST(PacerEpochs, RoundTripsThatASlowerRateDoesNotShortenAreAccepted) {
  Drive drive;
  const double rate = drive.epochs(4);
  const Seen busy{.round_trip = 3 * best};
  double slowest = rate;
  for (int i = 0; i < 8; ++i) slowest = std::min(slowest, drive.epoch(busy));
  EXPECT_LT(slowest, 0.3 * rate);
  EXPECT_GT(slowest, 0.1 * rate) << "that they stay long is seen long before it crawls";
  EXPECT_GT(drive.epochs(20, busy), rate);
}

TEST(Pacer, OneImaginedLossIsInTheBalance) {
  Pacer pacer{usual};
  EXPECT_DOUBLE_EQ(pacer.loss(), 0.5);
  for (int i = 0; i < 9; ++i) pacer.on_loss_probe(false);
  EXPECT_DOUBLE_EQ(pacer.loss(), 0.05);
  for (int i = 0; i < 10; ++i) pacer.on_loss_probe(true);
  EXPECT_DOUBLE_EQ(pacer.loss(), 10.5 / 20);
  EXPECT_EQ(pacer.loss_probes_asked(), 19U);
  EXPECT_EQ(pacer.loss_probes_lost(), 10U);
}

TEST(Pacer, ALateWakeUpIsCaughtUpForThreeMillisecondsOnly) {
  Pacer pacer{{.min_rate = {}, .max_rate = 5'000, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  pacer.on_sent(pacer.allowance(Instant{1s}, 64), Instant{1s});
  EXPECT_EQ(pacer.allowance(Instant{9s}, 64), 16U);  // 3 ms at 5,000 a second, and the one that is due
}

}  // namespace
}  // namespace portolan::engine
