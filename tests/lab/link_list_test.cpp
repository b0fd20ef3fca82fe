// --iflist of a machine with interfaces and routes of every kind.
#include <gmock/gmock.h>

#include <string>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using ::testing::HasSubstr;

// A scanner with a second address, routes through a gateway, through nothing, and of both families.
struct World : lab::Pair {
  World() {
    scanner.ip(
        "addr add 198.18.5.1/28 dev wire\n"
        "route add default via 198.18.0.2 metric 100\n"
        "route add 198.18.128.0/17 via 198.18.0.3\n"
        "route add blackhole 198.18.77.0/24\n"
        "route add 2001:db8:7::/48 via 2001:db8::2\n");
  }
};

class LinkList : public LabTest {};

TEST_F(LinkList, HoldsWhatTheKernelHasInTwoTables) {
  const World world;
  if (program_is_nmap()) GTEST_SKIP() << "nmap has another layout";
  const auto done = world.scanner.run(scan_command({"--iflist"}));
  EXPECT_EQ(done.status, 0) << done.errors;
  for (const char* line : {"\nlo         127.0.0.1/8 ", "\nwire       198.18.0.1/24 ", "\nwire       198.18.5.1/28 ",
                           "\nwire       2001:db8::1/64 ", "\n198.18.5.0/28 ", "\n198.18.128.0/17 "}) {
    EXPECT_THAT(done.output, HasSubstr(line));
  }
  EXPECT_THAT(done.output, HasSubstr("(blackhole)"));
  EXPECT_THAT(done.output, HasSubstr("198.18.0.2   wire         100\n"));
  EXPECT_THAT(done.output, HasSubstr("2001:db8::2  wire         1024\n"));
}

// nmap has it too (--route-dst, in no help of its): the answers are the same.
TEST_F(LinkList, AWayIsToldAsTheKernelDecidesIt) {
  const World world;
  const std::string nmap = program_is_nmap()
                               ? "198.18.128.9\nwire wire srcaddr 198.18.0.1 nexthop 198.18.0.3\n"
                               : "198.18.128.9 is behind the gateway 198.18.0.3: through wire from 198.18.0.1\n";
  const auto behind = world.scanner.run(scan_command({"--route-dst", "198.18.128.9"}));
  EXPECT_EQ(behind.status, 0) << behind.errors;
  EXPECT_THAT(behind.output, HasSubstr(nmap));
  const auto near = world.scanner.run(scan_command({"-6", "--route-dst", "2001:db8::7"}));
  EXPECT_THAT(near.output, HasSubstr(program_is_nmap() ? "2001:db8::7\nwire wire srcaddr 2001:db8::1 direct\n"
                                                       : "2001:db8::7 is on the link of wire: from 2001:db8::1\n"));
  if (program_is_nmap()) return;  // it says so and ends with 0
  const auto nowhere = world.scanner.run(scan_command({"--route-dst", "198.18.77.1"}));
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.errors, HasSubstr("198.18.77.1"));
}

}  // namespace
}  // namespace portolan::lab_test
