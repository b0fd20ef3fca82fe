// The small pure parts of the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "base/slab.h"
#include "engine/answer_details.h"
#include "engine/host.h"
#include "engine/host_walk.h"
#include "engine/ledger.h"
#include "engine/pacer.h"
#include "engine/passes.h"
#include "engine/round_trip.h"
#include "engine/wake_queue.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::PortState;
using model::Reason;

TEST(Ledger, KeepsNeighboursApart) {
  for (const std::size_t questions : {1U, 16U, 17U, 400U}) {
    Ledger ledger{questions};
    for (std::size_t i = 0; i < questions; ++i) EXPECT_EQ(ledger.code(i), VerdictCodes::unanswered);
    for (std::size_t i = 0; i < questions; ++i) ledger.record(i, static_cast<Ledger::Code>(1 + i % 15));
    for (std::size_t i = 0; i < questions; ++i) EXPECT_EQ(ledger.code(i), 1 + i % 15) << i << " of " << questions;
    ledger.record(questions / 2, 7);
    for (std::size_t i = 0; i < questions; ++i) EXPECT_EQ(ledger.code(i), i == questions / 2 ? 7 : 1 + i % 15);
  }
}

TEST(Ledger, FewQuestionsTakeNoMemoryOfTheirOwn) {
  EXPECT_EQ(Ledger::bytes_of(16), 0U);
  EXPECT_EQ(Ledger::bytes_of(65'535), 32'768U);
}

TEST(VerdictCodes, RunOutOfReasonsGracefully) {
  VerdictCodes codes;
  const auto again = [&](const LedgerEntry& entry) { return codes.entry(codes.code_of(entry)); };
  EXPECT_EQ(again({PortState::open, Reason::syn_ack}).state, PortState::open);
  EXPECT_EQ(again({PortState::closed, Reason::reset}).reason, Reason::reset);
  VerdictCodes many;
  std::vector<VerdictCodes::Code> code;
  for (unsigned i = 0; i < 20; ++i) code.push_back(many.code_of({PortState::filtered, static_cast<Reason>(i)}));
  for (unsigned i = 0; i < 9; ++i) EXPECT_EQ(many.entry(code[i]).reason, static_cast<Reason>(i)) << i;
  for (unsigned i = 9; i < 20; ++i) {
    EXPECT_EQ(many.entry(code[i]).state, PortState::filtered) << i;
    EXPECT_EQ(many.entry(code[i]).reason, Reason::dest_unreach) << i;
  }
}

TEST(VerdictCodes, NoNumberOfReasonsHidesAnOpenPort) {
  VerdictCodes codes;
  const auto again = [&](const LedgerEntry& entry) { return codes.entry(codes.code_of(entry)); };
  for (unsigned i = 0; i < 20; ++i) codes.code_of({PortState::filtered, static_cast<Reason>(i)});
  const std::vector<LedgerEntry> answers{{PortState::open, Reason::syn_ack},
                                         {PortState::closed, Reason::reset},
                                         {PortState::unfiltered, Reason::reset},
                                         {PortState::open, Reason::echo_reply},
                                         {PortState::open, Reason::timestamp_reply}};
  for (const LedgerEntry& answer : answers) EXPECT_EQ(again(answer), answer);
  // One more than there are codes for keeps its state at least.
  EXPECT_EQ(again({PortState::closed, Reason::conn_refused}).state, PortState::closed);
  EXPECT_EQ(again({PortState::filtered, Reason::net_unreach}).state, PortState::filtered);
}

// ---- who is there -------------------------------------------------------------------------------

TEST(Slab, PlacesStayAndAreTakenAgain) {
  Slab<int> slab;
  std::vector<const int*> places;
  for (int i = 0; i < 1000; ++i) {
    const auto number = slab.add();
    slab[number] = i;
    places.push_back(&slab[number]);
  }
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(*places[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(slab.numbers().size(), 1000U);
  slab.remove(17);
  EXPECT_EQ(slab.size(), 999U);
  EXPECT_THAT(slab.numbers(), testing::Not(testing::Contains(17U)));
  EXPECT_EQ(slab[slab.add()], 0) << "what left is gone";
  EXPECT_EQ(slab.size(), 1000U);
}

// Walks enter and leave in any order, addresses that collide among them; a map knows who is there.
TEST(WalkTable, FindsWhoIsThereAndNobodyElse) {
  const net::Path path;
  std::vector<WalkTarget> targets;
  for (std::uint32_t i = 0; i < 300; ++i) targets.push_back({net::IpAddress::v4(0xc6120000 + i), &path});
  Random random{7};
  WalkTable table{{1, 2}};
  std::map<std::uint32_t, WalkHandle> there;  // target -> walk
  for (int step = 0; step < 20'000; ++step) {
    const auto i = static_cast<std::uint32_t>(random.below(targets.size()));
    if (const auto found = there.find(i); found != there.end()) {
      table.remove(found->second.walk);
      EXPECT_FALSE(table.is_current(found->second));
      there.erase(found);
    } else {
      there[i] = table.add(targets[i]);
    }
    const auto asked = static_cast<std::uint32_t>(random.below(targets.size()));
    const auto known = there.find(asked);
    ASSERT_EQ(table.find(targets[asked].address, 0),
              known == there.end() ? std::nullopt : std::optional{known->second.walk});
  }
  EXPECT_EQ(table.size(), there.size());
  for (const auto& [i, walk] : there) EXPECT_EQ(table.find(targets[i].address, 0), walk.walk);
}

TEST(WalkTable, LinkLocalAddressesAreKnownByTheirLinkAndOthersAreNot) {
  net::Path path;
  path.interface = 3;
  WalkTable table{{1, 2}};
  const WalkTarget neighbour{net::IpAddress::parse("fe80::9%3").value(), &path};
  const WalkTarget other{net::IpAddress::parse("2001:db8::9").value(), &path};
  const auto walk = table.add(neighbour).walk;
  const auto far = table.add(other).walk;
  const auto link_local = net::IpAddress::parse("fe80::9").value();
  EXPECT_EQ(table.find(link_local, 3), walk);
  EXPECT_EQ(table.find(link_local, 4), std::nullopt);
  EXPECT_EQ(table.find(other.address, 3), far);
  EXPECT_EQ(table.find(other.address, 4), far) << "an answer may come in over any link";
}

TEST(WakeQueue, WakesInTheOrderOfTimeWhateverTheOrderOfEntry) {
  const net::Path path;
  const WalkTarget target{{}, &path};
  WalkTable walks{{1, 2}};
  const WalkHandle walk = walks.add(target);
  WakeQueue queue;
  Random random{3};
  std::multiset<Instant> expected;
  Instant now{};
  for (int step = 0; step < 20'000; ++step) {
    // Mostly one after the other, some far ahead, some before those that are there.
    now += Duration{random.below(3)};
    const Instant at = now + Duration{random.chance(0.9) ? 100 : random.below(1'000)};
    queue.push(at, walk);
    expected.insert(at);
    if (random.chance(0.3)) {
      ASSERT_EQ(queue.first(), *expected.begin());
      const bool is_due = *expected.begin() <= now;
      ASSERT_EQ(queue.pop(now).has_value(), is_due);
      if (is_due) expected.erase(expected.begin());
    }
    while (!expected.empty() && *expected.begin() + 50ns <= now) {
      ASSERT_TRUE(queue.pop(now));
      expected.erase(expected.begin());
    }
    ASSERT_EQ(queue.empty(), expected.empty());
  }
}

TEST(WakeQueue, WakesInTheOrderOfTimeAndDropsWhoHasLeft) {
  const net::Path path;
  WalkTable walks{{1, 2}};
  WakeQueue queue;
  std::vector<WalkTarget> targets(5000, WalkTarget{{}, &path});
  std::vector<WalkHandle> handles;
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    targets[i].address = net::IpAddress::v4(i + 1);
    handles.push_back(walks.add(targets[i]));
    queue.push(Instant{Duration{(i * 7919) % 5000}}, handles.back());
  }
  for (std::size_t i = 10; i < handles.size(); ++i) walks.remove(handles[i].walk);
  queue.tidy(walks);
  EXPECT_EQ(queue.pop(Instant{-1ns}), std::nullopt);
  std::vector<std::uint32_t> woken;
  while (const auto walk = queue.pop(Instant{5000ns})) woken.push_back(walk->walk);
  EXPECT_EQ(woken.size(), 10U);
  EXPECT_TRUE(queue.empty());
}

TEST(PathTable, KeepsPathsThatAreAlikeOnce) {
  PathTable paths;
  const auto target = [](std::uint32_t i) { return net::IpAddress::v4(0xc6120000 + i); };
  net::Path path;
  path.interface = 2;
  path.next_hop = target(1);
  const net::Path* first = paths.keep(path, target(1));
  path.next_hop = target(2);
  EXPECT_EQ(paths.keep(path, target(2)), first) << "both lead straight to their targets";
  path.next_hop = target(99);
  EXPECT_NE(paths.keep(path, target(3)), first) << "this one leads through a gateway";
  path.next_hop = net::IpAddress::parse("fe80::1%2").value();
  const net::Path* link_local = paths.keep(path, path.next_hop);
  EXPECT_EQ(link_local->next_hop.zone(), 2U) << "without which nothing can be sent there";
}

// ---- what answers were like ---------------------------------------------------------------------

TEST(AnswerDetails, TellWhatDiffersAndTheUsualElse) {
  AnswerDetails details;
  const auto router = net::IpAddress::v4(0xc61200fe);
  details.note(5, 64, std::nullopt);
  details.note(1, 64, std::nullopt);
  details.note(9, 63, std::nullopt);
  details.note(7, 250, router);
  EXPECT_EQ(details.of(1).ttl, 64);
  EXPECT_EQ(details.of(9).ttl, 63);
  EXPECT_EQ(details.of(7).ttl, 250);
  EXPECT_EQ(details.of(7).from, router);
  EXPECT_EQ(details.of(9).from, std::nullopt);
  details.note(7, 64, std::nullopt);
  EXPECT_EQ(details.of(7).ttl, 64) << "the later answer counts";
  EXPECT_EQ(details.of(7).from, std::nullopt);
}

TEST(AnswerDetails, OfAHostWhoseAnswersAllDifferSomeAreToldAsUnknownAndNoneWrong) {
  AnswerDetails details;
  const auto ttl_of = [](std::uint32_t question) { return static_cast<std::uint8_t>(1 + question % 200); };
  for (std::uint32_t question = 0; question < 65'535; ++question)
    details.note(question, ttl_of(question), std::nullopt);
  std::size_t known = 0;
  for (std::uint32_t question = 0; question < 65'535; ++question) {
    const auto ttl = details.of(question).ttl;
    ASSERT_TRUE(ttl == 0 || ttl == ttl_of(question)) << question;
    known += ttl != 0;
  }
  EXPECT_GE(known, 4096U);
}

TEST(AnswerDetails, OnlyTheFirstOfAStateMayBeListed) {
  AnswerDetails details;
  int listed = 0;
  for (int i = 0; i < 100; ++i) listed += details.may_be_listed(PortState::closed, 25);
  EXPECT_EQ(listed, 25);
  EXPECT_TRUE(details.may_be_listed(PortState::filtered, 25));
}

// ---- how long, how often ------------------------------------------------------------------------

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
