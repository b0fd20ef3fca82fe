// Texts of a kernel, and what net-tools 2.10 printed of them.
#include <gtest/gtest.h>

#include "tests/netstat/machine.h"

namespace portolan::netstat {
namespace {

constexpr const char* igmp =
    "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"
    "1\tlo        :     1      V3\n"
    "\t\t\t\t010000E0     1 0:00000000\t\t0\n"
    "3\tverylongname123:     2      V3\n"
    "\t\t\t\t010101E0     1 0:00000000\t\t0\n"
    "\t\t\t\tFB0000E0    12345678 0:00000000\t\t0\n";
constexpr const char* igmp6 =
    "1    lo              ff020000000000000000000000000001     1 0000000C 0\n"
    "3    eth0            ff0e0000000000001111222233334444     3 0000000C 0\n";
constexpr const char* heading =
    "IPv6/IPv4 Group Memberships\n"
    "Interface       RefCnt Group\n"
    "--------------- ------ ---------------------\n";

MadeUpMachine listening() {
  MadeUpMachine made;
  made.files = {{"/proc/net/igmp", igmp}, {"/proc/net/igmp6", igmp6}};
  return made;
}

TEST(Groups, OfBothFamiliesStandInOneTable) {
  const View view = groups(listening().machine(), numeric());
  EXPECT_EQ(view.status, 0);
  EXPECT_EQ(view.output, std::string{heading} +
                             "lo              1      224.0.0.1\n"
                             "verylongname123 1      224.1.1.1\n"
                             "verylongname123 12345678 224.0.0.251\n"
                             "lo              1      ff02::1\n"
                             "eth0            3      ff0e::1111:2222:3333:4444\n");
}

TEST(Groups, OfOneFamilyAreShownAlone) {
  ViewOptions options = numeric();
  options.inet6 = true;
  EXPECT_EQ(groups(listening().machine(), options).output, std::string{heading} +
                                                               "lo              1      ff02::1\n"
                                                               "eth0            3      ff0e::1111:2222:3333:4444\n");
  options.inet6 = false;
  options.inet = true;
  EXPECT_FALSE(groups(listening().machine(), options).output.contains("ff02::1"));
}

TEST(Groups, BearNamesUnlessNumbersAreAskedFor) {
  MadeUpMachine made = listening();
  made.hosts = {{"224.0.0.1", "all-systems.mcast.net"}, {"ff02::1", "ip6-allnodes"}};
  const std::string output = groups(made.machine(), {}).output;
  EXPECT_TRUE(output.contains("\nlo              1      all-systems.mcast.net\n"));
  EXPECT_TRUE(output.contains("\nlo              1      ip6-allnodes\n"));
}

TEST(Groups, AKernelWithoutIPv6HasNone) {
  MadeUpMachine made = listening();
  made.files.erase("/proc/net/igmp6");
  View view = groups(made.machine(), numeric());
  EXPECT_EQ(view.status, 0);
  EXPECT_EQ(view.errors, "");
  ViewOptions options = numeric();
  options.inet6 = true;
  view = groups(made.machine(), options);
  EXPECT_EQ(view.status, 1);
  EXPECT_TRUE(view.errors.contains("/proc/net/igmp6")) << view.errors;
  made.files.clear();
  view = groups(made.machine(), numeric());
  EXPECT_EQ(view.status, 1);
  EXPECT_EQ(view.output, heading);
}

TEST(Groups, LinesThatMakeNoSenseAreCounted) {
  MadeUpMachine made;
  made.files = {{"/proc/net/igmp", "nonsense\n\t\tmore\n"}, {"/proc/net/igmp6", "1 lo ff02\n"}};
  const View view = groups(made.machine(), numeric());
  EXPECT_EQ(view.output, heading);
  EXPECT_EQ(view.errors, "warning, got bogus igmp6 line 0.\n");
}

}  // namespace
}  // namespace portolan::netstat
