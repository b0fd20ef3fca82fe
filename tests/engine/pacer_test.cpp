// What the pacer makes of each thing that it can see, an epoch at a time.
#include "engine/pace/pacer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration best = 10ms;  // of the only host there is
constexpr PacerLimits usual{.min_rate = {}, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms};
constexpr PacerLimits slow_when_blind{.min_rate = {}, .max_rate = {}, .blind_rate = 5'000, .blind_round_trip = 50ms};

// Hosts none of which share a voice.
constexpr std::uint32_t hosts = 4;
constexpr unsigned loss_probes = 16;  // in an epoch: as many as tell something

struct Seen {
  std::optional<std::uint64_t> answers{};  // else one to each probe of the epoch before
  unsigned lost = 0;                       // of the loss probes, of all hosts in turn
  Duration round_trip = best;              // of all hosts
  std::optional<Duration> of_the_first{};  // of the first host, if it differs
  unsigned lost_by_the_first = 0;          // of its loss probes
  bool refused = false;                    // the machine's own queue was full once
  bool idle = false;                       // a tenth of what was allowed left
};

// A pacer that is used to the full, and told what came of it.
class Drive {
 public:
  explicit Drive(const PacerLimits& limits = usual) : pacer_{limits} {
    (void)pacer_.allowance(now_, 0);
    pacer_.set_open_questions(1e9);
  }

  // The rate after an epoch in which this was seen.
  double epoch(const Seen& seen = {}) {
    const Duration length = std::exchange(length_, seen.round_trip);
    const auto frames =
        static_cast<std::uint64_t>(std::ceil(pacer_.rate() * seconds_of(length))) / (seen.idle ? 10 : 1);
    pacer_.on_sent(frames, now_);
    const std::uint64_t left_before = std::exchange(left_before_, frames);
    for (std::uint64_t i = 0; i < seen.answers.value_or(left_before); ++i) pacer_.on_answer();
    for (std::uint32_t host = 1; host <= hosts; ++host) {
      pacer_.on_round_trip(host, host == 1 ? seen.of_the_first.value_or(seen.round_trip) : seen.round_trip, best);
    }
    if (seen.refused) pacer_.on_refused(now_);
    const Instant left = std::exchange(now_, now_ + length);
    for (unsigned i = 0; i < loss_probes; ++i) {
      // Another host begins each round, so that all have their share of the losses.
      const std::uint32_t host = 1 + (i + i / hosts) % hosts;
      const bool of_all = (i + 1) * seen.lost / loss_probes > i * seen.lost / loss_probes;
      const bool lost = of_all || (host == 1 && i / hosts < seen.lost_by_the_first);
      pacer_.on_loss_probe({.host = host, .lost = lost, .sent = left}, now_);
    }
    (void)pacer_.allowance(now_, 0);
    return pacer_.rate();
  }
  double epochs(int count, const Seen& seen = {}) {
    for (int i = 0; i < count; ++i) (void)epoch(seen);
    return pacer_.rate();
  }
  // The same until no slower rate is tried any more.
  double search(const Seen& seen) {
    for (int i = 0; i < 20 && pacer_.is_searching(); ++i) (void)epoch(seen);
    return pacer_.rate();
  }
  Pacer& pacer() { return pacer_; }
  [[nodiscard]] Instant now() const { return now_; }

 private:
  Pacer pacer_;
  Instant now_{};
  Duration length_ = best;
  std::uint64_t left_before_ = 0;
};

TEST(PacerEpochs, TheRateDoublesWhileAllIsWell) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epoch(), 10'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 20'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 40'000);
}

TEST(PacerEpochs, FastRatesDoubleOnlyWhenTheirEffectHasBeenSeen) {
  Drive drive;
  EXPECT_DOUBLE_EQ(drive.epochs(4), 80'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 160'000);
  EXPECT_DOUBLE_EQ(drive.epoch(), 160'000) << "the answers that came were to half of it";
  EXPECT_DOUBLE_EQ(drive.epoch(), 320'000);
}

// Answers that come within the epoch are to its own probes: while a rate waits for its effect there are no fewer of
// them.
TEST(Pacer, OnAShortPathARateThatWaitsIsNoFullPath) {
  Pacer pacer{usual};
  Instant now{};
  (void)pacer.allowance(now, 0);
  for (int epoch = 0; epoch < 13; ++epoch) {
    const auto frames = static_cast<std::uint64_t>(std::ceil(pacer.rate() * 0.001));
    pacer.on_sent(frames, now);
    for (std::uint64_t i = 0; i < frames; ++i) pacer.on_answer();
    pacer.on_round_trip(1, 50us, 50us);
    now += 1ms;
    (void)pacer.allowance(now, 0);
  }
  EXPECT_GT(pacer.rate(), 1'000'000);
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

TEST(PacerEpochs, LossProbesThatAreAnsweredAreAnswers) {
  Drive drive{slow_when_blind};
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = 0}), 10'000) << "blind it would stay at 5,000";
  EXPECT_LT(Drive{slow_when_blind}.epoch({.answers = 0, .lost = 16}), 500);
}

TEST(PacerEpochs, LossIsAnsweredBySlowingDownToWhatCameThrough) {
  Drive drive;
  const double rate = drive.epochs(3);
  const double slower = drive.epoch({.lost = 8});
  EXPECT_LT(slower, 0.5 * rate);
  EXPECT_GT(slower, 0.4 * rate);
  EXPECT_TRUE(drive.pacer().is_searching());
}

TEST(PacerEpochs, WhatLeftAtTheOldRateSaysNothingAboutTheNew) {
  Drive drive;
  (void)drive.epochs(3);
  const double slower = drive.epoch({.lost = 8});
  EXPECT_EQ(drive.pacer().rate_since(), drive.now());
  for (unsigned i = 0; i < 100; ++i) {
    drive.pacer().on_loss_probe({.host = 1 + i % hosts, .lost = true, .sent = drive.now() - 1ms}, drive.now());
  }
  EXPECT_DOUBLE_EQ(drive.pacer().rate(), slower);
}

TEST(PacerEpochs, ALittleLossIsThePathsOwn) {
  Drive drive;
  const double rate = drive.epochs(3);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 2}), 2 * rate);
}

TEST(PacerEpochs, LossThatASlowerRateMendsKeepsItSlow) {
  Drive drive;
  (void)drive.epochs(3);
  const double slower = drive.epoch({.lost = 8});
  const double mended = drive.epoch();
  EXPECT_NEAR(mended, 1.06 * slower, 1) << "grows again, but by small steps";
  EXPECT_FALSE(drive.pacer().is_searching());
  EXPECT_TRUE(drive.pacer().is_limited());
  EXPECT_TRUE(drive.pacer().was_limited());
}

TEST(PacerEpochs, LossThatASlowerRateDoesNotMendCostsNoSpeed) {
  Drive drive;
  const double rate = drive.epochs(3);
  (void)drive.epoch({.lost = 8});
  EXPECT_GE(drive.search({.lost = 8}), rate) << "back to where it was";
  EXPECT_FALSE(drive.pacer().was_limited());
  EXPECT_NEAR(drive.pacer().path_chance(), 0.5, 0.01);
  EXPECT_GT(drive.epochs(5, {.lost = 8}), rate) << "and on";
}

TEST(PacerEpochs, ALimitBelowAThousandASecondIsFoundToo) {
  Drive drive;
  (void)drive.epochs(3);
  constexpr double limit = 100;
  for (int i = 0; i < 60; ++i) {
    const double through = std::min(1.0, limit / drive.pacer().rate());
    (void)drive.epoch({.lost = static_cast<unsigned>(std::lround((1 - through) * loss_probes))});
  }
  EXPECT_TRUE(drive.pacer().is_limited());
  EXPECT_GT(drive.pacer().rate(), 0.4 * limit);
  EXPECT_LT(drive.pacer().rate(), 1.6 * limit);
}

TEST(PacerEpochs, WhereNothingComesThroughTheRateStaysAboveTen) {
  Drive drive;
  for (int i = 0; i < 50; ++i) EXPECT_GE(drive.epoch({.lost = loss_probes}), 10);
  EXPECT_DOUBLE_EQ(drive.pacer().rate(), 10);
}

TEST(PacerEpochs, LossGoesNeverBelowTheLeastRateThatIsAskedFor) {
  Drive drive{{.min_rate = 2'000, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  EXPECT_DOUBLE_EQ(drive.epochs(20, {.lost = loss_probes}), 2'000);
}

TEST(PacerEpochs, WhileARateIsLookedForTheOpenQuestionsLastAWhile) {
  Drive drive;
  (void)drive.epochs(3);
  drive.pacer().set_open_questions(4'000);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost = 8}), 2'000) << "for two seconds";
  Drive few;
  (void)few.epochs(3);
  few.pacer().set_open_questions(4);
  EXPECT_DOUBLE_EQ(few.epoch({.lost = 8}), 100) << "but no need to be slower than this";
}

TEST(PacerEpochs, OneHostThatLosesSaysNothingAboutThePath) {
  Drive drive;
  const double rate = drive.epochs(3);
  EXPECT_DOUBLE_EQ(drive.epoch({.lost_by_the_first = loss_probes / hosts}), 2 * rate);
  EXPECT_DOUBLE_EQ(drive.pacer().path_loss(), 0);
}

TEST(PacerEpochs, OneHostThatIsSlowSaysNothingAboutThePath) {
  Drive drive;
  const double rate = drive.epochs(3);
  EXPECT_GT(drive.epoch({.of_the_first = 40 * best}), rate);
}

TEST(PacerEpochs, WithoutPortsToAskTheSearchEnds) {
  Drive drive;
  (void)drive.epochs(3);
  drive.pacer().end_search();
  EXPECT_FALSE(drive.pacer().is_limited()) << "none was on";
  drive.pacer().set_open_questions(4'000);
  (void)drive.epoch({.lost = 8});
  drive.pacer().end_search();
  EXPECT_FALSE(drive.pacer().is_searching());
  EXPECT_TRUE(drive.pacer().is_limited());
  EXPECT_DOUBLE_EQ(drive.pacer().rate(), 2'000);
  Drive crawling;
  crawling.pacer().set_open_questions(4'000);
  ASSERT_LT(crawling.epoch({.lost = loss_probes}), 1'000);
  crawling.pacer().end_search();
  EXPECT_DOUBLE_EQ(crawling.pacer().rate(), 2'000) << "at no crawl that nothing will end";
}

TEST(PacerEpochs, ALimitThatIsSuspectedIsLookedFor) {
  Drive drive;
  const double rate = drive.epochs(3);
  drive.pacer().suspect_limit(0.4, drive.now());
  EXPECT_TRUE(drive.pacer().is_searching());
  EXPECT_DOUBLE_EQ(drive.pacer().rate(), 0.4 * rate);
  EXPECT_EQ(drive.pacer().rate_since(), drive.now());
  drive.pacer().suspect_limit(0.4, drive.now());
  EXPECT_DOUBLE_EQ(drive.pacer().rate(), 0.4 * rate) << "once is enough";
  EXPECT_GT(drive.epochs(10), rate) << "nothing is lost: it was none";
}

TEST(PacerEpochs, WhereAnswersStopKeepingUpThePathIsFull) {
  Drive drive;
  const double rate = drive.epochs(4);
  EXPECT_DOUBLE_EQ(drive.epoch({.answers = static_cast<std::uint64_t>(rate * seconds_of(best) / 4)}), rate / 2)
      << "half of them";
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

TEST(Pacer, CountsLossProbesOfAllHostsAndThoseThatTellOfThePath) {
  Pacer pacer{usual};
  for (int i = 0; i < 3; ++i) pacer.on_loss_probe({.host = 1, .lost = false, .sent = {}}, {});
  for (int i = 0; i < 2; ++i) pacer.on_loss_probe({.host = 2, .lost = true, .sent = {}}, {});
  pacer.on_loss_probe({.host = 3, .lost = true, .sent = {}, .hosts_own = true}, {});
  EXPECT_EQ(pacer.loss_probes_asked(), 6U);
  EXPECT_EQ(pacer.loss_probes_lost(), 3U);
  EXPECT_EQ(pacer.path().asked, 5U);
  EXPECT_EQ(pacer.path().lost, 2U);
}

TEST(Pacer, ALateAnswerIsNoLoss) {
  Pacer pacer{usual};
  pacer.on_loss_probe({.host = 1, .lost = true, .sent = {}}, {});
  pacer.on_loss_probe({.host = 2, .lost = true, .sent = {}, .hosts_own = true}, {});
  pacer.take_back_loss(true);
  EXPECT_EQ(pacer.loss_probes_lost(), 1U);
  EXPECT_EQ(pacer.path().lost, 1U);
  pacer.take_back_loss(false);
  EXPECT_EQ(pacer.loss_probes_lost(), 0U);
  EXPECT_EQ(pacer.path().lost, 0U);
  EXPECT_EQ(pacer.path().asked, 1U) << "it was asked all the same";
}

TEST(Pacer, ALateWakeUpIsCaughtUpForThreeMillisecondsOnly) {
  Pacer pacer{{.min_rate = {}, .max_rate = 5'000, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  pacer.on_sent(pacer.allowance(Instant{1s}, 64), Instant{1s});
  EXPECT_EQ(pacer.allowance(Instant{9s}, 64), 16U);  // 3 ms at 5,000 a second, and the one that is due
}

TEST(Pacer, AtTheLeastRateThatIsAskedForALateWakeUpIsCaughtUpLonger) {
  Pacer pacer{{.min_rate = 200'000, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  (void)pacer.allowance(Instant{}, 1'000'000);
  EXPECT_EQ(pacer.allowance(Instant{20ms}, 1'000'000), 4'001U);
  EXPECT_EQ(pacer.allowance(Instant{1s}, 1'000'000), 6'001U) << "for thirty milliseconds at most";
}

}  // namespace
}  // namespace portolan::engine
