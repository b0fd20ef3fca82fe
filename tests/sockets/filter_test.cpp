#include "sockets/filter/filter.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "diag_bytecode.h"
#include "filters.h"
#include "sockets/filter/glob.h"

namespace portolan::sockets {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// --- words to a tree

struct Reading {
  std::string_view text;
  std::string_view tree;
};

class FilterReading : public ::testing::TestWithParam<Reading> {};

TEST_P(FilterReading, GivesThisTreeAndTheTreeReadAgainGivesItself) {
  EXPECT_EQ(tree_of(GetParam().text), GetParam().tree);
  EXPECT_EQ(tree_of(GetParam().tree), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Ports, FilterReading,
    ::testing::Values(Reading{"sport = :22", "sport = :22"}, Reading{"sport :22", "sport = :22"},
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
                      Reading{"sport = :8000-8100", "sport = :8000-8100"},
                      Reading{"sport = :http-alt", "sport = :8080"},
                      Reading{"sport = inet6:ssh", "(src inet6:* and sport = :22)"}));

INSTANTIATE_TEST_SUITE_P(
    Hosts, FilterReading,
    ::testing::Values(
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
    ::testing::Values(Reading{"src unix:/run/*", "src unix:/run/*"}, Reading{"src /run/*", "src unix:/run/*"},
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
    ::testing::Values(Reading{"dev = eth0", "dev = 2"}, Reading{"dev eth0", "dev = 2"}, Reading{"dev 9", "dev = 9"},
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
    ::testing::Values(Reading{"state established", "state established"}, Reading{"state ESTAB", "state established"},
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
    ::testing::Values(
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

TEST(FilterMistake, ANumberOfAnAddressWithAZeroInFrontIsRefused) {
  for (const std::string address : {"0177.0.0.1", "010.1", "010"}) {
    EXPECT_THAT(error_of("dst " + address + "/16"), HasSubstr("'" + address + "' has a number with a zero in front"));
  }
}

TEST(FilterMistake, WhatCanBeNoHostNameIsNotLookedUp) {
  FilterNames names = some_names();
  names.addresses = [](std::string_view host) -> Result<std::vector<net::IpAddress>> {
    ADD_FAILURE() << host << " was looked up";
    return std::vector<net::IpAddress>{};
  };
  for (const std::string_view host :
       {R"(my\x20sock)", R"('a b')", "x@y", "a..b", "'a*b'", "[a/b]", "inet:$x", R"(a\x20b:80)", "-a"}) {
    const auto filter = Filter::parse(fmt::format("src {}", host), names);
    ASSERT_FALSE(filter.has_value()) << host;
    EXPECT_EQ(filter.error().code, Errc::parse) << host;
  }
  EXPECT_THAT(error_of(R"(dst 'my\x20sock')"),
              HasSubstr("is neither an address nor a host name; write something like"));
  // Patterns of a scan's targets.
  for (const std::string_view host :
       {"10.0.0.1-5", "'10.0.0.*'", "10.0.0.1,5", "10.0-3.0.1:80", "10.0-3.1", "10.0.0.1-5/24"}) {
    const auto filter = Filter::parse(fmt::format("src {}", host), names);
    ASSERT_FALSE(filter.has_value()) << host;
    EXPECT_THAT(filter.error().message, HasSubstr("is neither an address nor a host name")) << host;
  }
}

TEST(FilterMatch, ANameOfDigitsAndDashesIsOne) {
  FilterNames names = some_names();
  std::vector<std::string> asked;
  names.addresses = [&](std::string_view host) -> Result<std::vector<net::IpAddress>> {
    asked.emplace_back(host);
    return std::vector{net::IpAddress::v4(0x0a000001)};
  };
  EXPECT_TRUE(Filter::parse("src 10-0-0-1", names));
  EXPECT_THAT(asked, ::testing::ElementsAre("10-0-0-1"));
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

TEST(FilterHosts, CharactersThatOnlyLookLikeTheKeyboardsAskNobody) {
  FilterNames names;
  names.addresses = [](std::string_view) -> Result<std::vector<net::IpAddress>> {
    ADD_FAILURE() << "a name server was asked";
    return fail(Errc::unresolved, "");
  };
  const auto filter = Filter::parse("dst \uff11.2.3.4", names);
  ASSERT_FALSE(filter);
  EXPECT_THAT(filter.error().message, HasSubstr("'\uff11.2.3.4' has a character that only looks like '1' (U+FF11)"));
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
