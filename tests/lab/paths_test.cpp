// The ways a packet can take: over a router, through a tunnel, inside this machine, over a long and
// lossy wire.
#include <algorithm>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Host;
using lab::Lab;
using lab::Pair;

const std::vector<std::uint16_t> listening{22, 25, 80, 443, 8080};
constexpr std::uint16_t last_port = 1000;

Truth truth_for(std::uint16_t last) {
  Truth truth;
  for (const std::uint16_t port : listening) {
    if (port <= last) truth.ports[port] = {"open", "syn-ack"};
  }
  return truth;
}

std::vector<std::string> syn_scan(const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  std::vector<std::string> words{"-sS", "-Pn", "-T4", "-p", "1-1000", address};
  if (v6) words.insert(words.begin(), "-6");
  return words;
}

// scanner 198.18.0.1 -- 198.18.0.254 router 198.18.1.254 -- 198.18.1.2 target, and the same in IPv6.
struct Routed {
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& router = lab.add_host("router");
  Host& target = lab.add_host("target");

  Routed() {
    lab.connect({scanner, "wire", {"198.18.0.1/24", "2001:db8::1/64"}},
                {router, "near", {"198.18.0.254/24", "2001:db8::fe/64"}});
    lab.connect({router, "far", {"198.18.1.254/24", "2001:db8:1::fe/64"}},
                {target, "wire", {"198.18.1.2/24", "2001:db8:1::2/64"}});
    scanner.ip("route add default via 198.18.0.254\nroute add ::/0 via 2001:db8::fe\n");
    target.ip("route add default via 198.18.1.254\nroute add ::/0 via 2001:db8:1::fe\n");
    router.forward();
    target.listen(listening);
  }
};

class Paths : public LabTest {};

TEST_F(Paths, PortsBehindARouterAreSeen) {
  Routed world;
  world.router.nft(R"(
table inet lab {
  chain forward {
    type filter hook forward priority 0; policy accept;
    tcp dport 100 drop
    tcp dport 101 reject with tcp reset
    tcp dport 102 reject with icmpx admin-prohibited
    tcp dport 103 reject with icmpx no-route
  }
}
)");
  Truth truth = truth_for(last_port);
  truth.ports[100] = {"filtered", "no-response"};
  truth.ports[102] = {"filtered", "admin-prohibited"};
  truth.ports[103] = {"filtered", "net-unreach"};
  const Chart v4 = scan(world.scanner, syn_scan("198.18.1.2"));
  EXPECT_EQ(differences(v4, "198.18.1.2", 1, last_port, truth), "");
  EXPECT_EQ(v4.find("198.18.1.2")->mac, "") << "the router's MAC address is not the target's";
  truth.ports[103] = {"filtered", "no-route"};
  const Chart v6 = scan(world.scanner, syn_scan("2001:db8:1::2"));
  EXPECT_EQ(differences(v6, "2001:db8:1::2", 1, last_port, truth), "");
}

// What comes in over a bridge is seen at its port first. It counts where it was asked: at the bridge.
TEST_F(Paths, HostsOnABridgeAreFoundAndScanned) {
  Pair pair;
  pair.scanner.ip(
      "addr flush dev wire\nlink add bridge type bridge\nlink set wire master bridge\nlink set bridge up\n"
      "addr add 198.18.0.1/24 dev bridge\naddr add 2001:db8::1/64 dev bridge nodad\n");
  pair.target.listen(listening);
  for (const std::string address : {Pair::target_v4, Pair::target_v6}) {
    auto words = syn_scan(address);
    std::ranges::replace(words, "-Pn", "-PE");
    words.push_back("--disable-arp-ping");
    const Chart chart = scan(pair.scanner, words);
    EXPECT_EQ(differences(chart, address, 1, last_port, truth_for(last_port)), "");
  }
}

TEST_F(Paths, RoutesThatRefuseAreTheReasonGiven) {
  Routed world;
  world.router.ip(
      "route add unreachable 198.18.2.0/24\nroute add prohibit 198.18.3.0/24\n"
      "route add unreachable 2001:db8:2::/64\nroute add prohibit 2001:db8:3::/64\n");
  // Linux sends a peer five errors of an IPv4 route, then one a second: two ports each are within that.
  const auto scan_ports = [&](const std::string& address) {
    std::vector<std::string> words = syn_scan(address);
    words[words.size() - 2] = "1-2";
    return scan(world.scanner, words);
  };
  const auto filtered = [](std::string reason) { return Truth{.ports = {}, .rest = {"filtered", std::move(reason)}}; };
  EXPECT_EQ(differences(scan_ports("198.18.2.9"), "198.18.2.9", 1, 2, filtered("host-unreach")), "");
  EXPECT_EQ(differences(scan_ports("198.18.3.9"), "198.18.3.9", 1, 2, filtered("admin-prohibited")), "");
  EXPECT_EQ(differences(scan_ports("2001:db8:2::9"), "2001:db8:2::9", 1, 2, filtered("no-route")), "");
  EXPECT_EQ(differences(scan_ports("2001:db8:3::9"), "2001:db8:3::9", 1, 2, filtered("admin-prohibited")), "");
}

TEST_F(Paths, PortsBehindATunnelAreSeen) {
  if (const auto possible = Lab::can_tunnel(); !possible) GTEST_SKIP() << possible.error().message;
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& target = lab.add_host("target");
  lab.tunnel({scanner, "tun0", {"198.18.4.1/24", "2001:db8:4::1/64"}},
             {target, "tun0", {"198.18.4.2/24", "2001:db8:4::2/64"}});
  target.listen(listening);
  const Chart v4 = scan(scanner, syn_scan("198.18.4.2"));
  EXPECT_EQ(differences(v4, "198.18.4.2", 1, last_port, truth_for(last_port)), "");
  const Chart v6 = scan(scanner, syn_scan("2001:db8:4::2"));
  EXPECT_EQ(differences(v6, "2001:db8:4::2", 1, last_port, truth_for(last_port)), "");
}

TEST_F(Paths, PortsOfThisMachineAreSeen) {
  Pair pair;
  pair.scanner.listen(listening);
  for (const char* address : {"127.0.0.1", "198.18.0.1", "::1", "2001:db8::1"}) {
    const Chart chart = scan(pair.scanner, syn_scan(address));
    EXPECT_EQ(differences(chart, address, 1, last_port, truth_for(last_port)), "") << address;
  }
}

TEST_F(Paths, SeveralAddressesOfOneHostAreSeparateTargets) {
  Pair pair;
  pair.target.ip("route add local 198.18.64.0/24 dev lo\n");
  pair.scanner.ip("route add 198.18.64.0/24 via 198.18.0.2\n");
  pair.target.listen(80, "198.18.64.7");
  pair.target.listen(443, "198.18.64.9");
  const Chart chart = scan(pair.scanner, {"-sS", "-Pn", "-T4", "-p", "1-500", "198.18.64.6-9"});
  ASSERT_EQ(chart.hosts.size(), 4U);
  EXPECT_EQ(differences(chart, "198.18.64.6", 1, 500, {}), "");
  EXPECT_EQ(differences(chart, "198.18.64.7", 1, 500, {.ports = {{80, {"open", "syn-ack"}}}}), "");
  EXPECT_EQ(differences(chart, "198.18.64.8", 1, 500, {}), "");
  EXPECT_EQ(differences(chart, "198.18.64.9", 1, 500, {.ports = {{443, {"open", "syn-ack"}}}}), "");
}

TEST_F(Paths, NothingIsMissedOverALongAndLossyWire) {
  Pair pair{{.delay = 10ms, .loss = 0.03, .seed = 7}};
  pair.target.listen(listening);
  const Chart v4 = scan(pair.scanner, syn_scan(Pair::target_v4));
  EXPECT_EQ(differences(v4, Pair::target_v4, 1, last_port, truth_for(last_port)), "");
  const Chart v6 = scan(pair.scanner, syn_scan(Pair::target_v6));
  EXPECT_EQ(differences(v6, Pair::target_v6, 1, last_port, truth_for(last_port)), "");
  EXPECT_GT(pair.counts->west.lost.load(), 0U);
  EXPECT_GT(pair.counts->east.lost.load(), 0U);
}

}  // namespace
}  // namespace portolan::lab_test
