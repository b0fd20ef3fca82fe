#include "engine/pace/error_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/hash.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr Duration timeout = 100ms;

// A host, one of whose ports after the other is asked; errors come at once.
struct Host {
  Duration period{1s};
  Instant now{};
  Instant last_error{};
  ErrorLimiter limiter{6, 86, now};
  std::uint32_t question = 0;
  std::uint32_t errors = 0;

  // Asks as soon as it may.
  void ask(bool closed = true) {
    limiter.expire(now, timeout);
    for (Instant at = limiter.next(now, timeout); at > now; at = limiter.next(now, timeout)) {
      now = at;
      limiter.expire(now, timeout);
    }
    const auto again = limiter.take_again();
    const std::uint32_t asked = again.value_or(question);
    if (!again) ++question;
    limiter.on_sent(asked, now);
    if (!closed || now - last_error < period) return;
    last_error = now;
    ++errors;
    limiter.on_error(asked, now);
  }
  void find_period() {
    for (int i = 0; i < 1'000 && !limiter.period(); ++i) ask();
    ASSERT_TRUE(limiter.period());
  }
};

TEST(ErrorLimiter, FindsThePeriodOut) {
  for (const Duration period : {Duration{10s}, Duration{1s}, Duration{500ms}, Duration{50ms}, Duration{5ms}}) {
    Host host{.period = period};
    host.find_period();
    EXPECT_GE(seconds_of(*host.limiter.period()), 0.5 * seconds_of(period));
    EXPECT_LE(seconds_of(*host.limiter.period()), 1.6 * seconds_of(period));
  }
}

TEST(ErrorLimiter, AsksAboutAsOftenAsErrorsCome) {
  Host host;
  host.find_period();
  const Instant began = host.now;
  const std::uint32_t before = host.errors;
  std::uint32_t asked = 0;
  for (; asked < 200; ++asked) host.ask();
  const double most = seconds_of(host.now - began);
  EXPECT_GT(host.errors - before, 0.9 * most);
  EXPECT_LT(asked, 2.2 * most);
}

TEST(ErrorLimiter, ASilentPortCostsATimeoutOrTwoAndNoPeriod) {
  Host host;
  host.find_period();
  host.ask();
  const Instant began = host.now;
  for (int i = 0; i < 20; ++i) host.ask(false);
  EXPECT_LT(host.now - began, 1s + 20 * timeout + 100ms);
}

TEST(ErrorLimiter, WhatStaysUnansweredIsPutOnceMore) {
  Host host;
  host.find_period();
  while (!host.limiter.is_idle()) host.ask();
  const std::uint32_t silent = host.question;
  host.ask(false);
  host.now += timeout;
  host.limiter.expire(host.now, timeout);
  EXPECT_FALSE(host.limiter.is_idle());
  EXPECT_EQ(host.limiter.take_again(), silent);
  host.limiter.on_sent(silent, host.now);
  host.now += timeout;
  host.limiter.expire(host.now, timeout);
  EXPECT_TRUE(host.limiter.is_idle());
  EXPECT_EQ(host.limiter.take_again(), std::nullopt);
}

TEST(ErrorLimiter, AnAnswerOfAnotherKindTakesNoToken) {
  Host host;
  host.find_period();
  while (!host.limiter.is_idle()) host.ask();
  host.ask(false);
  host.limiter.on_other_answer(host.question - 1);
  EXPECT_TRUE(host.limiter.is_idle());
  EXPECT_EQ(host.limiter.next(host.now, timeout), host.now) << "its token is still there";
}

// A host like Linux, with a bucket of six errors and one a second, and a machine so busy that many questions leave
// late. What the late ones find saved up is no sign of a shorter period, in which most questions would be put too
// early.
TEST(ErrorLimiter, QuestionsThatLeaveLateDoNotMakeThePeriodShorter) {
  constexpr int closed = 60;
  std::uint32_t missed = 0;  // questions that were put twice in vain
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random{seed};
    Instant now{};
    ErrorLimiter limiter{6, 20, now};
    double saved = 0;
    Instant filled{};
    int answered = 0;
    std::uint32_t question = 0;
    for (; answered < closed && question < 3 * closed;) {
      limiter.expire(now, timeout);
      const Instant due = limiter.next(now, timeout);
      if (due > now) {
        now = due;
        if (random.chance(0.3)) now += duration_of(0.8 * random.unit());
        continue;
      }
      const auto again = limiter.take_again();
      const std::uint32_t asked = again.value_or(question);
      if (!again) ++question;
      limiter.on_sent(asked, now);
      saved = std::min(6.0, saved + seconds_of(now - filled));
      filled = now;
      if (saved < 1) {
        if (again) ++missed;
        continue;
      }
      saved -= 1;
      ++answered;
      limiter.on_error(asked, now);
    }
  }
  EXPECT_EQ(missed, 0U);
}

// What has not been read yet may hold the answer, and then no token is free.
TEST(ErrorLimiter, AQuestionWhoseTimeIsOverHoldsItsTokenUntilAllIsRead) {
  Host host;
  host.find_period();
  while (!host.limiter.is_idle()) host.ask();
  host.ask(false);
  host.now += timeout;
  host.limiter.expire(host.now - 1ns, timeout);
  EXPECT_GT(host.limiter.next(host.now, timeout), host.now);
}

TEST(ErrorLimiter, LossDoesNotDriveThePeriodAway) {
  Random random{1};
  Host host;
  host.find_period();
  for (int i = 0; i < 2'000; ++i) host.ask(!random.chance(0.3));
  EXPECT_LT(seconds_of(*host.limiter.period()), 1.6 * 1.6);
}

TEST(ErrorLimiter, WhoIsSlowForOtherReasonsFindsThePeriodAsWell) {
  Host host;
  for (int i = 0; i < 200 && !host.limiter.period(); ++i) {
    host.now += 200ms;
    host.ask();
  }
  ASSERT_TRUE(host.limiter.period());
  EXPECT_NEAR(seconds_of(*host.limiter.period()), 1, 0.3);
}

}  // namespace
}  // namespace portolan::engine
