// The ways to hosts behind a chain of real routers.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Host;
using lab::Lab;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr unsigned routers = 4;

// scanner -- 1 -- 2 -- 3 -- 4 -- target: the wire behind router N is 198.18.N.0/24 and 2001:db8:N::/64, the router's
// own address on the wire before it ends with 2. The target has three addresses.
struct Chain {
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  std::vector<Host*> chain;
  Host& target = lab.add_host("target");

  Chain() {
    Host* before = &scanner;
    for (unsigned i = 0; i < routers; ++i) {
      Host& next = lab.add_host(fmt::format("router{}", i + 1));
      connect(*before, next, i);
      next.forward();
      chain.push_back(&next);
      before = &next;
    }
    connect(*before, target, routers);
    target.ip(
        fmt::format("addr add 198.18.{0}.3/24 dev near\naddr add 198.18.{0}.4/24 dev near\n"
                    "addr add 2001:db8:{0}::3/64 dev near nodad\n",
                    routers));
    // Each knows its neighbours: the way there is the default, the wires behind it lead back.
    for (unsigned i = 0; i < routers; ++i) {
      for (unsigned behind = 0; behind < i; ++behind) {
        chain[i]->ip(
            fmt::format("route add 198.18.{0}.0/24 via 198.18.{1}.1\nroute add 2001:db8:{0}::/64 via 2001:db8:{1}::1\n",
                        behind, i));
      }
    }
    target.ip(fmt::format("route add default via 198.18.{0}.1\nroute add ::/0 via 2001:db8:{0}::1\n", routers));
    target.listen(80);
  }

  void connect(Host& near, Host& far, unsigned wire) {
    lab.connect({near, "far", {fmt::format("198.18.{}.1/24", wire), fmt::format("2001:db8:{}::1/64", wire)}},
                {far, "near", {fmt::format("198.18.{}.2/24", wire), fmt::format("2001:db8:{}::2/64", wire)}});
    near.ip(fmt::format("route add default via 198.18.{0}.2\nroute add ::/0 via 2001:db8:{0}::2\n", wire));
  }
};

// What stands in a trace but its times.
std::vector<std::string> hops_of(const std::string& xml) {
  static const std::regex hop{R"-(<hop ttl="(\d+)" ipaddr="([^"]*)" rtt="[0-9.]+")-"};
  std::vector<std::string> all;
  for (auto found = std::sregex_iterator{xml.begin(), xml.end(), hop}; found != std::sregex_iterator{}; ++found) {
    all.push_back((*found)[1].str() + " " + (*found)[2].str());
  }
  return all;
}

class Traceroute : public LabTest {
 protected:
  static Finished trace(const Host& host, std::vector<std::string> words) {
    words.insert(words.begin(), {"-n", "--traceroute"});
    Finished done = host.run(scan_command(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    return done;
  }
  static std::vector<std::string> nmaps_hops(const Host& host, std::vector<std::string> words) {
    words.insert(words.begin(), {"nmap", "-n", "--traceroute"});
    return hops_of(host.run({.words = words}).output);
  }
};

TEST_F(Traceroute, TellsTheHopsThatNmapTells) {
  const Chain world;
  const bool has_nmap = std::filesystem::exists("/usr/bin/nmap");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"-p", "80,81", "-oX", "-", "198.18.4.2-4"},
                                             {"-p", "81", "-oX", "-", "198.18.4.2"},
                                             {"-sn", "-PE", "-oX", "-", "198.18.4.2"},
                                             {"-sT", "-p", "80", "-oX", "-", "198.18.4.2"},
                                             {"-sU", "-p", "9", "-oX", "-", "198.18.4.2"},
                                             {"-p", "80", "-oX", "-", "198.18.0.2"},
                                             {"-6", "-p", "80,81", "-oX", "-", "2001:db8:4::2"},
                                             {"-6", "-sn", "-PE", "-oX", "-", "2001:db8:4::3"}}) {
    SCOPED_TRACE(words.front() + " " + words.back());
    const bool v6 = words.front() == "-6";
    const std::string& target = words.back();
    std::vector<std::string> expected;
    const auto add_way = [&](const std::string& to) {
      for (unsigned i = 0; i < routers; ++i) {
        const std::string wire = i == 0 ? "2001:db8::2" : fmt::format("2001:db8:{}::2", i);
        expected.push_back(v6 ? fmt::format("{} {}", i + 1, wire) : fmt::format("{} 198.18.{}.2", i + 1, i));
      }
      expected.push_back(fmt::format("{} {}", routers + 1, to));
    };
    if (target == "198.18.4.2-4") {
      for (const char* each : {"198.18.4.2", "198.18.4.3", "198.18.4.4"}) add_way(each);
    } else if (target == "198.18.0.2") {
      expected.push_back("1 198.18.0.2");
    } else {
      add_way(target);
    }
    EXPECT_EQ(hops_of(trace(world.scanner, words).output), expected);
    if (has_nmap) {
      EXPECT_EQ(nmaps_hops(world.scanner, words), expected) << "the lab itself";
    }
  }
}

TEST_F(Traceroute, IsATableInWhichSharedHopsAreOneLine) {
  const Chain world;
  const std::string text = trace(world.scanner, {"-p", "80", "198.18.4.2-3"}).output;
  const std::regex first{
      R"(\n\nTRACEROUTE \(using port 80/tcp\)\nHOP RTT +ADDRESS\n1   \d+\.\d\d ms +198\.18\.0\.2\n)"
      R"(2   \d+\.\d\d ms +198\.18\.1\.2\n3   \d+\.\d\d ms +198\.18\.2\.2\n4   \d+\.\d\d ms +198\.18\.3\.2\n)"
      R"(5   \d+\.\d\d ms +198\.18\.4\.2\n\n)"};
  EXPECT_TRUE(std::regex_search(text, first)) << text;
  EXPECT_THAT(text, HasSubstr("\n-   Hops 1-4 are the same as for 198.18.4.2\n5   "));
}

TEST_F(Traceroute, ARouterThatSaysNothingIsALineOfDots) {
  const Chain world;
  for (const unsigned silent : {1U, 2U}) {
    world.chain[silent]->nft(R"(
table inet lab {
  chain output {
    type filter hook output priority 0; policy accept;
    icmp type time-exceeded drop
    icmpv6 type time-exceeded drop
  }
}
)");
  }
  EXPECT_THAT(trace(world.scanner, {"-p", "80", "198.18.4.2"}).output, HasSubstr("\n2   ... 3\n4   "));
  EXPECT_THAT(trace(world.scanner, {"-6", "-p", "80", "2001:db8:4::2"}).output, HasSubstr("\n2   ... 3\n4   "));
}

TEST_F(Traceroute, AHostThatIsSilentHasAWayUpToItsRouter) {
  const Chain world;
  world.target.nft(
      "table inet lab { chain input { type filter hook input priority 0; policy drop; "
      "icmpv6 type nd-neighbor-solicit accept; icmpv6 type nd-neighbor-advert accept; }; }");
  const std::string text = trace(world.scanner, {"-Pn", "-p", "80", "198.18.4.2"}).output;
  EXPECT_THAT(text, HasSubstr("TRACEROUTE (using proto 1/icmp)\n"));
  EXPECT_THAT(text, HasSubstr(" 198.18.3.2\n5   ... 30\n"));
}

// From here to here nothing lies in between.
TEST_F(Traceroute, ThisMachineItselfHasNoWay) {
  const Chain world;
  EXPECT_THAT(trace(world.scanner, {"-p", "80", "127.0.0.1"}).output, Not(HasSubstr("TRACEROUTE")));
}

TEST_F(Traceroute, NeedsRawPackets) {
  if (program_is_nmap()) GTEST_SKIP() << "nmap words it otherwise";
  const Chain world;
  lab::Sniffer sniffer = world.chain[0]->sniff("near");
  const Finished done =
      world.scanner.run(scan_command({"-n", "--unprivileged", "--traceroute", "-p", "80", "198.18.4.2"}));
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.errors,
              HasSubstr("--traceroute sends raw packets, which --unprivileged declines; leave one of them out\n"));
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

}  // namespace
}  // namespace portolan::lab_test
