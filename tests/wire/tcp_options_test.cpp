// Options of TCP headers: whole, odd and broken.
#include "wire/tcp_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace portolan::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

TEST(TcpOptions, AreReadInTheirOrder) {
  const Octets linux_way{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 1, 2, 0, 0, 0, 0, 1, 3, 3, 7};
  const TcpOptions read = read_tcp_options(linux_way);
  EXPECT_EQ(read.layout, "M,S,T,N,W");
  EXPECT_EQ(read.mss, 1460);
  EXPECT_EQ(read.scale, 7);
  EXPECT_EQ(read.timestamp, 258U);
}

TEST(TcpOptions, NoneIsNothing) {
  const TcpOptions read = read_tcp_options({});
  EXPECT_EQ(read.layout, "");
  EXPECT_FALSE(read.scale);
}

TEST(TcpOptions, EveryEndIsCounted) { EXPECT_EQ(read_tcp_options(Octets{4, 2, 0, 0}).layout, "S,E,E"); }

TEST(TcpOptions, UnknownOnesHaveTheirPlace) { EXPECT_EQ(read_tcp_options(Octets{34, 3, 9, 1}).layout, "?,N"); }

TEST(TcpOptions, WhatIsCutShortEndsThere) {
  EXPECT_EQ(read_tcp_options(Octets{1, 2}).layout, "N");
  EXPECT_EQ(read_tcp_options(Octets{1, 2, 1, 9}).layout, "N");
  EXPECT_EQ(read_tcp_options(Octets{1, 8, 10, 0}).layout, "N");
  EXPECT_EQ(read_tcp_options(Octets{1, 2, 0}).layout, "N");
}

TEST(TcpOptions, ValuesTooShortForTheirKindAreZero) {
  const TcpOptions read = read_tcp_options(Octets{2, 2, 3, 2});
  EXPECT_EQ(read.layout, "M,W");
  EXPECT_EQ(read.mss, 0);
  EXPECT_EQ(read.scale, 0);
}

}  // namespace
}  // namespace portolan::wire
