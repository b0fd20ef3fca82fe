#include "net/port_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace portolan::net {
namespace {

using testing::HasSubstr;

PortRange range(std::uint16_t first, std::uint16_t last) { return {.first = Port{first}, .last = Port{last}}; }

PortRange any_range() {
  // Half of them small and close together, so that ranges touch and overlap; half anywhere.
  const auto most = *rc::gen::element(40, 65'535);
  const auto a = static_cast<std::uint16_t>(*rc::gen::inRange(0, most + 1));
  const auto b = static_cast<std::uint16_t>(*rc::gen::inRange(0, most + 1));
  return range(std::min(a, b), std::max(a, b));
}

std::vector<Port> sorted(const std::set<Port>& plain) { return {plain.begin(), plain.end()}; }

TEST(Port, IsADecimalNumberAndNothingElse) {
  EXPECT_EQ(Port::parse("0").value(), Port{0});
  EXPECT_EQ(Port::parse("65535").value(), Port{65535});
  for (const std::string_view text : {"", "65536", "-1", "+1", " 1", "1 ", "0x10", "http", "99999999999999999999"}) {
    const auto port = Port::parse(text);
    ASSERT_FALSE(port) << text;
    EXPECT_THAT(port.error().message, HasSubstr(text));
  }
}

TEST(Protocol, HasTheNamesThatReportsUse) {
  EXPECT_EQ(name_of(Protocol::tcp), "tcp");
  EXPECT_EQ(name_of(Protocol::udp), "udp");
  EXPECT_EQ(name_of(Protocol::sctp), "sctp");
  EXPECT_EQ(name_of(Protocol::icmp), "icmp");
  EXPECT_EQ(name_of(Protocol::arp), "arp");
}

TEST(PortSet, NeighboursMeltIntoOneRange) {
  PortSet set;
  set.insert(Port{5});
  set.insert(Port{7});
  EXPECT_EQ(to_string(set), "5,7");
  set.insert(Port{6});
  EXPECT_EQ(to_string(set), "5-7");
  set.insert(range(0, 65535));
  EXPECT_EQ(to_string(set), "0-65535");
  EXPECT_EQ(set.size(), 65536U);
}

TEST(PortSet, EmptySetHasNoText) {
  EXPECT_EQ(to_string(PortSet{}), "");
  EXPECT_TRUE(PortSet{}.empty());
  EXPECT_FALSE(PortSet{}.contains(Port{0}));
}

RC_GTEST_PROP(PortSetProperty, BehavesLikeAPlainSet, ()) {
  PortSet set;
  std::set<Port> plain;
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
    const PortRange r = any_range();
    const bool add = *rc::gen::element(true, true, false);
    PortSet other;
    other.insert(r);
    for (std::uint32_t p = r.first.value(); p <= r.last.value(); ++p) {
      if (add) {
        plain.insert(Port{static_cast<std::uint16_t>(p)});
      } else {
        plain.erase(Port{static_cast<std::uint16_t>(p)});
      }
    }
    add ? set.insert(r) : set.erase(other);
  }
  RC_ASSERT(set.ports() == sorted(plain));
  RC_ASSERT(set.size() == plain.size());
  RC_ASSERT(set.empty() == plain.empty());
  const Port probe{*rc::gen::arbitrary<std::uint16_t>()};
  RC_ASSERT(set.contains(probe) == plain.contains(probe));
}

RC_GTEST_PROP(PortSetProperty, RangesAreSortedAndNeverTouch, ()) {
  PortSet set;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) set.insert(any_range());
  for (std::size_t i = 1; i < set.ranges().size(); ++i) {
    RC_ASSERT(set.ranges()[i - 1].last.value() + 1 < set.ranges()[i].first.value());
  }
}

RC_GTEST_PROP(PortSetProperty, ItsTextIsReadBack, ()) {
  PortSet set;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) set.insert(any_range());
  RC_ASSERT(parse_port_set(to_string(set)).value() == set);
}

TEST(PortSet, WhatIsNoListOfPortsIsRefused) {
  for (const char* wrong : {",", "1,", ",1", "1,,2", "2-1", "1-", "-1", "1-2-3", "65536", "1 ,2", "x"}) {
    EXPECT_FALSE(parse_port_set(wrong)) << wrong;
  }
}

RC_GTEST_PROP(PortSetProperty, OrderOfInsertionDoesNotMatter, ()) {
  const auto a = any_range();
  const auto b = any_range();
  const auto c = any_range();
  PortSet forth;
  PortSet back;
  for (const auto r : {a, b, c}) forth.insert(r);
  for (const auto r : {c, b, a}) back.insert(r);
  RC_ASSERT(forth == back);
}

}  // namespace
}  // namespace portolan::net
