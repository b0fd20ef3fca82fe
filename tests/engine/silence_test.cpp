// How long silence is waited for, as a judgement.
#include "engine/pace/silence.h"

#include <gtest/gtest.h>

namespace portolan::test {
namespace {

using namespace std::chrono_literals;
using engine::silence_after;

TEST(Silence, IsWaitedForAsUsualWhereLittleIsKnown) {
  EXPECT_EQ(silence_after({.count = 31, .slowest = 1ms}, 32, {.usual = 1s, .shortest = 400ms}), 1s);
  EXPECT_EQ(silence_after({}, 32, {.usual = 1s, .shortest = 400ms}), 1s);
}

TEST(Silence, IsWaitedForFourTimesTheSlowestAnswer) {
  EXPECT_EQ(silence_after({.count = 32, .slowest = 150ms}, 32, {.usual = 1s, .shortest = 400ms}), 600ms);
  EXPECT_EQ(silence_after({.count = 9'000, .slowest = 40ms}, 32, {.usual = 500ms, .shortest = 100ms}), 160ms);
}

TEST(Silence, StaysWithinItsBounds) {
  EXPECT_EQ(silence_after({.count = 32, .slowest = 1ms}, 32, {.usual = 1s, .shortest = 400ms}), 400ms);
  EXPECT_EQ(silence_after({.count = 32, .slowest = 900ms}, 32, {.usual = 1s, .shortest = 400ms}), 1s);
  // -T5 waits shorter than any radio sleeps, whatever is known.
  EXPECT_EQ(silence_after({.count = 32, .slowest = 1ms}, 32, {.usual = 250ms, .shortest = 400ms}), 250ms);
}

}  // namespace
}  // namespace portolan::test
