// The verdict of an audit: situations from the field, and what holds of every combination of facts.
#include "audit/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

namespace portolan::audit {
namespace {

using model::PortState;

constexpr std::array takers{Taker::nobody,    Taker::socket,     Taker::loopback,
                            Taker::elsewhere, Taker::other_host, Taker::dead_end};
constexpr std::array passages{Passage::not_asked, Passage::let_in, Passage::stopped};
constexpr std::array fates{Fate::not_watched, Fate::never_arrived, Fate::died,    Fate::no_socket,
                           Fate::queue_full,  Fate::taken,         Fate::answered};
constexpr std::array<std::optional<PortState>, 5> states{std::nullopt, PortState::open, PortState::closed,
                                                         PortState::filtered, PortState::open_filtered};

void for_all(const std::function<void(const Facts&)>& visit) {
  for (const Taker taker : takers) {
    for (const bool meant_for_here : {false, true}) {
      for (const Passage passage : passages) {
        for (const Fate fate : fates) {
          for (const auto& outside : states) {
            visit({.taker = taker,
                   .meant_for_here = meant_for_here,
                   .passage = passage,
                   .fate = fate,
                   .outside = outside});
          }
        }
      }
    }
  }
}

void expect(const Facts& facts, Verdict verdict, Evidence evidence) {
  const auto found = judge(facts);
  ASSERT_TRUE(found);
  EXPECT_EQ(name_of(found->verdict), name_of(verdict));
  EXPECT_EQ(name_of(found->evidence), name_of(evidence));
}

bool is_reached(Verdict verdict) {
  return verdict == Verdict::reachable || verdict == Verdict::forwarded || verdict == Verdict::leaks;
}

TEST(Judge, WithoutAVantageTheRehearsalDecides) {
  expect({.taker = Taker::socket, .passage = Passage::let_in}, Verdict::reachable, Evidence::rehearsed);
  expect({.taker = Taker::socket, .passage = Passage::stopped}, Verdict::blocked_here, Evidence::rehearsed);
  expect({.taker = Taker::other_host, .passage = Passage::let_in}, Verdict::forwarded, Evidence::rehearsed);
  expect({.taker = Taker::other_host, .meant_for_here = true, .passage = Passage::let_in}, Verdict::leaks,
         Evidence::rehearsed);
  expect({.taker = Taker::dead_end, .passage = Passage::let_in}, Verdict::dead_end, Evidence::rehearsed);
  expect({.taker = Taker::nobody, .passage = Passage::let_in}, Verdict::unused_opening, Evidence::rehearsed);
  EXPECT_EQ(judge({.taker = Taker::nobody, .passage = Passage::stopped}), std::nullopt);
}

TEST(Judge, WhereNobodyMayAskItIsUnknownAndSaysWhy) {
  const auto found = judge({.taker = Taker::socket, .hindrance = Unknown::no_privilege});
  EXPECT_EQ(found,
            (Judgement{.verdict = Verdict::unknown, .evidence = Evidence::told, .reason = Unknown::no_privilege}));
  EXPECT_EQ(judge({.taker = Taker::socket, .outside = PortState::filtered})->reason, Unknown::no_vantage)
      << "silence has ten causes";
}

TEST(Judge, TheBindingIsToldWithoutAnyPacket) {
  expect({.taker = Taker::loopback}, Verdict::local_only, Evidence::told);
  expect({.taker = Taker::elsewhere, .outside = PortState::closed}, Verdict::other_binding, Evidence::told);
}

TEST(Judge, WhatAVantageFoundOpenIsReachedOrAnsweredByAnother) {
  expect({.taker = Taker::socket, .outside = PortState::open}, Verdict::reachable, Evidence::probed);
  expect({.taker = Taker::other_host, .outside = PortState::open}, Verdict::forwarded, Evidence::probed);
  expect({.taker = Taker::nobody, .outside = PortState::open}, Verdict::answered_elsewhere, Evidence::probed);
  expect({.taker = Taker::socket, .fate = Fate::never_arrived, .outside = PortState::open}, Verdict::answered_elsewhere,
         Evidence::witnessed);
}

TEST(Judge, SilenceIsSettledByTheWitness) {
  const auto silent = [](Fate fate) {
    return Facts{.taker = Taker::socket, .passage = Passage::let_in, .fate = fate, .outside = PortState::filtered};
  };
  expect(silent(Fate::never_arrived), Verdict::blocked_before, Evidence::witnessed);
  expect(silent(Fate::died), Verdict::blocked_here, Evidence::witnessed);
  expect(silent(Fate::queue_full), Verdict::overloaded, Evidence::witnessed);
  expect(silent(Fate::taken), Verdict::reply_lost, Evidence::witnessed);
  expect(silent(Fate::answered), Verdict::reply_lost, Evidence::witnessed);
}

// Mock-up 4 of the design: four silences.
TEST(Judge, ADatagramNeedNotBeAnswered) {
  const auto silent = [](Taker taker, Fate fate) {
    return Facts{.taker = taker, .fate = fate, .outside = PortState::open_filtered};
  };
  expect(silent(Taker::socket, Fate::taken), Verdict::reachable, Evidence::witnessed);
  expect(silent(Taker::socket, Fate::died), Verdict::blocked_here, Evidence::witnessed);
  expect(silent(Taker::socket, Fate::queue_full), Verdict::overloaded, Evidence::witnessed);
  expect(silent(Taker::nobody, Fate::no_socket), Verdict::unused_opening, Evidence::witnessed);
}

TEST(Judge, EveryVerdictComesOfSomeFacts) {
  std::set<Verdict> seen;
  for_all([&](const Facts& facts) {
    if (const auto found = judge(facts)) seen.insert(found->verdict);
  });
  EXPECT_EQ(seen.size(), verdict_count);
}

// What holds whatever the facts are.
TEST(Judge, NothingIsClaimedThatTheFactsDenyOrDoNotHold) {
  for_all([](const Facts& facts) {
    const auto found = judge(facts);
    const bool is_open = facts.outside == PortState::open;
    // What is open outside, or waits for somebody here, is a row.
    if (is_open || facts.taker == Taker::socket) {
      const bool has_vanished = facts.fate == Fate::no_socket || facts.fate == Fate::not_watched;
      EXPECT_TRUE(found || has_vanished);
    }
    if (!found) return;
    EXPECT_EQ(found->reason.has_value(), found->verdict == Verdict::unknown);
    if (is_reached(found->verdict)) {
      EXPECT_NE(facts.fate, Fate::never_arrived);
      EXPECT_NE(facts.fate, Fate::died);
      EXPECT_TRUE(is_open || facts.passage == Passage::let_in || facts.fate == Fate::taken ||
                  facts.fate == Fate::answered || facts.fate == Fate::queue_full)
          << "something got in";
      EXPECT_EQ(found->verdict == Verdict::leaks, facts.meant_for_here);
    }
    if (found->verdict == Verdict::answered_elsewhere) {
      EXPECT_TRUE(is_open);
    }
    if (found->evidence == Evidence::witnessed) {
      EXPECT_NE(facts.fate, Fate::not_watched);
    }
    if (found->evidence == Evidence::probed) {
      EXPECT_TRUE(facts.outside);
    }
    if (found->evidence == Evidence::rehearsed) {
      EXPECT_NE(facts.passage, Passage::not_asked);
    }
  });
}

// More knowledge turns an unknown into something, and never anything into an unknown.
TEST(Judge, WhoWatchesNeverKnowsLess) {
  for_all([](const Facts& facts) {
    if (facts.fate != Fate::not_watched) return;
    const auto before = judge(facts);
    if (!before || before->verdict == Verdict::unknown) return;
    for (const Fate fate : fates) {
      Facts watched = facts;
      watched.fate = fate;
      const auto after = judge(watched);
      EXPECT_TRUE(!after || after->verdict != Verdict::unknown);
    }
  });
}

TEST(Verdict, NamesAreThoseOfTheReport) {
  EXPECT_EQ(name_of(Verdict::blocked_before), "blocked-before");
  EXPECT_EQ(name_of(Verdict::unknown), "unknown");
  EXPECT_EQ(name_of(Unknown::timed_out), "timed-out");
  EXPECT_EQ(name_of(Evidence::witnessed), "witnessed");
}

}  // namespace
}  // namespace portolan::audit
