#include "sockets/filter/filter.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "diag_bytecode.h"
#include "sockets/filter/glob.h"

namespace portolan::sockets {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

FilterNames some_names() {
  FilterNames names;
  names.port = [](std::string_view service) -> std::optional<std::uint32_t> {
    if (service == "ssh") return 22;
    if (service == "http-alt") return 8080;
    return std::nullopt;
  };
  names.addresses = [](std::string_view host) -> Result<std::vector<net::IpAddress>> {
    if (host == "localhost") return std::vector{address("127.0.0.1"), address("::1"), address("127.0.0.1")};
    if (host == "four") return std::vector{address("10.0.0.1")};
    return fail(Errc::unresolved, fmt::format("'{}' has no address", host));
  };
  names.interface = [](std::string_view name) -> std::optional<std::uint32_t> {
    if (name == "lo") return 1;
    if (name == "eth0") return 2;
    return std::nullopt;
  };
  names.cgroup = [](std::string_view path) -> std::optional<std::uint64_t> {
    return path == "/system.slice" ? std::optional<std::uint64_t>{7} : std::nullopt;
  };
  names.user = [](std::string_view name) -> std::optional<std::uint32_t> {
    return name == "root" ? std::optional{0U} : std::nullopt;
  };
  return names;
}

Filter parsed(std::string_view text) {
  auto filter = Filter::parse(text, some_names());
  EXPECT_TRUE(filter.has_value()) << text << ": " << (filter ? "" : filter.error().message);
  return filter ? std::move(*filter) : Filter{};
}
std::string tree_of(std::string_view text) { return parsed(text).text(); }
std::string error_of(std::string_view text) {
  const auto filter = Filter::parse(text, some_names());
  return filter ? fmt::format("no error, but {}", filter->text()) : filter.error().message;
}

Row ip_row(std::string_view local, std::uint32_t local_port, std::string_view remote = "0.0.0.0",
           std::uint32_t remote_port = 0) {
  Row row;
  row.protocol = SocketKind::tcp;
  row.local = address(local);
  row.remote = address(remote);
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.state = State::established;
  row.local_port = local_port;
  row.remote_port = remote_port;
  return row;
}
Row path_row(std::string_view path) {
  Row row;
  row.protocol = SocketKind::unix_domain;
  row.family = AddressFamily::unix_domain;
  row.state = State::closed;
  row.path = path;
  return row;
}

// --- words to a tree

struct Reading {
  std::string_view text;
  std::string_view tree;
};

class FilterReading : public testing::TestWithParam<Reading> {};

TEST_P(FilterReading, GivesThisTreeAndTheTreeReadAgainGivesItself) {
  EXPECT_EQ(tree_of(GetParam().text), GetParam().tree);
  EXPECT_EQ(tree_of(GetParam().tree), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Ports, FilterReading,
    testing::Values(Reading{"sport = :22", "sport = :22"}, Reading{"sport :22", "sport = :22"},
                    Reading{"sport 22", "sport = :22"}, Reading{"sport=22", "sport = :22"},
                    Reading{"sport == :ssh", "sport = :22"}, Reading{"sport eq ssh", "sport = :22"},
                    Reading{"sport=:0x16", "sport = :22"}, Reading{"SPORT EQ :22", "sport = :22"},
                    Reading{"sport = *:22", "sport = :22"}, Reading{"dport gt :1024", "dport >= :1025"},
                    Reading{"dport>:1024", "dport >= :1025"}, Reading{"dport lt :1024", "dport <= :1023"},
                    Reading{"dport < :0", "dport < :0"}, Reading{"dport > :65535", "dport > :65535"},
                    Reading{"dport ge :1024", "dport >= :1024"}, Reading{"dport geq 1024", "dport >= :1024"},
                    Reading{"dport >= 1024", "dport >= :1024"}, Reading{"dport le :9", "dport <= :9"},
                    Reading{"dport leq :9", "dport <= :9"}, Reading{"dport <= 9", "dport <= :9"},
                    Reading{"dport >= :0", "dport = *"}, Reading{"dport = *", "dport = *"},
                    Reading{"sport != :22", "(sport = * and (not sport = :22))"},
                    Reading{"sport ne :22", "(sport = * and (not sport = :22))"},
                    Reading{"sport neq :22", "(sport = * and (not sport = :22))"},
                    Reading{"sport = :8000-8100", "sport = :8000-8100"}, Reading{"sport = :http-alt", "sport = :8080"},
                    Reading{"sport = inet6:ssh", "(src inet6:* and sport = :22)"}));

INSTANTIATE_TEST_SUITE_P(
    Hosts, FilterReading,
    testing::Values(
        Reading{"src 10.0.0.1", "src 10.0.0.1"}, Reading{"src = 10.0.0.1", "src 10.0.0.1"},
        Reading{"src=10.0.0.1", "src 10.0.0.1"}, Reading{"src eq 10.0.0.1", "src 10.0.0.1"},
        Reading{"dst 10.0.0.0/8", "dst 10.0.0.0/8"}, Reading{"dst 10/8", "dst 10.0.0.0/8"},
        Reading{"dst 172.16/12", "dst 172.16.0.0/12"}, Reading{"dst 10.1.2.3/8", "dst 10.0.0.0/8"},
        Reading{"dst 10.0.0.0/255.0.0.0", "dst 10.0.0.0/8"}, Reading{"dst 10/8:22", "(dst 10.0.0.0/8 and dport = :22)"},
        Reading{"src :22", "(src * and sport = :22)"}, Reading{"src *:ssh", "(src * and sport = :22)"},
        Reading{"src 10.0.0.1:*", "src 10.0.0.1"}, Reading{"src *:*", "src *"}, Reading{"src any", "src *"},
        Reading{"dst [::1]:443", "(dst [::1] and dport = :443)"},
        Reading{"dst [2001:db8::/32]:443", "(dst [2001:db8::]/32 and dport = :443)"},
        Reading{"dst [2001:db8::]/32:443", "(dst [2001:db8::]/32 and dport = :443)"},
        Reading{"dst [2001:db8::]/32", "dst [2001:db8::]/32"}, Reading{"src [fe80::1%eth0]", "src [fe80::1%2]"},
        Reading{"src [::ffff:10.0.0.1]", "src [::ffff:10.0.0.1]"}, Reading{"src inet:*", "src inet:*"},
        Reading{"src inet:10.0.0.1", "src inet:10.0.0.1"}, Reading{"src inet6:[::1]", "src inet6:[::1]"},
        Reading{"src localhost", "(src 127.0.0.1 or src [::1])"}, Reading{"src inet6:localhost", "src inet6:[::1]"},
        Reading{"src localhost:ssh", "((src 127.0.0.1 or src [::1]) and sport = :22)"},
        Reading{"src != 10/8", "(src * and (not src 10.0.0.0/8))"}));

INSTANTIATE_TEST_SUITE_P(
    OtherFamilies, FilterReading,
    testing::Values(Reading{"src unix:/run/*", "src unix:/run/*"}, Reading{"src /run/*", "src unix:/run/*"},
                    Reading{"src @tmp", "src unix:@tmp"}, Reading{"src unix:'a b'", "src unix:'a b'"},
                    Reading{"src unix:\"a'b\"", "src unix:'a'\"'b\""}, Reading{"src unix:", "src unix:"},
                    Reading{"src unix:a\\ b", "src unix:'a\\ b'"},
                    Reading{"src != unix:/run/*", "(src unix:* and (not src unix:/run/*))"},
                    Reading{"src link:ip", "src link:2048:*"}, Reading{"src link:IP:lo", "src link:2048:1"},
                    Reading{"src packet:*:eth0", "src link:*:2"}, Reading{"src link:0x88cc", "src link:35020:*"},
                    Reading{"src netlink:rtnl:kernel", "src netlink:0:0"},
                    Reading{"src netlink:*:kernel", "src netlink:*:0"}, Reading{"src netlink:16", "src netlink:16:*"},
                    Reading{"dst vsock:2:5555", "dst vsock:2:5555"}, Reading{"src vsock:*:22", "src vsock:*:22"},
                    Reading{"src != vsock:2", "(src vsock:*:* and (not src vsock:2:*))"}));

INSTANTIATE_TEST_SUITE_P(
    OtherTests, FilterReading,
    testing::Values(Reading{"dev = eth0", "dev = 2"}, Reading{"dev eth0", "dev = 2"}, Reading{"dev 9", "dev = 9"},
                    Reading{"dev != lo", "((src * or src link:*:*) and (not dev = 1))"},
                    Reading{"fwmark = 0x1/0x3", "fwmark = 0x1/0x3"}, Reading{"fwmark 5", "fwmark = 0x5/0xffffffff"},
                    Reading{"cgroup = /system.slice", "cgroup = 7"}, Reading{"cgroup 12", "cgroup = 12"},
                    Reading{"autobound", "autobound"}, Reading{"proto tcp", "proto = tcp"},
                    Reading{"proto != UNIX", "(not proto = unix)"}, Reading{"user root", "uid = 0"},
                    Reading{"user 1000", "uid = 1000"}, Reading{"user != root", "(uid = * and (not uid = 0))"},
                    Reading{"uid >= 1000", "uid >= 1000"}, Reading{"uid < 1000", "uid <= 999"},
                    Reading{"pid = 812", "pid = 812"}, Reading{"pid != 812", "(not pid = 812)"}, Reading{"", ""},
                    Reading{" \t ", ""}));

INSTANTIATE_TEST_SUITE_P(
    States, FilterReading,
    testing::Values(Reading{"state established", "state established"}, Reading{"state ESTAB", "state established"},
                    Reading{"state LISTEN", "state listening"}, Reading{"state listen", "state listening"},
                    Reading{"state TIME-WAIT", "state time-wait"}, Reading{"state TIME_WAIT", "state time-wait"},
                    Reading{"state FIN_WAIT1", "state fin-wait-1"}, Reading{"state fin-wait-2", "state fin-wait-2"},
                    Reading{"state SYN_RECV", "state syn-recv"}, Reading{"state UNCONN", "state closed"},
                    Reading{"state = closed", "state closed"}, Reading{"state all", "state all"},
                    Reading{"state bucket", "state syn-recv state time-wait"},
                    Reading{"state big", "exclude syn-recv exclude time-wait"},
                    Reading{"exclude listening", "exclude listening"}, Reading{"excl listening", "exclude listening"},
                    Reading{"state time-wait state established", "state established state time-wait"},
                    Reading{"state all exclude listening", "exclude listening"},
                    Reading{"exclude listening state listening", "state all"},
                    Reading{"state listening exclude listening", "exclude all"},
                    Reading{"state listening sport = :22", "(state listening and sport = :22)"},
                    Reading{"sport = :22 state listening", "(sport = :22 and state listening)"}));

INSTANTIATE_TEST_SUITE_P(
    Expressions, FilterReading,
    testing::Values(
        Reading{"sport = :1 and sport = :2", "(sport = :1 and sport = :2)"},
        Reading{"sport = :1 sport = :2", "(sport = :1 and sport = :2)"},
        Reading{"sport = :1 & sport = :2 && sport = :3", "(sport = :1 and sport = :2 and sport = :3)"},
        Reading{"sport=:1&sport=:2|sport=:3||sport=:4", "((sport = :1 and sport = :2) or sport = :3 or sport = :4)"},
        Reading{"sport = :1 or sport = :2 and sport = :3", "(sport = :1 or (sport = :2 and sport = :3))"},
        Reading{"sport = :1 or sport = :2 sport = :3", "(sport = :1 or (sport = :2 and sport = :3))"},
        Reading{"( sport = :1 or sport = :2 ) and sport = :3", "((sport = :1 or sport = :2) and sport = :3)"},
        Reading{"(sport = :1 or sport = :2)sport = :3", "((sport = :1 or sport = :2) and sport = :3)"},
        Reading{"sport = :1(sport = :2)", "(sport = :1 and sport = :2)"},
        Reading{"not sport = :1 sport = :2", "((not sport = :1) and sport = :2)"},
        Reading{"!sport = :1", "(not sport = :1)"}, Reading{"! ( sport = :1 )", "(not sport = :1)"},
        Reading{"not not sport = :1", "sport = :1"}, Reading{"!!!sport = :1", "(not sport = :1)"},
        Reading{"NOT sport = :1 OR dport = :2", "((not sport = :1) or dport = :2)"}));

// --- mistakes

TEST(FilterMistake, UnknownTestIsQuotedWithItsLikelyMeaningAndItsPlace) {
  EXPECT_EQ(error_of("sport = :1 and snort = :22"),
            "in the filter, 'snort' is unknown; did you mean 'sport'?\n"
            "  sport = :1 and snort = :22\n"
            "                 ^");
}

TEST(FilterMistake, UnknownStateIsQuotedWithItsLikelyMeaning) {
  EXPECT_THAT(error_of("state lissening"),
              StartsWith("in the filter, 'lissening' is no state; did you mean 'listening'?"));
  EXPECT_THAT(error_of("state xyzzy"), HasSubstr("the states are established, syn-sent"));
}

TEST(FilterMistake, WhatIsMissingIsSaid) {
  EXPECT_THAT(error_of("sport ="), HasSubstr("'sport' lacks its value"));
  EXPECT_THAT(error_of("state"), HasSubstr("'state' lacks its value"));
  EXPECT_THAT(error_of("sport = :1 or"), HasSubstr("something is missing at the end"));
  EXPECT_THAT(error_of("()"), HasSubstr("a test is missing before ')'"));
  EXPECT_THAT(error_of("= :1"), HasSubstr("a test is missing before '='"));
  EXPECT_THAT(error_of("10.0.0.1:22"), HasSubstr("'10.0.0.1:22' stands alone; say which end it is"));
}

TEST(FilterMistake, BracketsAndQuotesMustClose) {
  EXPECT_EQ(error_of("(sport = :1"), "in the filter, this ( is not closed\n  (sport = :1\n  ^");
  EXPECT_EQ(error_of("sport = :1)"), "in the filter, this ) closes no bracket\n  sport = :1)\n            ^");
  EXPECT_THAT(error_of("src unix:'a"), HasSubstr("this quote is not closed"));
}

TEST(FilterMistake, NumbersOutOfRangeAreRefused) {
  for (const std::string_view text :
       {"sport = :65536",     "sport = :-1",     "sport = :022",       "sport = :9-1",         "sport > :1-9",
        "sport > *",          "src 10.0.0.0/33", "src 10/255.0.255.0", "src [::]/129",         "src 10.1",
        "src 010.0.0.1",      "src 10.0.0.1.2",  "fwmark = x",         "fwmark = 0x100000000", "uid = -1",
        "uid = root",         "pid = 0x",        "src vsock:x",        "src link:nosuch",      "src netlink:nosuch",
        "src netlink:rtnl:x", "src inet:[::1]",  "src inet6:four"}) {
    EXPECT_THAT(error_of(text), StartsWith("in the filter, ")) << text;
  }
}

TEST(FilterMistake, WhatCannotBeAskedIsRefused) {
  EXPECT_THAT(error_of("src > 10.0.0.1"), HasSubstr("'src' can only be compared with = and !="));
  EXPECT_THAT(error_of("dst unix:/run/x"), HasSubstr("whose other end the kernel does not name"));
  EXPECT_THAT(error_of("src 1:2:3"), HasSubstr("put an IPv6 address into brackets"));
  EXPECT_THAT(error_of("src localhost/8"), HasSubstr("only addresses take the length of a prefix"));
  EXPECT_THAT(error_of("src tipc:1"), HasSubstr("TIPC and XDP sockets are not listed"));
  EXPECT_THAT(error_of("dev nosuch"), HasSubstr("there is no network interface 'nosuch'"));
  EXPECT_THAT(error_of("user nobody"), HasSubstr("there is no user 'nobody'"));
  EXPECT_THAT(error_of("cgroup /nosuch"), HasSubstr("there is no control group '/nosuch'"));
  EXPECT_THAT(error_of("proto tpc"), HasSubstr("did you mean 'tcp'?"));
}

TEST(FilterMistake, NameWithoutAddressKeepsTheResolversCode) {
  const auto filter = Filter::parse("src nosuch", some_names());
  ASSERT_FALSE(filter.has_value());
  EXPECT_EQ(filter.error().code, Errc::unresolved);
  EXPECT_EQ(filter.error().message, "in the filter, 'nosuch' has no address\n  src nosuch\n      ^");
}

TEST(FilterMistake, HostileTextIsInertAndTheMarkStandsUnderIt) {
  EXPECT_EQ(error_of("src unix:\x1b[31m snort\n"),
            "in the filter, 'snort' is unknown; did you mean 'sport'?\n"
            "  src unix:\\x1B[31m snort\\x0A\n"
            "                    ^");
  EXPECT_EQ(error_of("src unix:\u00e4\u00f6 snort"),
            "in the filter, 'snort' is unknown; did you mean 'sport'?\n"
            "  src unix:\u00e4\u00f6 snort\n"
            "              ^");
}

TEST(FilterMistake, OnlyThePartAroundThePlaceIsShownOfALongText) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "sport = :1 or ";
  const std::string message = error_of(text + "snort " + text);
  EXPECT_LT(message.size(), 250U);
  EXPECT_THAT(message, HasSubstr("\n  ..."));
  const auto lines = message.substr(message.find('\n') + 1);
  const auto mark = lines.size() - lines.find('\n') - 2;
  EXPECT_EQ(lines.substr(mark, 5), "snort");
}

TEST(FilterMistake, DeepNestingIsRefusedBeforeTheStackRunsOut) {
  EXPECT_EQ(tree_of(std::string(256, '(') + "sport = :1" + std::string(256, ')')), "sport = :1");
  EXPECT_THAT(error_of(std::string(257, '(') + "sport = :1" + std::string(257, ')')),
              HasSubstr("brackets are nested deeper than 256 levels"));
  EXPECT_THAT(error_of(std::string(1'000'000, '(')), HasSubstr("brackets are nested deeper than 256 levels"));
  EXPECT_EQ(tree_of(std::string(1'000'000, '!') + "sport = :1"), "sport = :1");
  EXPECT_THAT(error_of(std::string(2'000'000, '!')), HasSubstr("longer than"));
  std::string row_of_brackets;
  for (int i = 0; i < 300; ++i) row_of_brackets += "(sport = :1)";
  EXPECT_THAT(tree_of(row_of_brackets), StartsWith("(sport = :1 and sport = :1"));
  std::string chain = "sport = :1";
  for (int i = 0; i < 255; ++i) chain = "!(" + chain + " or dport = :2)";
  const Filter deep = parsed(chain);
  EXPECT_EQ(audit(deep.bytecode()), "");
  EXPECT_EQ(deep.matches(ip_row("10.0.0.1", 1)), lets_pass(deep.bytecode(), ip_row("10.0.0.1", 1)));
}

// --- a row

TEST(FilterMatch, EmptyFilterLetsEverythingPass) {
  EXPECT_TRUE(Filter{}.matches(Row{}));
  EXPECT_TRUE(parsed("").matches(path_row("/run/x")));
  EXPECT_TRUE(Filter{}.bytecode().empty());
  EXPECT_TRUE(Filter{}.bytecode_is_exact());
  EXPECT_EQ(Filter{}.states(), all_states);
  EXPECT_FALSE(Filter{}.names_states());
}

struct Verdict {
  std::string_view text;
  bool v4;      // 10.0.0.1:22 to 192.0.2.7:50000
  bool v6;      // [2001:db8::1]:22 to [2001:db8::7]:50000
  bool mapped;  // [::ffff:10.0.0.1]:22 to [::ffff:192.0.2.7]:50000
};

class FilterMatches : public testing::TestWithParam<Verdict> {};

TEST_P(FilterMatches, TheseRows) {
  const auto& [text, v4, v6, mapped] = GetParam();
  const Filter filter = parsed(text);
  EXPECT_EQ(filter.matches(ip_row("10.0.0.1", 22, "192.0.2.7", 50000)), v4);
  EXPECT_EQ(filter.matches(ip_row("2001:db8::1", 22, "2001:db8::7", 50000)), v6);
  EXPECT_EQ(filter.matches(ip_row("::ffff:10.0.0.1", 22, "::ffff:192.0.2.7", 50000)), mapped);
  EXPECT_FALSE(filter.matches(path_row("/run/x")));
}

INSTANTIATE_TEST_SUITE_P(
    Ip, FilterMatches,
    testing::Values(Verdict{"sport = :22", true, true, true}, Verdict{"dport = :22", false, false, false},
                    Verdict{"sport != :22", false, false, false}, Verdict{"sport != :23", true, true, true},
                    Verdict{"dport >= :50000", true, true, true}, Verdict{"dport > :50000", false, false, false},
                    Verdict{"dport < :50000", false, false, false}, Verdict{"dport <= :50000", true, true, true},
                    Verdict{"dport = :50000-50001", true, true, true}, Verdict{"dport < :0", false, false, false},
                    Verdict{"dport > :65535", false, false, false}, Verdict{"src 10/8", true, false, true},
                    Verdict{"src inet:10/8", true, false, false}, Verdict{"src inet:*", true, false, false},
                    Verdict{"src inet6:*", false, true, true}, Verdict{"src 0.0.0.0/0", true, false, true},
                    Verdict{"src [::]/0", false, true, true}, Verdict{"dst 10/8", false, false, false},
                    Verdict{"dst 192.0.2.7:50000", true, false, true}, Verdict{"dst 192.0.2.7:1", false, false, false},
                    Verdict{"src [::ffff:10.0.0.1]", false, false, true},
                    Verdict{"src [2001:db8::]/64", false, true, false}, Verdict{"src *", true, true, true},
                    Verdict{"src != 10/8", false, true, false},
                    Verdict{"src 10/8 or src [2001:db8::1]", true, true, true},
                    Verdict{"src 10/8 and dst 10/8", false, false, false}, Verdict{"src *:22", true, true, true},
                    Verdict{"state established sport = :22", true, true, true},
                    Verdict{"state listening sport = :22", false, false, false},
                    Verdict{"proto udp", false, false, false}, Verdict{"proto tcp", true, true, true}));

TEST(FilterMatch, ZoneOfAnAddressIsTheInterfaceTheSocketIsBoundTo) {
  Row row = ip_row("fe80::1", 22, "::");
  row.interface = 2;
  EXPECT_TRUE(parsed("src [fe80::1%eth0]").matches(row));
  EXPECT_TRUE(parsed("src [fe80::1]").matches(row));
  EXPECT_FALSE(parsed("src [fe80::1%lo]").matches(row));
}

TEST(FilterMatch, DeviceMarkAndControlGroup) {
  Row row = ip_row("10.0.0.1", 22);
  row.interface = 2;
  row.mark = 5;
  row.cgroup = 7;
  for (const auto* text : {"dev eth0", "dev != lo", "fwmark = 5", "fwmark = 1/3", "cgroup /system.slice"}) {
    EXPECT_TRUE(parsed(text).matches(row)) << text;
    EXPECT_FALSE(parsed(text).matches(path_row(""))) << text;
  }
  for (const auto* text : {"dev lo", "dev != eth0", "fwmark = 1", "fwmark != 5", "fwmark = 7/3", "cgroup != 7"}) {
    EXPECT_FALSE(parsed(text).matches(row)) << text;
  }
  EXPECT_TRUE(parsed("fwmark = 0").matches(ip_row("10.0.0.1", 22)));
}

TEST(FilterMatch, UserAndProcess) {
  Row row = path_row("/run/x");
  const std::array holders{Holder{.pid = 5, .fd = 3}, Holder{.pid = 812, .fd = 4}};
  row.holders = holders;
  EXPECT_FALSE(parsed("user != root").matches(row));  // not known
  EXPECT_FALSE(parsed("user root").matches(row));
  row.has_user = true;
  row.user = 1000;
  for (const auto* text :
       {"uid = 1000", "uid >= 1000", "uid > 999", "user != root", "pid 812", "pid = 5", "pid != 6"}) {
    EXPECT_TRUE(parsed(text).matches(row)) << text;
  }
  for (const auto* text : {"user root", "uid < 1000", "uid != 1000", "pid 6", "pid != 812"}) {
    EXPECT_FALSE(parsed(text).matches(row)) << text;
  }
}

TEST(FilterMatch, PathsOfUnixSocketsArePatternsWithoutCase) {
  using namespace std::literals;
  EXPECT_TRUE(parsed("src unix:/RUN/*.sock").matches(path_row("/run/a/b.sock")));
  EXPECT_FALSE(parsed("src unix:/run/*.sock").matches(path_row("/run/a/b.socket")));
  EXPECT_TRUE(parsed("src unix:@dbus*").matches(path_row("\0dbus\0x"sv)));
  EXPECT_FALSE(parsed("src unix:dbus*").matches(path_row("\0dbus"sv)));
  EXPECT_TRUE(parsed("src unix:*").matches(path_row("")));
  EXPECT_FALSE(parsed("src unix:*").matches(ip_row("10.0.0.1", 1)));
  EXPECT_TRUE(parsed("src unix:'/a b'").matches(path_row("/a b")));
  EXPECT_TRUE(parsed("src unix:\\*").matches(path_row("*")));
  EXPECT_FALSE(parsed("src unix:\\*").matches(path_row("x")));
  EXPECT_FALSE(parsed("src != unix:/run/*").matches(path_row("/run/x")));
  EXPECT_TRUE(parsed("src != unix:/run/*").matches(path_row("/tmp/x")));
}

TEST(FilterMatch, AutoboundIsAPortOfTheEphemeralRangeOrNoNameOfItsOwn) {
  using namespace std::literals;
  EXPECT_TRUE(parsed("autobound").matches(ip_row("10.0.0.1", 32768)));
  EXPECT_TRUE(parsed("autobound").matches(ip_row("10.0.0.1", 60999)));
  EXPECT_FALSE(parsed("autobound").matches(ip_row("10.0.0.1", 61000)));
  EXPECT_TRUE(parsed("autobound").matches(path_row("")));
  EXPECT_TRUE(parsed("autobound")
                  .matches(path_row("\0"
                                    "0a3f9"sv)));
  EXPECT_FALSE(parsed("autobound")
                   .matches(path_row("\0"
                                     "0a3fg"sv)));
  EXPECT_FALSE(parsed("autobound")
                   .matches(path_row("\0"
                                     "0a3"sv)));
  EXPECT_FALSE(parsed("autobound").matches(path_row("/run/x")));
}

TEST(FilterMatch, PacketNetlinkAndVsockSockets) {
  Row packet;
  packet.protocol = SocketKind::packet;
  packet.family = AddressFamily::packet;
  packet.local_port = 0x0800;
  packet.interface = 1;
  for (const auto* text :
       {"src link:ip", "src link:ip:lo", "src link:*:lo", "src link:0x800", "dev lo", "dev != eth0"}) {
    EXPECT_TRUE(parsed(text).matches(packet)) << text;
  }
  for (const auto* text : {"src link:arp", "src link:ip:eth0", "sport = :2048", "src != link:ip", "src *"}) {
    EXPECT_FALSE(parsed(text).matches(packet)) << text;
  }
  Row netlink;
  netlink.protocol = SocketKind::netlink;
  netlink.family = AddressFamily::netlink;
  netlink.netlink_family = 16;
  netlink.local_port = 99;
  EXPECT_TRUE(parsed("src netlink:genl:99").matches(netlink));
  EXPECT_FALSE(parsed("src netlink:genl:kernel").matches(netlink));
  EXPECT_FALSE(parsed("src netlink:rtnl").matches(netlink));
  EXPECT_FALSE(parsed("sport = :99").matches(netlink));
  Row vsock;
  vsock.protocol = SocketKind::vsock;
  vsock.family = AddressFamily::vsock;
  vsock.local_cid = 2;
  vsock.local_port = 70000;
  vsock.remote_cid = 3;
  EXPECT_TRUE(parsed("src vsock:2:70000").matches(vsock));
  EXPECT_TRUE(parsed("dst vsock:3").matches(vsock));
  EXPECT_FALSE(parsed("src vsock:3").matches(vsock));
  EXPECT_TRUE(parsed("sport > :65535").matches(vsock));
}

// --- what is asked of the kernel

TEST(FilterStates, AreTheStatesThatAMatchingRowCanHave) {
  const StateMask listening = mask_of(State::listen);
  const StateMask syn_recv = mask_of(State::syn_recv) | mask_of(State::new_syn_recv);
  EXPECT_EQ(parsed("state listening").states(), listening);
  EXPECT_EQ(parsed("state listening and sport = :22").states(), listening);
  EXPECT_EQ(parsed("state listening or sport = :22").states(), all_states);
  EXPECT_EQ(parsed("not state listening").states(), ~listening);
  EXPECT_EQ(parsed("not ( state listening or sport = :22 )").states(), ~listening);
  EXPECT_EQ(parsed("not ( state listening and sport = :22 )").states(), all_states);
  EXPECT_EQ(parsed("state listening or state syn-recv").states(), listening | syn_recv);
  EXPECT_EQ(parsed("state syn-recv").states(), syn_recv);
  EXPECT_EQ(parsed("exclude syn-recv").states(), ~syn_recv);
  EXPECT_EQ(parsed("state bucket").states(), syn_recv | mask_of(State::time_wait));
  EXPECT_EQ(parsed("state listening and state established").states(), 0U);
}

// The masks that ss 6.1 sends, in the twelve bits that it knows.
TEST(FilterStates, GroupsAreThoseOfSs) {
  constexpr StateMask known = 0xffe;
  EXPECT_EQ(parsed("state all").states() & known, 0xffeU);
  EXPECT_EQ(parsed("state connected").states() & known & ~mask_of(State::unknown), 0xb7eU);
  EXPECT_EQ(parsed("state synchronized").states() & known, 0xb7aU);
  EXPECT_EQ(parsed("state bucket").states() & known, 0x048U);
  EXPECT_EQ(parsed("state big").states() & known, 0xfb6U);
  EXPECT_EQ(parsed("exclude listening").states() & known, 0xbfeU);
}

TEST(FilterStates, RequestOfAListenerIsInSynRecv) {
  Row row = ip_row("10.0.0.1", 22);
  row.state = State::new_syn_recv;
  EXPECT_TRUE(parsed("state syn-recv").matches(row));
  EXPECT_FALSE(parsed("exclude syn-recv").matches(row));
}

TEST(FilterStates, AreNamedOrNot) {
  EXPECT_TRUE(parsed("sport = :22 or ! state all").names_states());
  EXPECT_FALSE(parsed("sport = :22 or autobound").names_states());
}

TEST(FilterNeeds, FollowFromTheTestsInIt) {
  EXPECT_TRUE(parsed("not ( sport = :1 or fwmark 1 )").needs().mark);
  EXPECT_TRUE(parsed("cgroup 7").needs().cgroup);
  EXPECT_TRUE(parsed("pid 7").needs().holders);
  const FilterNeeds none = parsed("sport = :1 user root state all").needs();
  EXPECT_FALSE(none.mark || none.cgroup || none.holders);
}

TEST(FilterMayMatch, KnowsWhichKindsOfSocketsCannot) {
  EXPECT_TRUE(parsed("sport = :22").may_match(SocketKind::tcp));
  EXPECT_TRUE(parsed("sport = :22").may_match(SocketKind::vsock));
  EXPECT_FALSE(parsed("sport = :22").may_match(SocketKind::unix_domain));
  EXPECT_TRUE(parsed("not sport = :22").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("sport != :22").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("proto udp").may_match(SocketKind::tcp));
  EXPECT_FALSE(parsed("not src *").may_match(SocketKind::tcp));
  EXPECT_TRUE(parsed("src unix:*").may_match(SocketKind::unix_domain));
  EXPECT_FALSE(parsed("src unix:*").may_match(SocketKind::udp));
  EXPECT_TRUE(parsed("state listening").may_match(SocketKind::packet));
  EXPECT_TRUE(parsed("proto unix or sport = :22").may_match(SocketKind::unix_domain));
}

bool is_exact(std::string_view text) { return parsed(text).bytecode_is_exact(); }

TEST(FilterBytecode, IsExactWhereTheKernelKnowsEverythingThatIsAsked) {
  for (const auto* text : {"sport = :22", "src 10/8 or not dst [::1]:443", "state listening and sport = :22", "dev lo",
                           "state listening state established", "fwmark 1", "cgroup 7", "autobound", "src inet:*",
                           "src unix:*", "( state listening and ( sport = :1 and state all ) )"}) {
    EXPECT_TRUE(is_exact(text)) << text;
  }
  for (const auto* text : {"user root", "pid 5", "proto tcp", "state listening or sport = :22", "not state listening",
                           "sport = :22 user root"}) {
    EXPECT_FALSE(is_exact(text)) << text;
  }
}

TEST(FilterBytecode, IsExactWhereWhatItDoesNotKnowCannotMatter) {
  EXPECT_TRUE(is_exact("user root and src unix:*"));
  EXPECT_TRUE(is_exact("sport = :22 or ( user root and src unix:* )"));
  EXPECT_TRUE(is_exact("sport = :22 and not ( user root and src unix:* )"));
}

TEST(FilterBytecode, WhatTheKernelDoesNotKnowLeavesTheRestOfTheProgram) {
  EXPECT_EQ(parsed("sport = :22 user root").bytecode(), parsed("sport = :22").bytecode());
  EXPECT_TRUE(parsed("sport = :22 or user root").bytecode().empty());
  EXPECT_EQ(parsed("sport = :22 and not ( dport = :1 and user root )").bytecode(), parsed("sport = :22").bytecode());
  EXPECT_EQ(parsed("sport = :22 and not ( dport = :1 or user root )").bytecode(),
            parsed("sport = :22 and not dport = :1").bytecode());
}

TEST(FilterBytecode, ProgramThatLetsNothingPassIsOneJump) {
  const auto program = parsed("src unix:*").bytecode();
  EXPECT_EQ(audit(program), "");
  EXPECT_EQ(program.size(), 4U);
  EXPECT_FALSE(lets_pass(program, ip_row("10.0.0.1", 22)));
}

TEST(FilterBytecode, LongestProgramIsWhatSixteenBitsReach) {
  const auto chain_of = [](int tests) {
    std::string text = "sport = :1";
    for (int i = 1; i < tests; ++i) text += " dport = :2";
    return parsed(text);
  };
  const Filter longest = chain_of(65528 / 8);
  EXPECT_EQ(longest.bytecode().size(), 65528U);
  EXPECT_EQ(audit(longest.bytecode()), "");
  EXPECT_TRUE(longest.bytecode_is_exact());
  const Filter longer = chain_of(65528 / 8 + 1);
  EXPECT_TRUE(longer.bytecode().empty());
  EXPECT_FALSE(longer.bytecode_is_exact());
  EXPECT_TRUE(longer.matches(ip_row("10.0.0.1", 1, "10.0.0.1", 2)));
}

// --- words of a command line

TEST(FilterLine, AWordWithBlanksWhereAValueStandsIsOneValue) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(filter_text_of(Words{"src", "unix:/run/my sock"}), "src \"unix:/run/my sock\"");
  EXPECT_EQ(filter_text_of(Words{"sport = :22 or sport = :80"}), "sport = :22 or sport = :80");
  EXPECT_EQ(filter_text_of(Words{"(", "src", "10.0.0.0/8)"}), "( src 10.0.0.0/8)");
  EXPECT_EQ(filter_text_of({}), "");
}

TEST(FilterLine, WhatIsReadIsTheValueAsItWas) {
  for (const std::string path : {"/run/my sock", "/run/a \"b' c", "/a (b) & c", "/x  y"}) {
    Row row;
    row.protocol = SocketKind::unix_domain;
    row.family = AddressFamily::unix_domain;
    row.path = path;
    const std::vector<std::string> words{"src", "unix:" + path};
    EXPECT_TRUE(parsed(filter_text_of(words)).matches(row)) << path;
    row.path = "/other";
    EXPECT_FALSE(parsed(filter_text_of(words)).matches(row)) << path;
  }
}

TEST(FilterHosts, OddDashesAskNobody) {
  FilterNames names;
  names.addresses = [](std::string_view) -> Result<std::vector<net::IpAddress>> {
    ADD_FAILURE() << "a name server was asked";
    return fail(Errc::unresolved, "");
  };
  const auto filter = Filter::parse("dst a\u2013b", names);
  ASSERT_FALSE(filter);
  EXPECT_THAT(filter.error().message, HasSubstr("'a\u2013b' has an en dash (U+2013), which no host name has"));
}

TEST(FilterHosts, WithoutAPrefixAreWhatIsListed) {
  FilterNames names;
  names.addresses = [](std::string_view) -> Result<std::vector<net::IpAddress>> {
    ADD_FAILURE() << "a name server was asked";
    return fail(Errc::unresolved, "");
  };
  names.hosts = AddressFamily::unix_domain;
  EXPECT_EQ(Filter::parse("src *sock", names)->text(), Filter::parse("src unix:*sock", names)->text());
  EXPECT_EQ(Filter::parse("src foo", names)->text(), Filter::parse("src unix:foo", names)->text());
  names.hosts = AddressFamily::netlink;
  EXPECT_EQ(Filter::parse("src rtnl:1", names)->text(), Filter::parse("src netlink:rtnl:1", names)->text());
  names.hosts = AddressFamily::packet;
  EXPECT_EQ(Filter::parse("src arp", names)->text(), Filter::parse("src link:arp", names)->text());
  names.hosts = AddressFamily::vsock;
  EXPECT_EQ(Filter::parse("src 2:22", names)->text(), Filter::parse("src vsock:2:22", names)->text());
}

TEST(FilterHosts, IPv6NeedsNoBrackets) {
  EXPECT_EQ(parsed("src 2001:db8::/32").text(), parsed("src [2001:db8::/32]").text());
  EXPECT_EQ(parsed("dst ::1").text(), parsed("dst [::1]").text());
  EXPECT_EQ(parsed("src inet6:2001:db8::1").text(), parsed("src inet6:[2001:db8::1]").text());
  EXPECT_EQ(parsed("src 2001:db8::/32:443").text(), parsed("src [2001:db8::/32]:443").text());
  EXPECT_EQ(parsed("src fe80::1%eth0").text(), parsed("src [fe80::1%eth0]").text());
}

// --- the kernel's way and ours

constexpr std::array<std::string_view, 11> some_addresses{
    "10.0.0.1", "10.0.0.2", "10.1.0.1",    "0.0.0.0",         "127.0.0.1",      "::",
    "::1",      "fe80::1",  "2001:db8::1", "::ffff:10.0.0.1", "::ffff:10.1.0.1"};
constexpr std::array<std::uint32_t, 9> some_ports{0, 1, 22, 80, 443, 32768, 60999, 61000, 65535};
constexpr std::array<std::string_view, 41> some_tests{"sport = :22",
                                                      "sport != :22",
                                                      "sport > :22",
                                                      "sport < :22",
                                                      "sport >= :80",
                                                      "sport <= :80",
                                                      "dport = :443",
                                                      "dport > :65535",
                                                      "dport < :0",
                                                      "dport = :22-443",
                                                      "src 10.0.0.1",
                                                      "src 10.0.0.1:22",
                                                      "src 10/8",
                                                      "src 10.1/16",
                                                      "src 0.0.0.0/0",
                                                      "src 10.0.0.0/30",
                                                      "src [::]",
                                                      "src [::]/0",
                                                      "src [fe80::/10]",
                                                      "src [fe80::1%eth0]",
                                                      "src [::ffff:10.0.0.1]",
                                                      "src [::ffff:0.0.0.0]/96",
                                                      "dst [2001:db8::/33]",
                                                      "dst 10/8",
                                                      "dst != 10/8",
                                                      "src inet:*",
                                                      "src inet6:*:22",
                                                      "src inet:10/8",
                                                      "src *:80",
                                                      "dst localhost",
                                                      "dev lo",
                                                      "dev != eth0",
                                                      "fwmark 1",
                                                      "fwmark != 0x2/0x2",
                                                      "fwmark = 7/3",
                                                      "cgroup 7",
                                                      "autobound",
                                                      "src unix:/x",
                                                      "src vsock:2",
                                                      "sport = inet6:22",
                                                      "src != localhost:22"};
constexpr std::array<std::string_view, 9> other_tests{
    "state established", "exclude listening", "state bucket",
    "user root",         "uid != 0",          "pid 5",
    "proto udp",         "proto != tcp",      "state listening state syn-recv"};

std::string random_expression(int depth) {
  const int kind = depth > 0 ? *rc::gen::inRange(0, 7) : *rc::gen::inRange(0, 3);
  switch (kind) {
    case 0:
    case 1:
      return std::string{*rc::gen::elementOf(some_tests)};
    case 2:
      return std::string{*rc::gen::elementOf(other_tests)};
    case 3:
      return "not ( " + random_expression(depth - 1) + " )";
    case 4:
      return "(" + random_expression(depth - 1) + ") or ! (" + random_expression(depth - 1) + ")";
    default:
      break;
  }
  const std::string_view between = kind == 5 ? " or " : " and ";
  std::string text = "( " + random_expression(depth - 1);
  for (int more = *rc::gen::inRange(1, 4); more > 0; --more) text.append(between).append(random_expression(depth - 1));
  return text + " )";
}

Row random_ip_row() {
  Row row;
  row.protocol = *rc::gen::element(SocketKind::tcp, SocketKind::udp, SocketKind::mptcp);
  row.local = address(*rc::gen::elementOf(some_addresses));
  do row.remote = address(*rc::gen::elementOf(some_addresses));
  while (row.remote.is_v4() != row.local.is_v4());
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.state = static_cast<State>(*rc::gen::inRange(1, 14));
  row.local_port = *rc::gen::elementOf(some_ports);
  row.remote_port = *rc::gen::elementOf(some_ports);
  row.interface = *rc::gen::inRange(0U, 4U);
  if (*rc::gen::arbitrary<bool>()) row.mark = *rc::gen::inRange(0U, 4U);
  if (*rc::gen::arbitrary<bool>()) row.cgroup = *rc::gen::element<std::uint64_t>(0, 7, 9);
  row.has_user = *rc::gen::arbitrary<bool>();
  row.user = *rc::gen::element(0U, 1000U);
  return row;
}

RC_GTEST_PROP(FilterBytecode, AgreesWithTheTreeOnEveryRow, ()) {
  const std::string text = random_expression(3);
  RC_LOG(text);
  const Filter filter = parsed(text);
  const auto program = filter.bytecode();
  RC_ASSERT(program.empty() || audit(program).empty());
  static constexpr std::array holder{Holder{.pid = 5, .fd = 3}};
  for (int i = 0; i < 20; ++i) {
    Row row = random_ip_row();
    if (*rc::gen::arbitrary<bool>()) row.holders = holder;
    const bool passes = mask_lets_pass(filter.states(), row) && lets_pass(program, row);
    if (filter.bytecode_is_exact()) {
      RC_ASSERT(passes == filter.matches(row));
    } else {
      RC_ASSERT(passes || !filter.matches(row));
    }
    RC_ASSERT(filter.may_match(row.protocol) || !filter.matches(row));
  }
}

RC_GTEST_PROP(FilterText, IsReadAsTheSameFilter, ()) {
  const std::string text = random_expression(4);
  RC_LOG(text);
  const Filter filter = parsed(text);
  const Filter again = parsed(filter.text());
  RC_ASSERT(again.text() == filter.text());
  RC_ASSERT(again.bytecode() == filter.bytecode());
  RC_ASSERT(again.states() == filter.states());
}

// --- patterns

TEST(Pattern, FitsAsAShellWouldSay) {
  EXPECT_TRUE(fits_pattern("", ""));
  EXPECT_FALSE(fits_pattern("", "a"));
  EXPECT_TRUE(fits_pattern("*", ""));
  EXPECT_TRUE(fits_pattern("a*c*e", "abcde"));
  EXPECT_FALSE(fits_pattern("a*c*e", "abcd"));
  EXPECT_TRUE(fits_pattern("*ab", "aaab"));
  EXPECT_TRUE(fits_pattern("a?c", "abc"));
  EXPECT_FALSE(fits_pattern("a?c", "ac"));
  EXPECT_TRUE(fits_pattern("[a-c]x", "BX"));
  EXPECT_FALSE(fits_pattern("[!a-c]x", "bx"));
  EXPECT_TRUE(fits_pattern("[]]", "]"));
  EXPECT_TRUE(fits_pattern("[a-]", "-"));
  EXPECT_TRUE(fits_pattern("[a", "[a"));
  EXPECT_TRUE(fits_pattern("\\*", "*"));
  EXPECT_FALSE(fits_pattern("\\*", "a"));
  EXPECT_TRUE(fits_pattern("a\\", "a\\"));
  EXPECT_FALSE(fits_pattern(std::string(100, '*') + "b", std::string(100, 'a')));
  std::string stars;
  for (int i = 0; i < 50; ++i) stars += "*a";
  EXPECT_FALSE(fits_pattern(stars + "b", std::string(108, 'a')));
}

}  // namespace
}  // namespace portolan::sockets
