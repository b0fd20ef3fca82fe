#include "explain/tcp_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "wire/build.h"

namespace portolan::explain {
namespace {

using wire::ack;
using wire::fin;
using wire::rst;
using wire::syn;

constexpr std::uint32_t ours = 0xffff'fff0;  // numbers go round on the way
constexpr std::uint32_t theirs = 500;

// Both ends, one behind the other: "ESTABLISHED CLOSE-WAIT".
std::string text(const TcpStates& states) {
  return std::string{name_of(states.here())} + " " + std::string{name_of(states.there())};
}

class TcpStatesTest : public testing::Test {
 protected:
  std::string send(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged, std::size_t length = 0) {
    return hear(true, flags, ours + sequence, theirs + acknowledged, length);
  }
  std::string receive(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged, std::size_t length = 0) {
    return hear(false, flags, theirs + sequence, ours + acknowledged, length);
  }
  void shake_hands() {
    EXPECT_EQ(send(syn, 0, 0), "SYN-SENT ");
    EXPECT_EQ(receive(syn | ack, 0, 1), "ESTABLISHED SYN-RECEIVED");
    EXPECT_EQ(send(ack, 1, 1), "ESTABLISHED ESTABLISHED");
  }
  TcpStates states_;

 private:
  std::string hear(bool is_ours, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged,
                   std::size_t length) {
    states_.hear({is_ours, flags, sequence, acknowledged, length});
    return text(states_);
  }
};

TEST_F(TcpStatesTest, WhoEndsFirstWaitsAndTheOtherIsClosed) {
  shake_hands();
  EXPECT_EQ(send(fin | ack, 1, 1), "FIN-WAIT-1 CLOSE-WAIT");
  EXPECT_EQ(receive(ack, 1, 2), "FIN-WAIT-2 CLOSE-WAIT");
  EXPECT_FALSE(states_.is_over());
  EXPECT_EQ(receive(fin | ack, 1, 2), "TIME-WAIT LAST-ACK");
  EXPECT_EQ(send(ack, 2, 2), "TIME-WAIT CLOSED");
  EXPECT_TRUE(states_.is_over());
}

TEST_F(TcpStatesTest, AFinThatAcknowledgesTheOtherSavesAStep) {
  shake_hands();
  EXPECT_EQ(receive(ack, 1, 1, 40), "ESTABLISHED ESTABLISHED");
  EXPECT_EQ(receive(fin | ack, 41, 1), "CLOSE-WAIT FIN-WAIT-1");
  EXPECT_EQ(send(fin | ack, 1, 42), "LAST-ACK TIME-WAIT");
  EXPECT_EQ(receive(ack, 42, 2), "CLOSED TIME-WAIT");
}

TEST_F(TcpStatesTest, BothMayEndAtOnce) {
  shake_hands();
  EXPECT_EQ(send(fin | ack, 1, 1), "FIN-WAIT-1 CLOSE-WAIT");
  EXPECT_EQ(receive(fin | ack, 1, 1), "CLOSING CLOSING");  // it did not know of ours
  EXPECT_EQ(send(ack, 2, 2), "CLOSING TIME-WAIT");
  EXPECT_EQ(receive(ack, 2, 2), "TIME-WAIT TIME-WAIT");
}

TEST_F(TcpStatesTest, AnAcknowledgementOfLessThanTheFinChangesNothing) {
  shake_hands();
  send(ack, 1, 1, 20);
  EXPECT_EQ(send(fin | ack, 21, 1), "FIN-WAIT-1 CLOSE-WAIT");
  EXPECT_EQ(receive(ack, 1, 21), "FIN-WAIT-1 CLOSE-WAIT");  // the bytes, and not the FIN behind them
  EXPECT_EQ(send(fin | ack, 21, 1), "FIN-WAIT-1 CLOSE-WAIT");
  EXPECT_EQ(receive(ack, 1, 22), "FIN-WAIT-2 CLOSE-WAIT");
}

TEST_F(TcpStatesTest, AResetEndsAllButWhatHasEnded) {
  EXPECT_EQ(send(syn, 0, 0), "SYN-SENT ");
  EXPECT_EQ(receive(rst | ack, 0, 1), "CLOSED CLOSED");
  states_ = {};
  shake_hands();
  send(fin | ack, 1, 1);
  receive(fin | ack, 1, 2);
  send(ack, 2, 2);
  EXPECT_EQ(receive(rst, 2, 0), "TIME-WAIT CLOSED");
}

}  // namespace
}  // namespace portolan::explain
