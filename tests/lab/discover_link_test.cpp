// Neighbours on a link over IPv6, found without asking every address of it.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <string>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using testing::HasSubstr;
using testing::Not;

class DiscoverLink : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap has no such option";
  }
};

// A switch with the scanner and three hosts on it, whose link-local addresses are theirs alone.
struct Switched {
  lab::Lab lab;
  lab::Host& scanner = lab.add_host("scanner");
  lab::Host& bridge = lab.add_host("bridge");
  lab::Host& one = lab.add_host("one");
  lab::Host& two = lab.add_host("two");
  lab::Host& three = lab.add_host("three");

  Switched() {
    bridge.set("ipv6/conf/all/disable_ipv6", "1");
    bridge.set("ipv6/conf/default/disable_ipv6", "1");
    bridge.ip("link add bridge type bridge mcast_snooping 0\nlink set bridge up\n");
    int number = 0;
    for (lab::Host* host : {&scanner, &one, &two, &three}) {
      const std::string port = fmt::format("port{}", number);
      const std::string address = fmt::format("fe80::{}/64", 10 + number++);
      host->set("ipv6/conf/default/addr_gen_mode", "1");  // no address but that one
      // What hosts say of their groups unasked, when they come up, is over at once: it would give them away, too.
      host->set("ipv6/conf/default/mldv1_unsolicited_report_interval", "1");
      host->set("ipv6/conf/default/mldv2_unsolicited_report_interval", "1");
      lab.connect({*host, "wire", {}}, {bridge, port, {}});
      host->ip(fmt::format("addr add {} dev wire nodad\n", address));
      bridge.ip(fmt::format("link set {} master bridge\n", port));
    }
  }
};

TEST_F(DiscoverLink, FindsWhoAnswersAPingOfAllAndWhoOnlyListens) {
  Switched world;
  world.two.set("ipv6/icmp/echo_ignore_multicast", "1");  // speaks up as a listener only
  world.three.set("ipv6/icmp/echo_ignore_multicast", "1");
  world.three.set("ipv6/conf/wire/force_mld_version", "2");
  const Finished done = world.scanner.run(scan_command({"--discover-link", "-sn", "-n"}));
  EXPECT_EQ(done.status, 0) << done.errors;
  for (const char* last : {"11", "12", "13"}) {
    EXPECT_THAT(done.output, HasSubstr(fmt::format("scan report for fe80::{}%wire\n", last)));
  }
  EXPECT_THAT(done.output, Not(HasSubstr("fe80::10%"))) << "it is no neighbour of itself";
  EXPECT_THAT(done.output, HasSubstr("3 IP addresses (3 hosts up)"));
}

TEST_F(DiscoverLink, NobodyThereIsAnError) {
  lab::Pair pair;
  pair.target.ip("link set wire down\n");
  const Finished done = pair.scanner.run(scan_command({"--discover-link", "-sn", "-n", "-e", "wire"}));
  EXPECT_EQ(done.status, 2);
  EXPECT_EQ(done.errors, "portolan: --discover-link: nobody answers on wire\n");
  // There reports of this machine's own groups are heard, from the address "::".
  const Finished alone = pair.scanner.run(scan_command({"--discover-link", "-sn", "-n", "-e", "lo"}));
  EXPECT_EQ(alone.status, 2) << alone.output;
  EXPECT_EQ(alone.errors, "portolan: --discover-link: nobody answers on lo\n");
}

TEST_F(DiscoverLink, ASignalEndsTheWait) {
  lab::Pair pair;
  lab::Sniffer sniffer = pair.target.sniff("wire");
  lab::Running running = pair.scanner.start(scan_command({"--discover-link", "-sn", "-n", "-oX", "-"}));
  while (const auto arrival = sniffer.next(10s)) {
    constexpr std::size_t protocol_at = 6;
    constexpr std::size_t type_at = 40;
    constexpr std::uint8_t echo_request = 128;
    if (arrival->ether_type == 0x86dd && arrival->bytes[protocol_at] == 58 && arrival->bytes[type_at] == echo_request) {
      break;
    }
  }
  running.signal(SIGINT);
  const Finished done = running.finish(10s);
  EXPECT_FALSE(done.timed_out);
  EXPECT_NE(done.status, 0);
}

}  // namespace
}  // namespace portolan::lab_test
