// Which rows a filter lets pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "filters.h"

namespace portolan::sockets {
namespace {

using namespace testing;
using namespace std::string_view_literals;

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

class FilterMatches : public ::testing::TestWithParam<Verdict> {};

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
    ::testing::Values(Verdict{"sport = :22", true, true, true}, Verdict{"dport = :22", false, false, false},
                      Verdict{"sport != :22", false, false, false}, Verdict{"sport != :23", true, true, true},
                      Verdict{"dport >= :50000", true, true, true}, Verdict{"dport > :50000", false, false, false},
                      Verdict{"dport < :50000", false, false, false}, Verdict{"dport <= :50000", true, true, true},
                      Verdict{"dport = :50000-50001", true, true, true}, Verdict{"dport < :0", false, false, false},
                      Verdict{"dport > :65535", false, false, false}, Verdict{"src 10/8", true, false, true},
                      Verdict{"src inet:10/8", true, false, false}, Verdict{"src inet:*", true, false, false},
                      Verdict{"src inet6:*", false, true, true}, Verdict{"src 0.0.0.0/0", true, false, true},
                      Verdict{"src [::]/0", false, true, true}, Verdict{"dst 10/8", false, false, false},
                      Verdict{"dst 192.0.2.7:50000", true, false, true},
                      Verdict{"dst 192.0.2.7:1", false, false, false},
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

TEST(FilterMatch, AShownNameOfAUnixSocketIsTakenBack) {
  for (const std::string_view path :
       {"/dir/my sock"sv, "\0abs name"sv, "\0a\0b"sv, "/a\\b"sv, "/a\\x20 b"sv, "/\n"sv, "/\xff\u202e"sv, "\0\\"sv}) {
    const std::string shown = shown_path(path);
    EXPECT_TRUE(parsed(filter_text_of(std::vector<std::string>{"src", shown})).matches(path_row(path))) << shown;
    EXPECT_TRUE(parsed(filter_text_of(std::vector<std::string>{"src", "unix:" + shown})).matches(path_row(path)))
        << shown;
  }
  EXPECT_TRUE(parsed(R"(src '/dir/my\x20*')").matches(path_row("/dir/my sock")));
  EXPECT_TRUE(parsed(R"(src '/dir/m\y*')").matches(path_row("/dir/my sock"))) << "a pattern's own backslash";
  EXPECT_FALSE(parsed(R"(src '/dir/my\x20*')").matches(path_row("/dir/my-sock")));
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

}  // namespace
}  // namespace portolan::sockets
