// The small pure parts of the engine.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "engine/block.h"
#include "engine/host_index.h"
#include "engine/ledger.h"
#include "engine/pacer.h"
#include "engine/passes.h"
#include "engine/round_trip.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::PortState;
using model::Reason;

TEST(Ledger, KeepsNeighboursApartAndRunsOutOfReasonsGracefully) {
  Ledger ledger{3, 5};
  ledger.record(1, 2, {PortState::open, Reason::syn_ack});
  ledger.record(1, 3, {PortState::closed, Reason::reset});
  EXPECT_EQ(ledger.code(1, 1), Ledger::unanswered);
  EXPECT_EQ(ledger.code(1, 4), Ledger::unanswered);
  EXPECT_EQ(ledger.entry(ledger.code(1, 2)).state, PortState::open);
  EXPECT_EQ(ledger.entry(ledger.code(1, 3)).reason, Reason::reset);
  ledger.record(1, 2, {PortState::closed, Reason::reset});
  EXPECT_EQ(ledger.entry(ledger.code(1, 2)).state, PortState::closed);

  Ledger many{1, 64};
  for (unsigned i = 0; i < 20; ++i) many.record(0, i, {PortState::filtered, static_cast<Reason>(i)});
  for (unsigned i = 0; i < 9; ++i) EXPECT_EQ(many.entry(many.code(0, i)).reason, static_cast<Reason>(i)) << i;
  for (unsigned i = 9; i < 20; ++i) {
    EXPECT_EQ(many.entry(many.code(0, i)).state, PortState::filtered) << i;
    EXPECT_EQ(many.entry(many.code(0, i)).reason, Reason::dest_unreach) << i;
  }
}

TEST(Ledger, NoNumberOfReasonsHidesAnOpenPort) {
  Ledger ledger{1, 64};
  for (unsigned i = 0; i < 20; ++i) ledger.record(0, i, {PortState::filtered, static_cast<Reason>(i)});
  const std::vector<Ledger::Entry> answers{{PortState::open, Reason::syn_ack},
                                           {PortState::closed, Reason::reset},
                                           {PortState::unfiltered, Reason::reset},
                                           {PortState::open, Reason::echo_reply},
                                           {PortState::open, Reason::timestamp_reply}};
  for (unsigned i = 0; i < answers.size(); ++i) ledger.record(0, 30 + i, answers[i]);
  for (unsigned i = 0; i < answers.size(); ++i) EXPECT_EQ(ledger.entry(ledger.code(0, 30 + i)), answers[i]) << i;
  // One more than there are codes for keeps its state at least.
  ledger.record(0, 40, {PortState::closed, Reason::conn_refused});
  EXPECT_EQ(ledger.entry(ledger.code(0, 40)).state, PortState::closed);
  ledger.record(0, 41, {PortState::filtered, Reason::net_unreach});
  EXPECT_EQ(ledger.entry(ledger.code(0, 41)).state, PortState::filtered);
}

TEST(HostIndex, FindsWhatWasPutInAndNothingElse) {
  HostIndex index{5000, {1, 2}};
  for (std::uint32_t i = 0; i < 5000; ++i) index.insert(net::IpAddress::v4(0xc6120000 + i), i);
  for (std::uint32_t i = 0; i < 5000; ++i) ASSERT_EQ(index.find(net::IpAddress::v4(0xc6120000 + i)), i);
  EXPECT_EQ(index.find(net::IpAddress::v4(0xc6130000)), std::nullopt);
}

TEST(Block, RoutersAreNumberedEachOnceWhileThereIsRoom) {
  Block block;
  EXPECT_EQ(block.router_number(net::IpAddress::v4(0xc6120001)), 1);
  EXPECT_EQ(block.router_number(net::IpAddress::v4(0xc6120002)), 2);
  EXPECT_EQ(block.router_number(net::IpAddress::v4(0xc6120001)), 1);
  for (std::uint32_t i = 3; i <= 1024; ++i) EXPECT_EQ(block.router_number(net::IpAddress::v4(0xc6120000 + i)), i);
  EXPECT_EQ(block.router_number(net::IpAddress::v4(0xc6130000)), 0);
  EXPECT_EQ(block.routers.size(), 1024U);
}

TEST(RoundTrip, FollowsRfc6298) {
  const TimeoutBounds bounds{1s, 100ms, 10s};
  RoundTripEstimate estimate;
  EXPECT_EQ(estimate.timeout(bounds), 1s);
  estimate.add(200ms);
  EXPECT_EQ(estimate.smoothed(), 200ms);
  EXPECT_EQ(estimate.timeout(bounds), 600ms);  // SRTT + 4 * R/2
  RoundTripEstimate twice = estimate;
  twice.add(400ms);
  EXPECT_EQ(twice.variation(), 125ms);  // 3/4 of 100 ms and 1/4 of 200 ms
  EXPECT_EQ(twice.smoothed(), 225ms);   // 7/8 of 200 ms and 1/8 of 400 ms
  EXPECT_EQ(twice.timeout(bounds), 725ms);
  twice.add(90s);
  EXPECT_EQ(twice.timeout(bounds), 10s) << "never above the most";
  for (int i = 0; i < 100; ++i) estimate.add(200ms);
  EXPECT_LT(estimate.timeout(bounds), 210ms);
  for (int i = 0; i < 100; ++i) estimate.add(1ms);
  EXPECT_EQ(estimate.timeout(bounds), 100ms) << "never below the least";
}

constexpr PassLimits calm{.max_retries = 10, .loss = 0.001, .patience = 10s};

PassResult pass(int number, std::uint32_t before, std::uint32_t last, std::uint32_t asked, std::uint32_t answered) {
  return {.passes = number,
          .answered_before = before,
          .answered_last = last,
          .asked = asked,
          .answered = answered,
          .duration = 1s,
          .limited = false};
}

TEST(AfterPass, OneSilentAttemptIsNeverAVerdict) {
  EXPECT_EQ(after_pass(pass(1, 0, 0, 1000, 900), calm).next, PassDecision::Next::again);
  EXPECT_EQ(after_pass(pass(1, 0, 0, 1000, 0), calm).next, PassDecision::Next::again);
}

TEST(AfterPass, NothingLeftToAskIsTheEnd) {
  EXPECT_EQ(after_pass(pass(1, 0, 0, 1000, 1000), calm).next, PassDecision::Next::stop);
}

TEST(AfterPass, OnAQuietPathTwoSilentAttemptsAreEnough) {
  EXPECT_EQ(after_pass(pass(2, 900, 900, 100, 0), calm).next, PassDecision::Next::stop);
}

TEST(AfterPass, MoreLossMeansMorePasses) {
  PassLimits lossy = calm;
  lossy.loss = 0.1;
  EXPECT_EQ(after_pass(pass(2, 900, 900, 100, 0), lossy).next, PassDecision::Next::again);
  EXPECT_EQ(after_pass(pass(5, 900, 0, 100, 0), lossy).next, PassDecision::Next::stop);
}

TEST(AfterPass, RetriesAreBounded) {
  PassLimits lossy = calm;
  lossy.loss = 0.9;
  EXPECT_EQ(after_pass(pass(11, 900, 1, 100, 1), lossy).next, PassDecision::Next::stop);
  lossy.max_retries = 0;
  EXPECT_EQ(after_pass(pass(1, 0, 0, 100, 1), lossy).next, PassDecision::Next::stop);
}

TEST(AfterPass, ALimiterIsAskedAtItsOwnPace) {
  const auto decision = after_pass(pass(3, 220, 20, 780, 20), calm);
  EXPECT_EQ(decision.next, PassDecision::Next::stop) << "20 a second: 38 s are more than the patience of 10 s";
  EXPECT_TRUE(decision.limiter_seen);
  auto quick = pass(3, 220, 200, 780, 200);
  const auto spaced = after_pass(quick, calm);
  EXPECT_EQ(spaced.next, PassDecision::Next::again_spaced);
  EXPECT_EQ(spaced.gap, 5500us);
}

TEST(AfterPass, FewLateAnswersAreNoLimiter) {
  const auto decision = after_pass(pass(2, 900, 900, 100, 7), calm);
  EXPECT_FALSE(decision.limiter_seen);
  EXPECT_EQ(decision.next, PassDecision::Next::again) << "a walk that found something is followed by another";
  EXPECT_TRUE(after_pass(pass(2, 900, 900, 100, 8), calm).limiter_seen);
}

TEST(AfterPass, AWalkThatBringsMostOfWhatItAskedMetNoLimiter) {
  EXPECT_FALSE(after_pass(pass(2, 100, 100, 100, 60), calm).limiter_seen);
}

TEST(AfterPass, LateAnswersThatDoNotDwindleAreALimitersWhateverTheLoss) {
  PassLimits lossy = calm;
  lossy.loss = 0.5;
  EXPECT_TRUE(after_pass(pass(3, 500, 40, 400, 30), lossy).limiter_seen);
  EXPECT_FALSE(after_pass(pass(3, 500, 80, 400, 30), lossy).limiter_seen);
}

TEST(AfterPass, AHostThatAnswersLittleAtItsLimitersPaceIsNotAskedThatWayAgain) {
  PassResult spaced = pass(4, 500, 200, 1000, 249);
  spaced.limited = true;
  EXPECT_FALSE(after_pass(spaced, calm).limiter_seen);
  EXPECT_EQ(after_pass(spaced, calm).next, PassDecision::Next::stop);
  spaced.answered = 250;
  EXPECT_EQ(after_pass(spaced, calm).next, PassDecision::Next::again_spaced);
}

TEST(AfterPass, WhatControlsLoseToALimiterIsNotAllTakenForLoss) {
  PassLimits limits = calm;
  limits.loss = 0.9;
  const auto decision = after_pass(pass(9, 220, 20, 780, 20), limits);
  EXPECT_TRUE(decision.limiter_seen);
  EXPECT_EQ(decision.next, PassDecision::Next::stop);
}

TEST(ExpectedMissed, IsTheGeometricTail) {
  EXPECT_NEAR(expected_missed(100, 0.1, 2), 100 * 0.01 / 0.99, 1e-9);
  EXPECT_EQ(expected_missed(0, 0.5, 1), 0);
  EXPECT_NEAR(expected_missed(100, 1, 1), 100 * 0.99 / 0.01, 1e-6) << "finite whatever was measured";
}

// Sends as much as the pacer allows for `length`, answering everything after `round_trip`.
double run_pacer(Pacer& pacer, Duration round_trip, Duration length) {
  std::uint64_t sent = 0;
  const Instant start{};
  for (Instant now = start; now < start + length; now += 50us) {
    const std::size_t count = pacer.allowance(now, 64);
    if (count == 0) continue;
    pacer.on_sent(count, now);
    sent += count;
    for (std::size_t i = 0; i < count; ++i) pacer.on_answer();
    pacer.on_round_trip(round_trip, 10ms);
  }
  return static_cast<double>(sent) / seconds_of(length);
}

TEST(Pacer, NeverPassesTheBoundAndReachesIt) {
  Pacer pacer{{.min_rate = {}, .max_rate = 3000, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  const double rate = run_pacer(pacer, 10ms, 5s);
  EXPECT_LE(rate, 3000 * 1.001 + 1);
  EXPECT_GT(rate, 2900);
}

TEST(Pacer, GrowsWhileAnswersComeInTime) {
  Pacer pacer{{.min_rate = {}, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  run_pacer(pacer, 10ms, 300ms);
  EXPECT_GT(pacer.rate(), 100'000);
}

TEST(Pacer, BlindItStaysBelowTheBlindRate) {
  Pacer pacer{{.min_rate = {}, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  for (Instant now{}; now < Instant{5s}; now += 100us) pacer.on_sent(pacer.allowance(now, 64), now);
  EXPECT_EQ(pacer.rate(), 20'000);
}

TEST(Pacer, AFillingQueueSlowsItDownButNotBelowTheLeast) {
  Pacer pacer{{.min_rate = 2000, .max_rate = {}, .blind_rate = 20'000, .blind_round_trip = 50ms}};
  run_pacer(pacer, 100ms, 10s);
  EXPECT_EQ(pacer.rate(), 2000);
}

}  // namespace
}  // namespace portolan::engine
