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

}  // namespace
}  // namespace portolan::lab_test
