// The small pure parts of the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "base/slab.h"
#include "engine/answer_details.h"
#include "engine/host.h"
#include "engine/host_walk.h"
#include "engine/ledger.h"
#include "engine/pace/pacer.h"
#include "engine/pace/passes.h"
#include "engine/pace/round_trip.h"
#include "engine/pace/wake_queue.h"

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
  for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(many.entry(code[i]).reason, static_cast<Reason>(i)) << i;
  for (unsigned i = 8; i < 20; ++i) {
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

constexpr PassLimits usual_limits{.max_retries = 10, .acceptable_misses = 0.01};

struct Pass {
  int number = 2;
  std::uint32_t before = 0;
  std::uint32_t asked = 0;
  std::uint32_t answered = 0;
};
// On a path that has lost this share in every pass.
PassResult at_loss(double loss, const Pass& pass) {
  return {.passes = pass.number,
          .answered_before = pass.before,
          .asked = pass.asked,
          .answered = pass.answered,
          .duration = 1s,
          .hidden_before = std::pow(loss, pass.number - 1),
          .loss = loss,
          .usual_loss = loss,
          .usual_answers = 0,
          .limited = false};
}
PassResult on_a_quiet_path(const Pass& pass) { return at_loss(0.001, pass); }
PassDecision decide(const PassResult& result) { return after_pass(result, usual_limits); }

TEST(AfterPass, OneSilentAttemptIsNeverAVerdict) {
  EXPECT_EQ(decide(on_a_quiet_path({.number = 1, .asked = 1000, .answered = 900})).next, PassDecision::Next::again);
  EXPECT_EQ(decide(on_a_quiet_path({.number = 1, .asked = 1000, .answered = 0})).next, PassDecision::Next::again);
}

TEST(AfterPass, NothingLeftToAskIsTheEnd) {
  EXPECT_EQ(decide(on_a_quiet_path({.number = 1, .asked = 1000, .answered = 1000})).next, PassDecision::Next::stop);
}

TEST(AfterPass, OnAQuietPathTwoSilentAttemptsAreEnough) {
  EXPECT_EQ(decide(on_a_quiet_path({.before = 900, .asked = 100})).next, PassDecision::Next::stop);
}

TEST(AfterPass, AWalkThatFoundSomethingIsFollowedByAnother) {
  EXPECT_EQ(decide(on_a_quiet_path({.before = 900, .asked = 100, .answered = 1})).next, PassDecision::Next::again);
}

TEST(AfterPass, MoreLossMeansMorePasses) {
  EXPECT_EQ(decide(at_loss(0.1, {.number = 2, .before = 900, .asked = 100})).next, PassDecision::Next::again);
  EXPECT_EQ(decide(at_loss(0.1, {.number = 4, .before = 900, .asked = 100})).next, PassDecision::Next::again);
  EXPECT_EQ(decide(at_loss(0.1, {.number = 5, .before = 900, .asked = 100})).next, PassDecision::Next::stop);
}

TEST(AfterPass, FewerMissesAreAcceptedForMorePasses) {
  const auto result = at_loss(0.1, {.number = 3, .before = 90, .asked = 100});
  EXPECT_EQ(after_pass(result, {.max_retries = 10, .acceptable_misses = 0.1}).next, PassDecision::Next::stop);
  EXPECT_EQ(after_pass(result, {.max_retries = 10, .acceptable_misses = 0.01}).next, PassDecision::Next::again);
}

TEST(AfterPass, AHostThatHasAnsweredNothingMayHideWhatOthersShow) {
  auto result = at_loss(0.1, {.number = 2, .before = 0, .asked = 100});
  EXPECT_EQ(decide(result).next, PassDecision::Next::stop);
  result.usual_answers = 20;
  EXPECT_EQ(decide(result).next, PassDecision::Next::again);
}

// After a first pass that brought so many answers, a second one with late ones; of both, so many from open ports.
PassResult with_late(std::uint32_t before, std::uint32_t open_before, std::uint32_t late, std::uint32_t open_late) {
  PassResult result = on_a_quiet_path({.before = before, .asked = 20, .answered = late});
  result.open_before = open_before;
  result.open = open_late;
  return result;
}

TEST(AfterPass, WhereOnlyOpenPortsAnswerLateSomethingLimitsThem) {
  const auto decision = decide(with_late(490, 3, 2, 2));
  EXPECT_TRUE(decision.open_are_late);
  EXPECT_GT(decision.hidden, 0.3) << "two of five were silent at first";
  EXPECT_EQ(decide(with_late(490, 3, 1, 1)).open_are_late, true) << "one of so few is enough";
}

TEST(AfterPass, LossTakesOpenPortsAsItTakesOthers) {
  EXPECT_FALSE(decide(with_late(450, 7, 10, 1)).open_are_late) << "one of ten";
  EXPECT_FALSE(decide(with_late(7, 7, 2, 2)).open_are_late) << "only open ones answer at all";
  EXPECT_FALSE(decide(with_late(490, 3, 2, 0)).open_are_late);
  auto first = with_late(0, 0, 5, 5);
  first.passes = 1;
  EXPECT_FALSE(decide(first).open_are_late) << "nothing of a first pass is late";
}

TEST(AfterPass, WhatRanIntoALimitCountsForAlmostNothing) {
  auto result = on_a_quiet_path({.before = 100, .asked = 20});
  result.hidden_before = 0.5;
  result.lost_on_limit = true;
  EXPECT_GT(decide(result).hidden, 0.4);
}

TEST(Chance, IsThatOfAPoissonDistribution) {
  EXPECT_DOUBLE_EQ(chance_of(0, 3), 1);
  EXPECT_NEAR(chance_of(1, 0.05), 1 - std::exp(-0.05), 1e-12);
  EXPECT_NEAR(chance_of(3, 2), 1 - 5 * std::exp(-2), 1e-12);
  EXPECT_NEAR(chance_of(100, 99.9), chance_of(100, 100.1), 0.02) << "where the way of counting changes";
  EXPECT_LT(chance_of(1'600, 800), 1e-9);
  EXPECT_GT(chance_of(1'600, 3'000), 1 - 1e-9);
  for (std::uint32_t count = 1; count < 3'000; count += 97) EXPECT_GE(chance_of(count, 700), 0) << count;
}

TEST(AfterPass, RetriesAreBounded) {
  const auto last = at_loss(0.9, {.number = 11, .before = 900, .asked = 100, .answered = 1});
  EXPECT_EQ(decide(last).next, PassDecision::Next::stop);
  EXPECT_GT(decide(last).hidden, 0.1) << "and what that leaves hidden is known";
  const auto only = at_loss(0.9, {.number = 1, .asked = 100, .answered = 1});
  EXPECT_EQ(after_pass(only, {.max_retries = 0, .acceptable_misses = 0.01}).next, PassDecision::Next::stop);
}

TEST(AfterPass, WhatIsHiddenIsTheProductOfWhatEachPassLost) {
  auto result = at_loss(0.1, {.number = 3, .before = 900, .asked = 100});
  result.hidden_before = 0.02;
  result.loss = 0.3;
  EXPECT_DOUBLE_EQ(decide(result).hidden, 0.02 * 0.3);
}

TEST(AfterPass, LittleIsBelievedOfOnePassWhereTheUsualLossIsHigher) {
  auto result = at_loss(0.001, {.number = 3, .before = 900, .asked = 100});
  result.usual_loss = 0.2;
  EXPECT_DOUBLE_EQ(decide(result).hidden, 0.2 * 0.2 * 0.2);
}

TEST(AfterPass, AHostThatLimitsItsAnswersIsSeenAndSoIsAboutHowMany) {
  const auto decision = decide(on_a_quiet_path({.number = 3, .before = 220, .asked = 780, .answered = 20}));
  EXPECT_DOUBLE_EQ(decision.limit, 20);
  EXPECT_EQ(decision.next, PassDecision::Next::again);
  auto quick = on_a_quiet_path({.number = 3, .before = 220, .asked = 780, .answered = 200});
  quick.duration = 500ms;
  EXPECT_DOUBLE_EQ(decide(quick).limit, 400);
}

TEST(AfterPass, TheAnswersOfTheFirstPassAreNotLate) {
  const auto decision = decide(on_a_quiet_path({.number = 1, .asked = 1000, .answered = 900}));
  EXPECT_EQ(decision.limit, 0);
  EXPECT_DOUBLE_EQ(decision.hidden, 0.001);
}

TEST(AfterPass, FewLateAnswersAreNoLimit) {
  EXPECT_EQ(decide(on_a_quiet_path({.before = 900, .asked = 100, .answered = 6})).limit, 0);
  EXPECT_GT(decide(on_a_quiet_path({.before = 900, .asked = 100, .answered = 7})).limit, 0);
}

TEST(AfterPass, LateAnswersThatLossExplainsAreNoLimit) {
  const auto lossy = at_loss(0.5, {.before = 500, .asked = 1000, .answered = 250});
  EXPECT_EQ(decide(lossy).limit, 0);
  EXPECT_DOUBLE_EQ(decide(lossy).hidden, 0.25);
}

TEST(AfterPass, AnswersThatDoNotDwindleAreALimitsWhateverTheLoss) {
  EXPECT_GT(decide(at_loss(0.5, {.number = 5, .before = 500, .asked = 900, .answered = 60})).limit, 0);
  EXPECT_EQ(decide(at_loss(0.5, {.number = 5, .before = 500, .asked = 900, .answered = 20})).limit, 0);
}

TEST(AfterPass, AWalkThatBringsAllThatItAskedMetNoLimit) {
  EXPECT_EQ(decide(on_a_quiet_path({.before = 100, .asked = 100, .answered = 100})).limit, 0);
}

TEST(AfterPass, WhoIsAskedAtAPaceOfItsOwnIsNotFoundLimitedAgain) {
  auto paced = on_a_quiet_path({.number = 4, .before = 500, .asked = 1000, .answered = 249});
  paced.limited = true;
  EXPECT_EQ(decide(paced).limit, 0);
  EXPECT_EQ(decide(paced).next, PassDecision::Next::again) << "as long as it brings something";
  paced.answered = 0;
  EXPECT_EQ(decide(paced).next, PassDecision::Next::stop);
}

TEST(AfterPass, WhatCameLateHadBeenHidden) {
  const auto decision = decide(on_a_quiet_path({.number = 3, .before = 300, .asked = 700, .answered = 100}));
  EXPECT_DOUBLE_EQ(decision.hidden, 0.25 * 0.001) << "a quarter of what answers, not one in a million";
}

TEST(ExpectedMissed, IsTheGeometricTail) {
  EXPECT_NEAR(expected_missed(100, 0.01), 100 * 0.01 / 0.99, 1e-9);
  EXPECT_EQ(expected_missed(0, 0.5), 0);
  EXPECT_EQ(expected_missed(100, 0), 0);
  EXPECT_NEAR(expected_missed(100, 1), 100 * 0.99 / 0.01, 1e-6) << "finite whatever was measured";
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
    pacer.on_round_trip(1, round_trip, 10ms);
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
