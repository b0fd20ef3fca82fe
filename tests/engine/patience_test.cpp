// What silence is: how long is waited for answers, and which of them still count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/stages.h"

namespace portolan::test {
namespace {

using model::HostState;
using model::PortState;

class Patience : public Stages {};

TEST_F(Patience, ALateAnswerCountsWhileOthersAreAtWork) {
  network.answer = [](const SentFrame& frame) {
    const bool first_port = frame.tcp()->destination == net::Port{1};
    // The other host keeps the scan going for a second, long after the first one's silence was judged.
    if (frame.target() != address("198.18.0.8")) {
      return first_port ? Replies{closed_answer(frame, 700ms)} : Replies{};
    }
    return Replies{open_answer(frame, first_port ? 1ms : 800ms)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports({1, 2}), 1)));
  ASSERT_EQ(sink.hosts.at(0).ports.size(), 2U);
  EXPECT_EQ(sink.hosts[0].ports[0].state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[1].state, PortState::open);
  EXPECT_EQ(sink.open.size(), 2U);
}

TEST_F(Patience, AnAnswerThatComesWhenItsHostHasBeenToldIsTooLate) {
  network.answer = [](const SentFrame& frame) {
    const bool first_port = frame.tcp()->destination == net::Port{1};
    // The other host keeps the scan going for many seconds and lets the first be told meanwhile.
    if (frame.target() != address("198.18.0.8")) {
      return first_port ? Replies{closed_answer(frame, 900ms)} : Replies{};
    }
    return Replies{open_answer(frame, first_port ? 1ms : 5s)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.8", "198.18.0.9"}, ports({1, 2}), 1)));
  ASSERT_EQ(sink.hosts.at(0).ports.size(), 2U);
  EXPECT_EQ(sink.hosts[0].ports[0].state, PortState::open);
  EXPECT_EQ(sink.hosts[0].ports[1].state, PortState::filtered);
  EXPECT_EQ(sink.open.size(), 1U) << "a port of a host that was told already";
}

TEST_F(Patience, APortMayBeSlowerThanItsNeighbours) {
  for (const Duration slow : {200ms, 400ms, 480ms}) {
    begin_anew();
    network.answer = [=](const SentFrame& frame) {
      const bool is_slow = frame.tcp()->destination == net::Port{7};
      return Replies{is_slow ? open_answer(frame, slow) : closed_answer(frame, 1ms)};
    };
    ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports(1, 50), 1)));
    EXPECT_EQ(table_of(sink.hosts.at(0)).ports.at(7).state, PortState::open) << slow.count();
  }
}

TEST_F(Patience, AHostMayBeFarAway) {
  struct Far {
    int timing;
    Duration round_trip;
  };
  for (const Far far : {Far{3, 2'400ms}, Far{4, 1'100ms}, Far{5, 600ms}, Far{5, 1'100ms}}) {
    begin_anew();
    all_ports_are(open_answer, far.round_trip);
    ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({22, 80}), 1, far.timing)));
    EXPECT_EQ(sink.open.size(), 2U) << "-T" << far.timing << ", " << far.round_trip.count();
  }
}

TEST_F(Patience, HowFastArpIsAnsweredSaysNothingOfTheHost) {
  for (const Duration far : {300ms, 800ms}) {
    begin_anew();
    network.way = on_the_link;
    network.answer = [=](const SentFrame& frame) {
      if (!frame.tcp()) return Replies{arp_answer(frame, gateway_mac, 64us)};
      return Replies{open_answer(frame, far)};
    };
    ASSERT_TRUE(run(plan_for({"198.18.0.9"}, ports({80, 81}), 1, 3)));
    EXPECT_EQ(sink.hosts.at(0).ports.size(), 2U);
    for (const auto& port : sink.hosts[0].ports) EXPECT_EQ(port.state, PortState::open) << far.count();
  }
}

// Of few that answered two questions leave in doubt whether one was lost; the third one needs no more time.
TEST_F(Patience, WhoIsSilentOnALinkIsAskedThreeTimesInASecond) {
  for (const Duration slow : {300ms, 990ms}) {
    begin_anew();
    network.way = on_the_link;
    std::size_t asked = 0;
    network.answer = [&](const SentFrame& frame) {
      const auto packet = wire::parse(frame.type, frame.bytes);
      const auto last = std::get<wire::ArpRequest>(packet->content).target.bytes().back();
      if (last == 9) ++asked;
      const net::Mac mac{{2, 0, 0, 0, 0, last}};
      return last > 4 ? Replies{} : Replies{arp_answer(frame, mac, last == 4 ? slow : 1ms)};
    };
    const auto finished = run(ping_plan({"198.18.0.0/28"}));
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->hosts_up, 5U) << slow.count();
    EXPECT_EQ(asked, 3U) << slow.count();
    EXPECT_LT(finished->elapsed, 1'010ms) << slow.count();
  }
}

// Where many neighbours have answered at once, who has not is waited for four times as long as the slowest of them
// took, 400 ms at least: radios that sleep need some 300.
TEST_F(Patience, WhereNeighboursAreQuickSilenceIsToldSooner) {
  struct Link {
    Duration slowest;
    Duration silence;
    int timing = 3;
    Duration least = 100ms;  // --min-rtt-timeout
  };
  for (const Link& link : {Link{1ms, 400ms}, Link{99ms, 400ms}, Link{150ms, 600ms}, Link{390ms, 1s}, Link{1ms, 1s, 2},
                           Link{1ms, 700ms, 3, 700ms}}) {
    begin_anew();
    network.way = on_the_link;
    network.answer = [&](const SentFrame& frame) {
      const auto packet = wire::parse(frame.type, frame.bytes);
      const auto last = std::get<wire::ArpRequest>(packet->content).target.bytes().back();
      const net::Mac mac{{2, 0, 0, 0, 0, last}};
      return last > 99 ? Replies{} : Replies{arp_answer(frame, mac, last == 40 ? link.slowest : 1ms)};
    };
    plan::Plan plan = ping_plan({"198.18.0.0/24"});
    plan.timing = plan::timing_template(link.timing);
    plan.timing.scan_delay = {};
    plan.timing.min_rtt_timeout = link.least;
    const auto finished = run(plan);
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->hosts_up, 100U) << link.slowest.count();
    EXPECT_GE(finished->elapsed, link.silence) << link.slowest.count();
    EXPECT_LT(finished->elapsed, link.silence + 30ms) << link.slowest.count();
  }
}

TEST_F(Patience, OfFewNeighboursNobodyKnowsHowQuickTheyAre) {
  network.way = on_the_link;
  network.answer = [&](const SentFrame& frame) {
    const auto packet = wire::parse(frame.type, frame.bytes);
    const auto last = std::get<wire::ArpRequest>(packet->content).target.bytes().back();
    const net::Mac mac{{2, 0, 0, 0, 0, last}};
    return last > 30 ? Replies{} : Replies{arp_answer(frame, mac, 1ms)};
  };
  const auto finished = run(ping_plan({"198.18.0.0/24"}));
  ASSERT_TRUE(finished);
  EXPECT_GE(finished->elapsed, 1s);
}

// Resets come from the host's stack, whatever programs do: a thousand of them tell how long one takes.
TEST_F(Patience, ManyResetsTellHowLongOneTakes) {
  struct Host {
    std::string_view technique;
    std::uint16_t ports;
    Duration round_trip;
    Duration longest;
  };
  const std::vector<Host> hosts{{"tcp-fin", 1'200, 40ms, 300ms},
                                {"tcp-xmas", 1'200, 40ms, 300ms},
                                {"tcp-fin", 1'200, 1ms, 180ms},
                                {"tcp-fin", 1'200, 140ms, 800ms}};
  for (const Host& host : hosts) {
    begin_anew();
    network.answer = [&](const SentFrame& frame) {
      if (frame.tcp()->destination.value() <= 40) return Replies{};
      return Replies{closed_answer(frame, host.round_trip)};
    };
    plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, host.ports), 1, 4);
    plan.techniques[0].name = host.technique;
    const auto finished = run(plan);
    ASSERT_TRUE(finished);
    EXPECT_LT(finished->elapsed, host.longest) << host.technique << " " << host.round_trip.count();
    const auto told = table_of(sink.hosts.at(0)).ports;
    EXPECT_EQ(told.at(40).state, PortState::open_filtered);
    EXPECT_EQ(told.at(41).state, PortState::closed);
  }
}

// Late answers are awaited while the scan has other work, not for their own sake.
TEST_F(Patience, WhereNobodyIsAtWorkNobodyWaitsForLateAnswers) {
  network.answer = [](const SentFrame& frame) {
    return frame.tcp()->destination == net::Port{1} ? Replies{open_answer(frame, 300ms)} : Replies{};
  };
  const auto finished = run(plan_for({"198.18.0.9"}, ports({1, 2}), 1));
  ASSERT_TRUE(finished);
  EXPECT_EQ(sink.hosts.at(0).ports.size(), 2U);
  EXPECT_LT(finished->elapsed, 4s) << "ten time-outs would be nine seconds";
}

// ---- a network that was down ---------------------------------------------------------------------

TEST_F(Patience, AnOutageCostsLittleMoreThanItLasts) {
  for (const std::size_t hosts : {1U, 8U}) {
    for (const Duration outage : {300ms, 1'000ms, 3'000ms, 8'000ms}) {
      begin_anew();
      const Instant down = network.now() + 80ms;
      network.answer = [=](const SentFrame& frame) {
        if (frame.at > down && frame.at < down + outage) return Replies{};
        return Replies{frame.tcp()->destination.value() % 100 == 0 ? open_answer(frame, 20ms)
                                                                   : closed_answer(frame, 20ms)};
      };
      plan::Plan plan = plan_for({"198.18.0.10-" + std::to_string(9 + hosts)},
                                 ports(1, static_cast<std::uint16_t>(20'000 / hosts)), 1);
      plan.discovery = plan::DiscoveryPolicy::never;
      const auto finished = run(plan);
      ASSERT_TRUE(finished);
      EXPECT_EQ(sink.open.size(), 200U);
      EXPECT_LT(finished->elapsed, 2 * outage + 5s) << hosts << " hosts, " << outage.count();
    }
  }
}

// A single host is asked so slowly by then that loss probes alone would take minutes.
TEST_F(Patience, AnOutageOfASlowScanCostsSomeSeconds) {
  struct Outage {
    Duration at;
    Duration length;
  };
  for (const Outage outage : {Outage{20ms, 1s}, Outage{200ms, 2s}, Outage{1s, 3s}, Outage{20ms, 5s}}) {
    begin_anew();
    const Instant down = network.now() + outage.at;
    network.answer = [=](const SentFrame& frame) {
      if (frame.at > down && frame.at < down + outage.length) return Replies{};
      return Replies{frame.tcp()->destination.value() % 100 == 0 ? open_answer(frame, 1ms) : closed_answer(frame, 1ms)};
    };
    plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 1'000), 1, 3);
    plan.timing.max_rate = 500;
    const auto finished = run(plan);
    ASSERT_TRUE(finished);
    EXPECT_EQ(sink.open.size(), 10U);
    EXPECT_LT(finished->elapsed, 30s) << outage.at.count() << ' ' << outage.length.count();
    EXPECT_THAT(sink.hosts.at(0).remarks, testing::IsEmpty()) << "nothing limits this host";
  }
}

// ---- a program that was stopped, or that did not get the processor -------------------------------

class HeldUp : public Stages {
 protected:
  HeldUp() { hold_up(); }
  void hold_up() {
    network.stands_still = {.at = network.now(), .length = 60s};
    network.most_at_once = 1;
  }
};

TEST_F(HeldUp, WhatWaitsToBeReadIsReadBeforeSilenceIsJudged) {
  for (const Duration after : {20ms, 700ms}) {
    begin_anew();
    hold_up();
    all_ports_are(open_answer, after);
    plan::Plan plan = plan_for({"198.18.0.9"}, ports(1, 20), 1, 3);
    plan.timing.max_retries = 0;
    plan.timing.min_rate = 100'000;  // all of them have left before
    ASSERT_TRUE(run(plan));
    EXPECT_EQ(sink.open.size(), 20U) << after.count();
  }
}

TEST_F(HeldUp, AHostThatHasAnsweredIsUp) {
  all_ports_are(closed_answer, 20ms);
  plan::Plan plan = ping_plan({"198.18.4.0/28"});
  plan.timing.max_retries = 0;
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(sink.hosts.size(), 16U);
  for (const auto& host : sink.hosts) EXPECT_EQ(host.state, HostState::up) << to_string(host.address);
}

TEST_F(HeldUp, ANeighbourThatHasAnsweredIsThere) {
  network.way = on_the_link;
  network.answer = [](const SentFrame& frame) {
    return frame.tcp() ? Replies{open_answer(frame, 1ms)} : Replies{arp_answer(frame, gateway_mac, 1ms)};
  };
  ASSERT_TRUE(run(plan_for({"198.18.0.8/30"}, ports({80}), 1)));
  EXPECT_EQ(sink.open.size(), 4U);
}

// A queue on the way that runs over as the rate grows. The longer round trips slow the scan down; what was lost before
// that was lost at a rate that is gone, and is no reason to crawl.
TEST_F(Patience, AQueueThatRunsOverOnceIsSlowedDownForOnce) {
  for (const Duration overflow : {20ms, 50ms, 90ms}) {
    begin_anew();
    std::optional<Instant> began;
    std::size_t asked = 0;
    network.answer = [&, overflow](const SentFrame& frame) {
      if (!began) began = network.now();
      const Duration since = network.now() - *began;
      const bool runs_over = since >= 100ms && since < 100ms + overflow;
      if (runs_over && ++asked % 3 != 0) return Replies{};
      return Replies{closed_answer(frame, runs_over ? 60ms : 20ms)};
    };
    const auto finished = run(plan_for({"198.18.0.9"}, ports(1, 40'000), 1, 4));
    ASSERT_TRUE(finished);
    EXPECT_LT(finished->elapsed, 1s) << overflow.count();
  }
}

}  // namespace
}  // namespace portolan::test
