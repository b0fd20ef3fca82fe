// What hosts of simulated networks are asked to find out their systems, and what is in their records then.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/systems/stack_questions.h"
#include "identify/system/stacks.h"
#include "tests/engine/scan_world.h"

namespace portolan {
namespace {

using namespace std::chrono_literals;
using model::StackAnswer;
using model::StackQuestion;
using Kind = StackAnswer::Kind;
using test::address;
using test::plan_for;
using test::ports;

plan::Plan systems_plan(const std::vector<std::string>& targets, std::uint64_t seed) {
  plan::Plan plan = plan_for(targets, ports({22, 80, 81}), seed);
  plan.systems.emplace();
  return plan;
}

const StackAnswer* answer_to(const model::HostRecord& host, StackQuestion question) {
  const auto found = std::ranges::find(host.system->answers, question, &StackAnswer::question);
  return found == host.system->answers.end() ? nullptr : &*found;
}

TEST(SystemsSim, AHostThatAnswersLikeLinuxIsAskedAllAndTakenForIt) {
  for (const std::uint64_t seed : sim::seeds(40)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .jitter = 2ms, .duplicate = 0.1, .forge = 0.3}};
    const bool v4 = seed % 2 == 0;
    const auto host = address(v4 ? "198.18.0.9" : "2001:db8::9");
    network.add_host(host, {.open = ports({22, 80})});
    auto outcome = test::scan(systems_plan({to_string(host)}, seed), network);
    model::HostRecord& record = outcome->sink.hosts.at(0);
    ASSERT_TRUE(record.system);
    const auto* full = answer_to(record, StackQuestion::syn_full);
    ASSERT_NE(full, nullptr);
    EXPECT_EQ(full->kind, Kind::syn_ack);
    EXPECT_EQ(full->options, "M,S,T,N,W");
    EXPECT_EQ(full->window, 65160);
    const auto* plain = answer_to(record, StackQuestion::syn_plain);
    ASSERT_NE(plain, nullptr);
    EXPECT_EQ(plain->options, "M,N,N,S,N,W");
    EXPECT_EQ(answer_to(record, StackQuestion::syn_fin)->kind, Kind::silence);
    EXPECT_EQ(answer_to(record, StackQuestion::closed_syn)->kind, Kind::reset);
    EXPECT_EQ(answer_to(record, StackQuestion::closed_syn)->tos, 4);
    EXPECT_EQ(answer_to(record, StackQuestion::echo_code)->kind, Kind::echo_reply);
    EXPECT_EQ(answer_to(record, StackQuestion::echo_code)->code, 9);
    EXPECT_EQ(answer_to(record, StackQuestion::closed_datagram)->kind, Kind::port_unreachable);
    EXPECT_EQ(answer_to(record, StackQuestion::closed_datagram)->quoted, 328 + (v4 ? 0 : 20));
    const auto* again = answer_to(record, StackQuestion::syn_again);
    EXPECT_GE(again->at - full->at, 190'000'000);
    EXPECT_EQ(record.system->open, net::Port{22});
    EXPECT_EQ(record.system->closed, net::Port{81});
    identify::judge_system(*record.system, false, "");
    ASSERT_EQ(record.system->stacks.size(), 1U);
    EXPECT_TRUE(record.system->stacks[0].determined);
    EXPECT_EQ(record.system->stacks[0].guesses.at(0).family, "Linux");
  }
}

TEST(SystemsSim, LostPacketsAreRepeated) {
  std::size_t answered = 0;
  std::size_t asked = 0;
  for (const std::uint64_t seed : sim::seeds(40)) {
    SCOPED_TRACE(fmt::format("replay: PORTOLAN_SEED={}", seed));
    sim::Network network{seed, {.delay = 5ms, .loss = 0.1}};
    network.add_host(address("198.18.0.9"), {.open = ports({22, 80})});
    plan::Plan plan = systems_plan({"198.18.0.9"}, seed);
    plan.systems->tries = 6;
    const auto outcome = test::scan(plan, network);
    const model::HostRecord& record = outcome->sink.hosts.at(0);
    if (!record.system) continue;
    for (const StackAnswer& answer : record.system->answers) {
      if (answer.question == StackQuestion::scan || answer.question == StackQuestion::syn_fin) continue;
      ++asked;
      answered += answer.kind == Kind::silence ? 0 : 1;
    }
  }
  EXPECT_GT(asked, 250U);
  EXPECT_LE(asked - answered, asked / 50);
}

TEST(SystemsSim, NoHostIsAskedMoreThanTwelveQuestions) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({22, 80})});
  plan::Plan plan = systems_plan({"198.18.0.9"}, 1);
  const auto without = [&] {
    plan.systems.reset();
    const auto outcome = test::scan(plan, network);
    return outcome->finished.probes_sent;
  }();
  plan.systems.emplace().tries = 1;
  const auto outcome = test::scan(plan, network);
  EXPECT_LE(outcome->finished.probes_sent - without, engine::most_stack_questions);
  EXPECT_GE(outcome->finished.probes_sent - without, 8U);
}

TEST(SystemsSim, HostsWithoutOpenAndClosedPortAreLeftOutWhereBothAreWanted) {
  sim::Network network{1, {.delay = 5ms}};
  network.add_host(address("198.18.0.9"), {.open = ports({22, 80, 81})});
  network.add_host(address("198.18.0.10"), {.open = ports({22})});
  plan::Plan plan = systems_plan({"198.18.0.9", "198.18.0.10"}, 1);
  plan.systems->only_with_both = true;
  const auto outcome = test::scan(plan, network);
  ASSERT_EQ(outcome->sink.hosts.size(), 2U);
  for (const model::HostRecord& record : outcome->sink.hosts) {
    EXPECT_EQ(record.system.has_value(), record.address == address("198.18.0.10"));
  }
}

TEST(SystemsSim, ManyHostsAreAskedAndNoneIsMixedUp) {
  sim::Network network{3, {.delay = 20ms, .jitter = 10ms}};
  for (unsigned i = 1; i < 60; ++i) {
    network.add_host(address(fmt::format("198.18.0.{}", i)), {.open = i % 2 == 0 ? ports({22}) : ports({80})});
  }
  const auto outcome = test::scan(systems_plan({"198.18.0.0/26"}, 3), network);
  std::size_t up = 0;
  for (const model::HostRecord& record : outcome->sink.hosts) {
    if (record.state != model::HostState::up) continue;
    ++up;
    ASSERT_TRUE(record.system);
    const bool even = record.address.bytes().back() % 2 == 0;
    EXPECT_EQ(record.system->open, net::Port{static_cast<std::uint16_t>(even ? 22 : 80)});
    EXPECT_EQ(answer_to(record, StackQuestion::syn_full)->kind, Kind::syn_ack);
  }
  EXPECT_EQ(up, 59U);
}

}  // namespace
}  // namespace portolan
