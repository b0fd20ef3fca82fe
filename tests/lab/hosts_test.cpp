// Which hosts are up, on the link and beyond it.
#include <gmock/gmock.h>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class Hosts : public LabTest {};

std::map<std::string, std::string> up_hosts(const Chart& chart) {
  std::map<std::string, std::string> hosts;
  for (const ChartHost& host : chart.hosts) {
    if (host.status.state == "up") hosts[host.address] = host.status.reason;
  }
  return hosts;
}

TEST_F(Hosts, OnTheLinkTheyAreFoundByArp) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.77/24 dev wire\n");
  // Says nothing to any packet, but cannot hide from ARP.
  pair.target.nft("table ip lab {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n");
  const Chart chart = scan(pair.scanner, {"-sn", "198.18.0.0/25"});
  const std::map<std::string, std::string> expected{
      {"198.18.0.1", "localhost-response"}, {"198.18.0.2", "arp-response"}, {"198.18.0.77", "arp-response"}};
  EXPECT_EQ(up_hosts(chart), expected);
  EXPECT_EQ(chart.up, 3);
  EXPECT_EQ(chart.down, 125);
  for (const ChartHost& host : chart.hosts) EXPECT_TRUE(host.ports.empty()) << host.address;
}

// A router with proxy ARP answers for all that it has a way to: 256 hosts, by ARP alone.
TEST_F(Hosts, WhoAnswersArpForEverybodyBringsNobodyUp) {
  lab::Lab lab;
  lab::Host& scanner = lab.add_host("scanner");
  lab::Host& router = lab.add_host("router");
  lab::Host& behind = lab.add_host("behind");
  lab.connect({scanner, "wire", {"198.18.0.1/24"}}, {router, "wire", {"198.18.0.2/32"}});
  lab.connect({router, "back", {}}, {behind, "wire", {"198.18.0.20/24"}});
  router.ip("route add 198.18.0.1/32 dev wire\nroute add 198.18.0.0/24 dev back\n");
  router.forward();
  router.set("ipv4/neigh/wire/proxy_delay", "0");
  router.set("ipv4/conf/wire/proxy_arp", "1");
  behind.ip("route add default via 198.18.0.2 onlink dev wire\n");
  router.set("ipv4/conf/back/proxy_arp", "1");
  if (program_is_nmap()) GTEST_SKIP() << "nmap takes all 64 for up";
  const lab::Finished done = scanner.run({.words = scan_command({"-sn", "-n", "-oX", "-", "198.18.0.0/26"}).words});
  const Chart chart = read_chart(done.output);
  std::vector<std::string> up;
  for (const auto& [address, reason] : up_hosts(chart)) up.push_back(address);
  EXPECT_THAT(up, testing::ElementsAre("198.18.0.1", "198.18.0.2", "198.18.0.20"));
  EXPECT_EQ(chart.down, 61);
  EXPECT_THAT(done.errors, testing::HasSubstr(" answers ARP for 198.18.0.0 too, which nobody can have"));
}

TEST_F(Hosts, OnTheLinkTheyAreFoundByNeighbourDiscovery) {
  Pair pair;
  const Chart chart = scan(pair.scanner, {"-6", "-sn", "2001:db8::2", "2001:db8::3", "2001:db8::4"});
  const std::map<std::string, std::string> expected{{"2001:db8::2", "nd-response"}};
  EXPECT_EQ(up_hosts(chart), expected);
  EXPECT_EQ(chart.up, 1);
  EXPECT_EQ(chart.down, 2);
}

// Each of these answers only one of the questions.
TEST_F(Hosts, BeyondTheLinkAnyAnswerWillDo) {
  Pair pair;
  pair.target.ip("route add local 198.18.64.0/24 dev lo\n");
  pair.scanner.ip("route add 198.18.64.0/24 via 198.18.0.2\n");
  pair.target.nft(R"(
table ip lab {
  chain input {
    type filter hook input priority 0; policy drop;
    ip daddr 198.18.0.2 accept
    ip daddr 198.18.64.1 icmp type echo-request accept
    ip daddr 198.18.64.2 icmp type timestamp-request accept
    ip daddr 198.18.64.3 tcp dport 443 accept
    ip daddr 198.18.64.4 tcp dport 80 accept
    ip daddr 198.18.64.5 tcp dport 443 accept
    ip daddr 198.18.64.6 icmp type echo-request drop
  }
}
)");
  pair.target.listen(443, "198.18.64.5");
  const Chart chart = scan(pair.scanner, {"-sn", "-T4", "198.18.64.0-15"});
  const std::map<std::string, std::string> expected{{"198.18.64.1", "echo-reply"},
                                                    {"198.18.64.2", "timestamp-reply"},
                                                    {"198.18.64.3", "reset"},
                                                    {"198.18.64.4", "reset"},
                                                    {"198.18.64.5", "syn-ack"}};
  EXPECT_EQ(up_hosts(chart), expected);
  EXPECT_EQ(chart.up, 5);
  EXPECT_EQ(chart.down, 11);
}

TEST_F(Hosts, BeyondTheLinkTheyAreFoundOverIPv6) {
  Pair pair;
  pair.target.ip("route add local 2001:db8:64::/64 dev lo\n");
  pair.scanner.ip("route add 2001:db8:64::/64 via 2001:db8::2\n");
  pair.target.nft(R"(
table ip6 lab {
  chain input {
    type filter hook input priority 0; policy accept;
    ip6 daddr 2001:db8:64::1 meta l4proto tcp drop
    ip6 daddr 2001:db8:64::2 icmpv6 type echo-request drop
    ip6 daddr 2001:db8:64::3 drop
  }
}
)");
  const Chart chart = scan(pair.scanner, {"-6", "-sn", "-T4", "2001:db8:64::1", "2001:db8:64::2", "2001:db8:64::3"});
  const std::map<std::string, std::string> expected{{"2001:db8:64::1", "echo-reply"}, {"2001:db8:64::2", "reset"}};
  EXPECT_EQ(up_hosts(chart), expected);
}

TEST_F(Hosts, OnlyThoseThatAreUpAreAskedForPorts) {
  Pair pair;
  pair.target.listen(80);
  lab::Sniffer sniffer = pair.target.sniff("wire");
  const Chart chart = scan(pair.scanner, {"-sS", "-T4", "-p", "79-81", "198.18.0.2-9"});
  EXPECT_EQ(differences(chart, Pair::target_v4, 79, 81, {.ports = {{80, {"open", "syn-ack"}}}}), "");
  EXPECT_EQ(chart.up, 1);
  EXPECT_EQ(chart.down, 7);
  for (const lab::Arrival& arrival : sniffer.all()) {
    if (!lab::syn_port(arrival)) continue;
    EXPECT_EQ(last_byte_asked(arrival), 2U) << "a SYN to a host that is not there";
  }
}

TEST_F(Hosts, AreAllUpWithoutAskingUnderPn) {
  Pair pair;
  pair.target.ip("route add local 198.18.64.0/24 dev lo\n");
  pair.scanner.ip("route add 198.18.64.0/24 via 198.18.0.2\n");
  pair.target.nft(
      "table ip lab {\n chain input {\n  type filter hook input priority 0; policy accept;\n"
      "  ip daddr 198.18.64.3 drop\n }\n}\n");
  const Chart chart = scan(pair.scanner, {"-Pn", "-T4", "-p", "79-81", "198.18.64.2-3"});
  const std::map<std::string, std::string> expected{{"198.18.64.2", "user-set"}, {"198.18.64.3", "user-set"}};
  EXPECT_EQ(up_hosts(chart), expected);
  EXPECT_EQ(differences(chart, "198.18.64.2", 79, 81, {}), "");
  EXPECT_EQ(differences(chart, "198.18.64.3", 79, 81, {.ports = {}, .rest = {"filtered", "no-response"}}), "");
}

TEST_F(Hosts, AClosedUdpPortIsASign) {
  Pair pair;
  const Chart chart = scan(pair.scanner, {"-sn", "--disable-arp-ping", "-PU9", Pair::target_v4});
  EXPECT_EQ(up_hosts(chart), (std::map<std::string, std::string>{{Pair::target_v4, "port-unreach"}}));
}

// Nothing answers a reset.
TEST_F(Hosts, TheFlagsOfPortProbesAreNotThoseThatFindHosts) {
  Pair pair;
  const Chart chart = scan(pair.scanner, {"-sn", "--disable-arp-ping", "-PS9", "--scanflags", "RST", Pair::target_v4});
  EXPECT_EQ(up_hosts(chart), (std::map<std::string, std::string>{{Pair::target_v4, "reset"}}));
}

TEST_F(Hosts, AResetIsNoneWhereItIsNotToBe) {
  Pair pair;
  const std::vector<std::string> question{"-sn", "--disable-arp-ping", "-PS9", Pair::target_v4};
  EXPECT_EQ(up_hosts(scan(pair.scanner, question)), (std::map<std::string, std::string>{{Pair::target_v4, "reset"}}));
  std::vector<std::string> without = question;
  without.emplace_back("--discovery-ignore-rst");
  EXPECT_TRUE(up_hosts(scan(pair.scanner, without)).empty());
}

}  // namespace
}  // namespace portolan::lab_test
