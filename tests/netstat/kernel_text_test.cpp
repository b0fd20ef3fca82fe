#include "netstat/kernel_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace portolan::netstat {
namespace {

TEST(KernelText, LinesMayLackTheLastEnd) {
  EXPECT_EQ(lines_of("a\n\nb"), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_TRUE(lines_of("").empty());
}

TEST(KernelText, ALineCutShortIsNoRoute) {
  const std::string line = "v0\t00000000\t020012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0";
  const auto route = parse_route4(line);
  ASSERT_TRUE(route);
  EXPECT_EQ(net::to_string(route->gateway), "198.18.0.2");
  for (std::size_t size = 0; size + 1 < line.size(); ++size) EXPECT_FALSE(parse_route4(line.substr(0, size))) << size;
}

TEST(KernelText, NumbersOfRoutesMayBeBelowZero) {
  const auto route = parse_route4("x\t000012C6\t00000000\t1\t-1\t4294967295\t-5\t00FFFFFF\t-1\t0\t0");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->references, -1);
  EXPECT_EQ(route->use, -1);
  EXPECT_EQ(route->metric, -5);
}

TEST(KernelText, ALineCutShortIsNoRouteOfIPv6) {
  const std::string line =
      "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 "
      "00000100 "
      "00000003 00000000 00000001       v0";
  const auto route = parse_route6(line);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->length, 64U);
  EXPECT_EQ(route->metric, 256);
  EXPECT_EQ(route->interface, "v0");
  for (std::size_t size = 0; size < line.size() - 8; ++size) EXPECT_FALSE(parse_route6(line.substr(0, size))) << size;
}

TEST(KernelText, NamesOfDevicesMayTouchTheirNumbers) {
  const auto counters = parse_device_counters("fifteen-letters:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16");
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->interface, "fifteen-letters");
  EXPECT_EQ(counters->received.packets, 2U);
  EXPECT_EQ(counters->frame, 6U);
  EXPECT_EQ(counters->received.compressed, 7U);
  EXPECT_EQ(counters->sent.bytes, 9U);
  EXPECT_EQ(counters->collisions, 14U);
  EXPECT_EQ(counters->carrier, 15U);
  EXPECT_EQ(counters->sent.compressed, 16U);
  EXPECT_FALSE(parse_device_counters("eth0: 1 2 3"));
  EXPECT_FALSE(parse_device_counters(" face |bytes    packets"));
  EXPECT_FALSE(parse_device_counters(":1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"));
}

TEST(KernelText, ConnectionsWithoutPortsOrTimeAreConnections) {
  const auto gre = parse_connection(
      "ipv4 2 gre 47 29 timeout=30, stream_timeout=180 src=1.2.3.4 dst=5.6.7.8 srckey=0x0 "
      "dstkey=0x0 src=5.6.7.8 dst=9.9.9.9 srckey=0x0 dstkey=0x0 use=2");
  ASSERT_TRUE(gre);
  EXPECT_EQ(gre->protocol, "gre");
  EXPECT_EQ(gre->expires, 29U);
  EXPECT_TRUE(is_translated(*gre));
  EXPECT_FALSE(parse_connection("ipv4 2 tcp 6 10 src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2"));
  EXPECT_FALSE(parse_connection("ipv4 2 tcp 6 10 src=1.2.3 dst=5.6.7.8 src=5.6.7.8 dst=1.2.3.4"));
}

TEST(KernelText, CountersPairUpWithTheirValues) {
  const CounterText text = parse_counter_rows("\n\nIp: A  B C\nIp: 1 2\n");
  ASSERT_EQ(text.sections.size(), 1U);
  EXPECT_TRUE(text.whole);
  ASSERT_EQ(text.sections[0].counters.size(), 2U);
  EXPECT_EQ(text.sections[0].counters[1].name, "B");
  EXPECT_EQ(text.sections[0].counters[1].value, 2U);
  EXPECT_FALSE(parse_counter_rows("Ip: A\n").whole);
}

RC_GTEST_PROP(KernelText, AnyTextIsTakenApartWithoutHarm, (const std::string& text)) {
  for (const std::string_view line : lines_of(text)) {
    (void)parse_route4(line);
    (void)parse_route6(line);
    (void)parse_device_counters(line);
    (void)parse_address6(line);
    (void)parse_igmp6(line);
    (void)parse_connection(line);
  }
  (void)parse_igmp(text);
  (void)parse_counter_rows(text);
  (void)parse_counter_lines(text);
}

}  // namespace
}  // namespace portolan::netstat
