// Every way to ask ports against every kind of rule of a firewall, behind two routers, over both families: port by port
// as nmap tells it in the same run, and where rules of several kinds are told apart, as it is.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "lab_test.h"
#include "probe/registry.h"
#include "tests/places.h"
#include "udp_echo.h"

namespace portolan::lab_test {
namespace {

using lab::Host;
using lab::Lab;

constexpr const char* target_v4 = "198.18.2.2";
constexpr const char* target_v6 = "2001:db8:2::2";

// Of the second router. A rule for every code of REJECT, for silence, and for connections and their first packets.
constexpr const char* rules = R"(
table inet lab {
  chain forward {
    type filter hook forward priority 0; policy accept;
    th dport { 10, 11 } drop
    th dport 12 ct state new drop
    th dport 13 ct state { new, invalid } drop
    tcp dport 14 tcp flags & (fin | syn | rst | ack) == syn drop
    tcp dport 20 reject with tcp reset
    th dport 21 reject with icmp net-unreachable
    th dport 22 reject with icmp host-unreachable
    th dport 23 reject with icmp prot-unreachable
    th dport 24 reject with icmp port-unreachable
    th dport 25 reject with icmp net-prohibited
    th dport 26 reject with icmp host-prohibited
    th dport 27 reject with icmp admin-prohibited
    th dport 31 reject with icmpv6 no-route
    th dport 32 reject with icmpv6 admin-prohibited
    th dport 33 reject with icmpv6 addr-unreachable
    th dport 34 reject with icmpv6 port-unreachable
  }
}
)";
const std::vector<std::uint16_t> datagrams{7};
const std::vector<std::uint16_t> connections{9, 12, 13, 14};
constexpr const char* ports = "7,9-14,20-27,31-36,386";

// scanner -- first -- second -- target; 198.18.N.0/24 and 2001:db8:N::/64 between them. Open: 7 (UDP), 9 and 12 to 14
// (TCP), 36 and 386 (SCTP).
struct World {
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& first = lab.add_host("first");
  Host& second = lab.add_host("second");
  Host& target = lab.add_host("target");
  UdpEcho echo;
  std::optional<lab::Running> sctp;

  World() : echo{connected(), datagrams} {
    second.nft(rules);
    target.listen(connections);
    sctp.emplace(target.start({.words = {test::sctp_peer(), "36", "386"}}));
    EXPECT_TRUE(sctp->read_until("ready"));
  }

 private:
  Host& connected() {
    wire(scanner, first, 0);
    wire(first, second, 1);
    wire(second, target, 2);
    scanner.ip("route add default via 198.18.0.2\nroute add ::/0 via 2001:db8:0::2\n");
    first.ip("route add default via 198.18.1.2\nroute add ::/0 via 2001:db8:1::2\n");
    second.ip("route add default via 198.18.1.1\nroute add ::/0 via 2001:db8:1::1\n");
    target.ip("route add default via 198.18.2.1\nroute add ::/0 via 2001:db8:2::1\n");
    first.forward();
    second.forward();
    return target;
  }
  void wire(Host& near, Host& far, unsigned number) {
    lab.connect({near, "far", {fmt::format("198.18.{}.1/24", number), fmt::format("2001:db8:{}::1/64", number)}},
                {far, "near", {fmt::format("198.18.{}.2/24", number), fmt::format("2001:db8:{}::2/64", number)}});
  }
};

std::string text_of(const Chart& chart) {
  std::string text;
  for (const ChartHost& host : chart.hosts) {
    for (const auto& [port, answer] : host.ports) append(text, "{} {} {}\n", port, answer.state, answer.reason);
  }
  return text;
}

class RuleStates : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (lab::run({.words = {"nmap", "--version"}}).status != 0) GTEST_SKIP() << "nmap is not installed";
  }
};

std::vector<std::string> words_for(std::string_view option, const char* address) {
  std::vector<std::string> words{std::string{option}, "-Pn", "-T4", "-p", ports, address};
  if (std::string_view{address}.contains(':')) words.insert(words.begin(), "-6");
  return words;
}

Chart nmap_chart(const Host& host, std::vector<std::string> words) {
  words.insert(words.begin(), "nmap");
  words.insert(words.end(), {"-n", "-oX", "-"});
  const lab::Finished done = host.run({.words = words}, 120s);
  EXPECT_EQ(done.status, 0) << done.errors;
  return read_chart(done.output);
}

TEST_F(RuleStates, AreWhatNmapTellsByEveryTechniqueBehindTwoRouters) {
  World world;
  std::size_t techniques = 0;
  for (const probe::Probe* probe : probe::registry) {
    // A connection knows error numbers only (Peer.AgreesOnAConnectScan), a protocol has no port.
    if (!probe::asks_ports(probe->asks) || probe->connects || probe->scan_option.spelling.empty()) continue;
    ++techniques;
    for (const char* address : {target_v4, target_v6}) {
      const auto words = words_for(probe->scan_option.spelling, address);
      const std::string ours = text_of(scan(world.scanner, words));
      const std::string theirs = text_of(nmap_chart(world.scanner, words));
      EXPECT_NE(theirs, "");
      EXPECT_EQ(ours, theirs) << probe->name << ' ' << address;
    }
  }
  EXPECT_GE(techniques, 10U);
}

// A firewall that knows of connections drops what begins one; the old kind looks at the SYN alone.
TEST_F(RuleStates, TellAFirewallThatKnowsOfConnectionsFromOneThatLooksAtFlags) {
  World world;
  const Answer open{"open", "syn-ack"};
  const Answer silent{"filtered", "no-response"};
  const Answer reached{"unfiltered", "reset"};
  for (const char* address : {target_v4, target_v6}) {
    const Chart by_syn = scan(world.scanner, words_for("-sS", address));
    const auto& syn = by_syn.find(address)->ports;
    EXPECT_EQ(syn.at(9), open);
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{10, 12, 13, 14})
      EXPECT_EQ(syn.at(port), silent) << port;
    const Chart by_ack = scan(world.scanner, words_for("-sA", address));
    const auto& ack = by_ack.find(address)->ports;
    // An ACK out of nowhere begins a connection, too, for Linux's connection tracking (nf_conntrack_tcp_loose).
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{10, 12, 13})
      EXPECT_EQ(ack.at(port), silent) << port;
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{9, 14})
      EXPECT_EQ(ack.at(port), reached) << port;
    const Chart by_fin = scan(world.scanner, words_for("-sF", address));
    const auto& fin = by_fin.find(address)->ports;
    EXPECT_EQ(fin.at(35), (Answer{"closed", "reset"}));
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{9, 10, 12, 13, 14}) {
      EXPECT_EQ(fin.at(port), (Answer{"open|filtered", "no-response"})) << port;
    }
  }
}

}  // namespace
}  // namespace portolan::lab_test
