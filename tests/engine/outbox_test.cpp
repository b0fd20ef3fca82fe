#include "engine/pace/outbox.h"

#include <gtest/gtest.h>

#include <vector>

#include "net/path.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

class OutboxTest : public testing::Test {
 protected:
  void push(int pending) {
    outbox_.push(
        {&probe::tcp_syn, {.path = path_, .target = {}, .port = net::Port{static_cast<std::uint16_t>(pending)}}},
        pending);
  }
  // Both halves of what waits say the same.
  [[nodiscard]] std::vector<int> waiting() const {
    std::vector<int> all;
    for (std::size_t i = 0; i < outbox_.shots().size(); ++i) {
      EXPECT_EQ(outbox_.shots()[i].attempt.port.value(), outbox_.pending(i));
      all.push_back(outbox_.pending(i));
    }
    return all;
  }

  net::Path path_;
  Outbox<int> outbox_{4};
};

TEST_F(OutboxTest, WhatLeavesLeavesInOrder) {
  for (const int pending : {1, 2, 3}) push(pending);
  outbox_.on_sent(2);
  EXPECT_EQ(waiting(), std::vector{3});
  outbox_.forget_sent();
  EXPECT_EQ(outbox_.size(), 3U) << "one still waits";
  outbox_.on_sent(1);
  EXPECT_TRUE(outbox_.has_left());
  outbox_.forget_sent();
  EXPECT_TRUE(outbox_.empty());
  push(4);
  EXPECT_EQ(waiting(), std::vector{4});
}

TEST_F(OutboxTest, WhatIsWithdrawnIsTakenOutOfWhatWaits) {
  for (const int pending : {1, 2, 3, 4, 5}) push(pending);
  outbox_.on_sent(1);
  outbox_.withdraw([](int pending) { return pending == 1; });
  EXPECT_EQ(outbox_.size(), 5U) << "it has left already";
  outbox_.withdraw([](int pending) { return pending % 2 == 0; });
  EXPECT_EQ(waiting(), (std::vector{3, 5}));
  outbox_.withdraw([](int) { return true; });
  EXPECT_TRUE(outbox_.has_left());
}

}  // namespace
}  // namespace portolan::engine
