#include "net/port_bitmap.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <utility>

namespace portolan::net {
namespace {

RC_GTEST_PROP(PortBitmap, HoldsWhatASetWouldHold, ()) {
  PortBitmap bitmap;
  std::set<std::pair<Protocol, std::uint16_t>> plain;
  const auto any_port = [] {
    const auto most = *rc::gen::element(300, 65'535);
    return static_cast<std::uint16_t>(*rc::gen::inRange(0, most + 1));
  };
  const auto any_protocol = [] { return *rc::gen::element(Protocol::tcp, Protocol::udp, Protocol::arp); };
  const int inserted = *rc::gen::inRange(0, 200);
  for (int i = 0; i < inserted; ++i) {
    const auto protocol = any_protocol();
    const auto port = any_port();
    RC_ASSERT(bitmap.insert(protocol, Port{port}) == plain.emplace(protocol, port).second);
  }
  for (int i = 0; i < 200; ++i) {
    const auto protocol = any_protocol();
    const auto port = any_port();
    RC_ASSERT(bitmap.contains(protocol, Port{port}) == plain.contains({protocol, port}));
  }
}

TEST(PortBitmap, ThePortsOfAProtocolAreItsOwn) {
  PortBitmap bitmap;
  EXPECT_TRUE(bitmap.insert(Protocol::tcp, Port{65'535}));
  EXPECT_FALSE(bitmap.contains(Protocol::udp, Port{65'535}));
  EXPECT_FALSE(bitmap.contains(Protocol::udp, Port{0}));
  EXPECT_FALSE(bitmap.insert(Protocol::tcp, Port{65'535}));
  EXPECT_TRUE(bitmap.insert(Protocol::udp, Port{0}));
}

}  // namespace
}  // namespace portolan::net
