#include "report/scan/trace_texts.h"

#include <gtest/gtest.h>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

model::Hop hop(std::uint8_t ttl, std::string_view text, Duration time, std::string name = "") {
  return {ttl, address(text), std::move(name), time};
}
model::Hop silent(std::uint8_t ttl) { return {ttl, {}, {}, {}}; }

model::HostRecord traced(std::string_view text, std::vector<model::Hop> hops) {
  model::HostRecord host = host_on_link();
  host.address = address(text);
  host.trace = model::Trace{"tcp", net::Port{80}, std::move(hops)};
  return host;
}

TEST(TraceTexts, AreATableAsNmapPrintsIt) {
  TraceTexts texts;
  EXPECT_EQ(texts.tell(traced("198.18.64.1",
                              {hop(1, "198.18.1.2", 80us), silent(2), silent(3),
                               hop(4, "198.18.4.2", 1089370us, "four.test"), silent(5), hop(6, "198.18.64.1", 110us)}),
                       {}),
            "\n"
            "TRACEROUTE (using port 80/tcp)\n"
            "HOP RTT        ADDRESS\n"
            "1   0.08 ms    198.18.1.2\n"
            "2   ... 3\n"
            "4   1089.37 ms four.test (198.18.4.2)\n"
            "5   ...\n"
            "6   0.11 ms    198.18.64.1\n");
}

TEST(TraceTexts, HopsThatAHostAboveHasAsWellAreOneLine) {
  TraceTexts texts;
  const auto tell = [&texts](const model::HostRecord& host) { return texts.tell(host, {}); };
  tell(traced("198.18.64.1", {hop(1, "198.18.1.2", 1ms), silent(2), hop(3, "198.18.3.2", 1ms), silent(4),
                              hop(5, "198.18.64.1", 1ms)}));
  EXPECT_EQ(tell(traced("198.18.64.2", {hop(1, "198.18.1.2", 1ms), silent(2), hop(3, "198.18.3.2", 1ms), silent(4),
                                        hop(5, "198.18.64.2", 5ms)})),
            "\n"
            "TRACEROUTE (using port 80/tcp)\n"
            "HOP RTT     ADDRESS\n"
            "-   Hops 1-3 are the same as for 198.18.64.1\n"
            "4   ...\n"
            "5   5.00 ms 198.18.64.2\n");
  EXPECT_EQ(tell(traced("198.18.65.1", {hop(1, "198.18.1.2", 1ms), hop(2, "198.18.65.1", 3ms)})),
            "\n"
            "TRACEROUTE (using port 80/tcp)\n"
            "HOP RTT     ADDRESS\n"
            "-   Hop 1 is the same as for 198.18.64.1\n"
            "2   3.00 ms 198.18.65.1\n");
  EXPECT_EQ(tell(traced("198.18.66.1", {hop(1, "198.18.1.9", 1ms), silent(2), hop(3, "198.18.3.2", 1ms)})),
            "\n"
            "TRACEROUTE (using port 80/tcp)\n"
            "HOP RTT     ADDRESS\n"
            "1   1.00 ms 198.18.1.9\n"
            "2   ...\n"
            "3   1.00 ms 198.18.3.2\n"
            "The host itself did not answer this.\n")
      << "a router at the same place of a way that began elsewhere is no shared way";
}

TEST(TraceTexts, SayThatAHostWasNotReachedUnlessNmapIsAskedFor) {
  const auto host = traced("198.18.66.1", {hop(1, "198.18.1.9", 1ms), silent(2), silent(3)});
  EXPECT_TRUE(TraceTexts{}.tell(host, {}).ends_with("\n2   ... 3\nThe host itself did not answer this.\n"));
  ReportOptions nmap;
  nmap.dialect = Dialect::nmap;
  EXPECT_TRUE(TraceTexts{}.tell(host, nmap).ends_with("\n2   ... 3\n"));
}

TEST(TraceTexts, NameTheProtocolWhereItHasNoPorts) {
  TraceTexts texts;
  model::HostRecord host = traced("2001:db8::9", {hop(1, "2001:db8::9", 20us)});
  host.trace->port.reset();
  host.trace->protocol = "ipv6-icmp";
  EXPECT_TRUE(texts.tell(host, {}).starts_with("\nTRACEROUTE (using proto 58/ipv6-icmp)\nHOP RTT     ADDRESS\n"));
  host.trace->protocol.clear();
  EXPECT_TRUE(texts.tell(host, {}).starts_with("\nTRACEROUTE\nHOP "));
  host.trace.reset();
  EXPECT_EQ(texts.tell(host, {}), "");
}

TEST(TraceTexts, WhatCameFromTheNetworkIsEscaped) {
  TraceTexts texts;
  const std::string text = texts.tell(traced("198.18.64.1", {hop(1, "198.18.1.2", 1ms, "a\x1b[31m")}), {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

}  // namespace
}  // namespace portolan::report
