#include "os/net/way_out.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "os/net/interfaces.h"
#include "private_network.h"
#include "tests/os/sanitizers.h"

namespace portolan::os {
namespace {

using net::IpAddress;
using enum net::Path::ByKernel;

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

struct Reasons {
  net::Path::ByKernel v4;
  net::Path::ByKernel v6;
};

// What stands on the way to two neighbours, in a network where these commands were carried out.
void expect_reasons(const std::string& commands, const Reasons& expected) {
  in_private_network([&] {
    const Peer peer;
    make_wire(peer);
    shell(commands);
    const WayOut way = read_way_out();
    const std::uint32_t wire = interface_index("near");
    const Reasons reasons{reason_on(way, address("198.18.0.2"), wire), reason_on(way, address("2001:db8::2"), wire)};
    EXPECT_EQ(static_cast<int>(reasons.v4), static_cast<int>(expected.v4)) << commands;
    EXPECT_EQ(static_cast<int>(reasons.v6), static_cast<int>(expected.v6)) << commands;
  });
}

std::string chain(const std::string& family, const std::string& what, const std::string& rule = "") {
  std::string text = "nft 'add table " + family + " f; add chain " + family + " f o { " + what + " }";
  if (!rule.empty()) text += "; add rule " + family + " f o " + rule;
  return text + "'";
}

TEST(WayOut, ChainsCountWhereTheyMayKeepSomethingFromLeaving) {
  NEEDS_PRIVATE_NETWORK();
  const std::string output = "type filter hook output priority 0;";
  expect_reasons("true", {no, no});
  expect_reasons(chain("inet", output, "tcp dport 22 drop"), {filter, filter});
  expect_reasons(chain("ip", output, "tcp dport 22 drop"), {filter, no});
  expect_reasons(chain("ip6", "type filter hook postrouting priority 0;", "drop"), {no, filter});
  expect_reasons(chain("inet", output + " policy drop;"), {filter, filter});
  expect_reasons(chain("ip", "type route hook output priority 0;", "meta mark set 1"), {filter, no});
  expect_reasons(chain("inet", output), {no, no});  // it lets everything through
  expect_reasons(chain("inet", "type filter hook input priority 0;", "drop"), {no, no});
  expect_reasons(chain("inet", "type nat hook postrouting priority 100;", "masquerade"), {no, no});
}

TEST(WayOut, PoliciesCountForTheirDestinations) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (std::system("ip xfrm policy add dir out src 0.0.0.0/0 dst 198.18.4.0/24 action block 2>/dev/null") != 0) {
      return;  // a kernel without IPsec
    }
    shell("ip xfrm policy add dir in src ::/0 dst ::/0 action block");
    const WayOut way = read_way_out();
    EXPECT_EQ(reason_on(way, address("198.18.4.255"), 1), ipsec);
    EXPECT_EQ(reason_on(way, address("198.18.5.0"), 1), no);
    EXPECT_EQ(reason_on(way, address("2001:db8::1"), 1), no) << "what comes in does not go out";
  });
}

TEST(WayOut, FiltersOfADeviceCountForIt) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    if (std::system("tc qdisc add dev near clsact 2>/dev/null") != 0) {
      fmt::print("skipped: this kernel has no clsact\n");
      return;
    }
    const WayOut way = read_way_out();
    EXPECT_EQ(reason_on(way, address("198.18.0.2"), interface_index("near")), filter);
    EXPECT_EQ(reason_on(way, address("198.18.0.2"), 1), no);
  });
}

TEST(WayOut, WhoMayNotLookLeavesItToTheKernel) {
  WayOut way;
  way.hidden = true;
  EXPECT_EQ(reason_on(way, address("198.18.0.2"), 1), hidden);
}

TEST(WayOut, AnErrorOfTheKernelLeavesItToTheKernelAndIsKept) {
#ifdef SANITIZER_NEEDS_FILES
  GTEST_SKIP() << "the sanitizer itself needs files; runs in the other builds";
#endif
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const WayOut way = read_way_out();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(way.unread, "EMFILE");
    EXPECT_EQ(reason_on(way, address("198.18.0.2"), 1), unread);
    EXPECT_EQ(read_way_out().unread, "");
  });
}

TEST(WayOut, OfAllErrorsThoseOfAKernelWithoutTheListSayThatThereIsNone) {
  const auto way_after = [](const char* cause) {
    WayOut way;
    learn_failure(way, {Errc::io, "cannot read", cause});
    return way;
  };
  for (const char* without : {"EPROTONOSUPPORT", "EINVAL", "EOPNOTSUPP"}) {
    EXPECT_EQ(reason_on(way_after(without), address("2001:db8::2"), 1), no) << without;
  }
  for (const char* denied : {"EPERM", "EACCES"}) {
    EXPECT_EQ(reason_on(way_after(denied), address("2001:db8::2"), 1), hidden) << denied;
  }
  for (const char* failed : {"ENOMEM", "ENOBUFS", "ENFILE", "ETIMEDOUT"}) {
    EXPECT_EQ(reason_on(way_after(failed), address("2001:db8::2"), 1), unread) << failed;
    EXPECT_EQ(way_after(failed).unread, failed);
  }
}

TEST(WayOut, TablesCountWhereTheyAreNamedAndTheirFileWhereItCannotBeRead) {
  const std::string path = ::testing::TempDir() + "portolan-tables";
  const auto way_with = [&](const char* names) {
    std::ofstream{path} << names;
    WayOut way;
    way.filters_v4 = has_old_tables(way, path);
    return way;
  };
  EXPECT_EQ(reason_on(way_with("nat\nfilter\n"), address("198.18.0.2"), 1), filter);
  EXPECT_EQ(reason_on(way_with("nat\n"), address("198.18.0.2"), 1), no);
  EXPECT_EQ(std::remove(path.c_str()), 0);
  WayOut way;
  EXPECT_FALSE(has_old_tables(way, path));
  EXPECT_EQ(reason_on(way, address("198.18.0.2"), 1), no) << "this kernel has none";
  EXPECT_FALSE(has_old_tables(way, ::testing::TempDir()));
  EXPECT_EQ(way.unread, "EISDIR");
}

// As `unshare -rn` leaves an ordinary user: with all capabilities over the network, whose files were made before it had
// a root.
TEST(WayOut, AFileOfNobodyIsNoWantOfARight) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  NEEDS_PRIVATE_NETWORK();
  const bool is_root = ::geteuid() == 0;
  const std::string path = is_root ? ::testing::TempDir() + "portolan-tables" : "/etc/shadow";
  if (is_root) {
    std::ofstream{path} << "filter\n";
    ASSERT_EQ(::chmod(path.c_str(), 0440), 0);
    ASSERT_EQ(::chown(path.c_str(), nobody, nobody), 0);
  } else if (::access(path.c_str(), R_OK) == 0 || errno != EACCES) {
    GTEST_SKIP() << path << " is missing, or this user may read it";
  }
  in_private_network([&] {
    if (::access(path.c_str(), R_OK) == 0) return;  // a process with threads gets no user namespace
    WayOut way;
    EXPECT_FALSE(has_old_tables(way, path));
    EXPECT_EQ(way.unread, "EACCES");
    EXPECT_EQ(reason_on(way, address("198.18.0.2"), 1), unread);
  });
  if (is_root) {
    EXPECT_EQ(std::remove(path.c_str()), 0);
  }
}

TEST(WayOut, ControlGroupsThatCannotBeLookedAtAreTold) {
  const auto way_of = [](const std::string& folder) {
    WayOut way;
    EXPECT_FALSE(has_group_programs(way, folder)) << folder;
    return way;
  };
  EXPECT_EQ(reason_on(way_of("/nonexistent"), address("198.18.0.2"), 1), no);
  EXPECT_EQ(reason_on(way_of("/sys"), address("198.18.0.2"), 1), no) << "as below `ip netns exec`";
  EXPECT_EQ(reason_on(way_of("/dev/null"), address("198.18.0.2"), 1), unread);
  EXPECT_EQ(way_of("/dev/null").unread, "ENOTDIR");
}

TEST(WayOut, WhatIsReadFromFilesCanFailByItself) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  WayOut tables;
  WayOut group;
  EXPECT_FALSE(has_old_tables(tables, "/proc/net/ip_tables_names"));
  EXPECT_FALSE(has_group_programs(group, "/sys/fs/cgroup"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(tables.unread, "EMFILE");
  EXPECT_EQ(group.unread, "EMFILE");
}

TEST(WayOut, MessagesOfOtherKindsAndCutShortSayNothing) {
  std::vector<std::uint8_t> bytes(sizeof(nlmsghdr) + sizeof(xfrm_userpolicy_info));
  for (const auto type : {std::uint16_t{XFRM_MSG_NEWPOLICY}, std::uint16_t{RTM_NEWQDISC}, std::uint16_t{0x0a03}}) {
    for (std::size_t size = 0; size <= sizeof(nlmsghdr) + 4; ++size) {
      nlmsghdr head{};
      head.nlmsg_len = static_cast<std::uint32_t>(size);
      head.nlmsg_type = type;
      std::memcpy(bytes.data(), &head, sizeof head);
      WayOut way;
      learn_chain(way, std::span{bytes}.first(size));
      learn_policy(way, std::span{bytes}.first(size));
      learn_discipline(way, std::span{bytes}.first(size));
      EXPECT_TRUE(way.policies.empty() && way.filtered_interfaces.empty() && !way.filters_v4 && !way.filters_v6);
    }
  }
}

}  // namespace
}  // namespace portolan::os
