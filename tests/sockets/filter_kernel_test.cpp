// What is asked of the kernel for a filter, and that it is the same.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "diag_bytecode.h"
#include "filters.h"

namespace portolan::sockets {
namespace {

using namespace testing;

TEST(FilterStates, AreTheStatesThatAMatchingRowCanHave) {
  const StateMask listening = mask_of(State::listen);
  const StateMask syn_recv = mask_of(State::syn_recv) | mask_of(State::new_syn_recv);
  EXPECT_EQ(parsed("state listening").states(), listening);
  EXPECT_EQ(parsed("state listening and sport = :22").states(), listening);
  EXPECT_EQ(parsed("state listening or sport = :22").states(), all_states);
  EXPECT_EQ(parsed("not state listening").states(), ~listening);
  EXPECT_EQ(parsed("not ( state listening or sport = :22 )").states(), ~listening);
  EXPECT_EQ(parsed("not ( state listening and sport = :22 )").states(), all_states);
  EXPECT_EQ(parsed("state listening or state syn-recv").states(), listening | syn_recv);
  EXPECT_EQ(parsed("state syn-recv").states(), syn_recv);
  EXPECT_EQ(parsed("exclude syn-recv").states(), ~syn_recv);
  EXPECT_EQ(parsed("state bucket").states(), syn_recv | mask_of(State::time_wait));
  EXPECT_EQ(parsed("state listening and state established").states(), 0U);
}

// The masks that ss 6.1 sends, in the twelve bits that it knows.
TEST(FilterStates, GroupsAreThoseOfSs) {
  constexpr StateMask known = 0xffe;
  EXPECT_EQ(parsed("state all").states() & known, 0xffeU);
  EXPECT_EQ(parsed("state connected").states() & known & ~mask_of(State::unknown), 0xb7eU);
  EXPECT_EQ(parsed("state synchronized").states() & known, 0xb7aU);
  EXPECT_EQ(parsed("state bucket").states() & known, 0x048U);
  EXPECT_EQ(parsed("state big").states() & known, 0xfb6U);
  EXPECT_EQ(parsed("exclude listening").states() & known, 0xbfeU);
}

TEST(FilterStates, RequestOfAListenerIsInSynRecv) {
  Row row = ip_row("10.0.0.1", 22);
  row.state = State::new_syn_recv;
  EXPECT_TRUE(parsed("state syn-recv").matches(row));
  EXPECT_FALSE(parsed("exclude syn-recv").matches(row));
}

TEST(FilterStates, AreNamedOrNot) {
  EXPECT_TRUE(parsed("sport = :22 or ! state all").names_states());
  EXPECT_FALSE(parsed("sport = :22 or autobound").names_states());
}

TEST(FilterNeeds, FollowFromTheTestsInIt) {
  EXPECT_TRUE(parsed("not ( sport = :1 or fwmark 1 )").needs().mark);
  EXPECT_TRUE(parsed("cgroup 7").needs().cgroup);
  EXPECT_TRUE(parsed("pid 7").needs().holders);
  const FilterNeeds none = parsed("sport = :1 user root state all").needs();
  EXPECT_FALSE(none.mark || none.cgroup || none.holders);
}

TEST(FilterMayMatch, KnowsWhichKindsOfSocketsCannot) {
  EXPECT_TRUE(parsed("sport = :22").may_match(SocketKind::tcp));
  EXPECT_TRUE(parsed("sport = :22").may_match(SocketKind::vsock));
  EXPECT_FALSE(parsed("sport = :22").may_match(SocketKind::unix_domain));
  EXPECT_TRUE(parsed("not sport = :22").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("sport != :22").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("proto udp").may_match(SocketKind::tcp));
  EXPECT_FALSE(parsed("not src *").may_match(SocketKind::tcp));
  EXPECT_TRUE(parsed("src unix:*").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("src unix:*").may_match(SocketKind::udp));
  EXPECT_TRUE(parsed("state listening").may_match(SocketKind::packet));
  EXPECT_TRUE(parsed("proto unix or sport = :22").may_match(SocketKind::unix_domain));
}

bool is_exact(std::string_view text) { return parsed(text).bytecode_is_exact(); }

TEST(FilterBytecode, IsExactWhereTheKernelKnowsEverythingThatIsAsked) {
  for (const auto* text : {"sport = :22", "src 10/8 or not dst [::1]:443", "state listening and sport = :22", "dev lo",
                           "state listening state established", "fwmark 1", "cgroup 7", "autobound", "src inet:*",
                           "src unix:*", "( state listening and ( sport = :1 and state all ) )"}) {
    EXPECT_TRUE(is_exact(text)) << text;
  }
  for (const auto* text : {"user root", "pid 5", "proto tcp", "state listening or sport = :22", "not state listening",
                           "sport = :22 user root"}) {
    EXPECT_FALSE(is_exact(text)) << text;
  }
}

TEST(FilterBytecode, IsExactWhereWhatItDoesNotKnowCannotMatter) {
  EXPECT_TRUE(is_exact("user root and src unix:*"));
  EXPECT_TRUE(is_exact("sport = :22 or ( user root and src unix:* )"));
  EXPECT_TRUE(is_exact("sport = :22 and not ( user root and src unix:* )"));
}

TEST(FilterBytecode, WhatTheKernelDoesNotKnowLeavesTheRestOfTheProgram) {
  EXPECT_EQ(parsed("sport = :22 user root").bytecode(), parsed("sport = :22").bytecode());
  EXPECT_TRUE(parsed("sport = :22 or user root").bytecode().empty());
  EXPECT_EQ(parsed("sport = :22 and not ( dport = :1 and user root )").bytecode(), parsed("sport = :22").bytecode());
  EXPECT_EQ(parsed("sport = :22 and not ( dport = :1 or user root )").bytecode(),
            parsed("sport = :22 and not dport = :1").bytecode());
}

TEST(FilterBytecode, ProgramThatLetsNothingPassIsOneJump) {
  const auto program = parsed("src unix:*").bytecode();
  EXPECT_EQ(audit(program), "");
  EXPECT_EQ(program.size(), 4U);
  EXPECT_FALSE(lets_pass(program, ip_row("10.0.0.1", 22)));
}

TEST(FilterBytecode, LongestProgramIsWhatSixteenBitsReach) {
  const auto chain_of = [](int tests) {
    std::string text = "sport = :1";
    for (int i = 1; i < tests; ++i) text += " dport = :2";
    return parsed(text);
  };
  const Filter longest = chain_of(65528 / 8);
  EXPECT_EQ(longest.bytecode().size(), 65528U);
  EXPECT_EQ(audit(longest.bytecode()), "");
  EXPECT_TRUE(longest.bytecode_is_exact());
  const Filter longer = chain_of(65528 / 8 + 1);
  EXPECT_TRUE(longer.bytecode().empty());
  EXPECT_FALSE(longer.bytecode_is_exact());
  EXPECT_TRUE(longer.matches(ip_row("10.0.0.1", 1, "10.0.0.1", 2)));
}

constexpr std::array<std::string_view, 11> some_addresses{
    "10.0.0.1", "10.0.0.2", "10.1.0.1",    "0.0.0.0",         "127.0.0.1",      "::",
    "::1",      "fe80::1",  "2001:db8::1", "::ffff:10.0.0.1", "::ffff:10.1.0.1"};
constexpr std::array<std::uint32_t, 9> some_ports{0, 1, 22, 80, 443, 32768, 60999, 61000, 65535};
constexpr std::array<std::string_view, 41> some_tests{"sport = :22",
                                                      "sport != :22",
                                                      "sport > :22",
                                                      "sport < :22",
                                                      "sport >= :80",
                                                      "sport <= :80",
                                                      "dport = :443",
                                                      "dport > :65535",
                                                      "dport < :0",
                                                      "dport = :22-443",
                                                      "src 10.0.0.1",
                                                      "src 10.0.0.1:22",
                                                      "src 10/8",
                                                      "src 10.1/16",
                                                      "src 0.0.0.0/0",
                                                      "src 10.0.0.0/30",
                                                      "src [::]",
                                                      "src [::]/0",
                                                      "src [fe80::/10]",
                                                      "src [fe80::1%eth0]",
                                                      "src [::ffff:10.0.0.1]",
                                                      "src [::ffff:0.0.0.0]/96",
                                                      "dst [2001:db8::/33]",
                                                      "dst 10/8",
                                                      "dst != 10/8",
                                                      "src inet:*",
                                                      "src inet6:*:22",
                                                      "src inet:10/8",
                                                      "src *:80",
                                                      "dst localhost",
                                                      "dev lo",
                                                      "dev != eth0",
                                                      "fwmark 1",
                                                      "fwmark != 0x2/0x2",
                                                      "fwmark = 7/3",
                                                      "cgroup 7",
                                                      "autobound",
                                                      "src unix:/x",
                                                      "src vsock:2",
                                                      "sport = inet6:22",
                                                      "src != localhost:22"};
constexpr std::array<std::string_view, 9> other_tests{
    "state established", "exclude listening", "state bucket",
    "user root",         "uid != 0",          "pid 5",
    "proto udp",         "proto != tcp",      "state listening state syn-recv"};

std::string random_expression(int depth) {
  const int kind = depth > 0 ? *rc::gen::inRange(0, 7) : *rc::gen::inRange(0, 3);
  switch (kind) {
    case 0:
    case 1:
      return std::string{*rc::gen::elementOf(some_tests)};
    case 2:
      return std::string{*rc::gen::elementOf(other_tests)};
    case 3:
      return "not ( " + random_expression(depth - 1) + " )";
    case 4:
      return "(" + random_expression(depth - 1) + ") or ! (" + random_expression(depth - 1) + ")";
    default:
      break;
  }
  const std::string_view between = kind == 5 ? " or " : " and ";
  std::string text = "( " + random_expression(depth - 1);
  for (int more = *rc::gen::inRange(1, 4); more > 0; --more) text.append(between).append(random_expression(depth - 1));
  return text + " )";
}

Row random_ip_row() {
  Row row;
  row.protocol = *rc::gen::element(SocketKind::tcp, SocketKind::udp, SocketKind::mptcp);
  row.local = address(*rc::gen::elementOf(some_addresses));
  do row.remote = address(*rc::gen::elementOf(some_addresses));
  while (row.remote.is_v4() != row.local.is_v4());
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.state = static_cast<State>(*rc::gen::inRange(1, 14));
  row.local_port = *rc::gen::elementOf(some_ports);
  row.remote_port = *rc::gen::elementOf(some_ports);
  row.interface = *rc::gen::inRange(0U, 4U);
  if (*rc::gen::arbitrary<bool>()) row.mark = *rc::gen::inRange(0U, 4U);
  if (*rc::gen::arbitrary<bool>()) row.cgroup = *rc::gen::element<std::uint64_t>(0, 7, 9);
  row.has_user = *rc::gen::arbitrary<bool>();
  row.user = *rc::gen::element(0U, 1000U);
  return row;
}

RC_GTEST_PROP(FilterBytecode, AgreesWithTheTreeOnEveryRow, ()) {
  const std::string text = random_expression(3);
  RC_LOG(text);
  const Filter filter = parsed(text);
  const auto program = filter.bytecode();
  RC_ASSERT(program.empty() || audit(program).empty());
  static constexpr std::array holder{Holder{.pid = 5, .fd = 3}};
  for (int i = 0; i < 20; ++i) {
    Row row = random_ip_row();
    if (*rc::gen::arbitrary<bool>()) row.holders = holder;
    const bool passes = mask_lets_pass(filter.states(), row) && lets_pass(program, row);
    if (filter.bytecode_is_exact()) {
      RC_ASSERT(passes == filter.matches(row));
    } else {
      RC_ASSERT(passes || !filter.matches(row));
    }
    RC_ASSERT(filter.may_match(row.protocol) || !filter.matches(row));
  }
}

RC_GTEST_PROP(FilterText, IsReadAsTheSameFilter, ()) {
  const std::string text = random_expression(4);
  RC_LOG(text);
  const Filter filter = parsed(text);
  const Filter again = parsed(filter.text());
  RC_ASSERT(again.text() == filter.text());
  RC_ASSERT(again.bytecode() == filter.bytecode());
  RC_ASSERT(again.states() == filter.states());
}

}  // namespace
}  // namespace portolan::sockets
