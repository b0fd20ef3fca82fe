// Every state and reason of a TCP port that a Linux host and its packet filter can give.
#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class TcpStates : public LabTest {};

constexpr std::uint16_t first_port = 1;
constexpr std::uint16_t last_port = 1500;

const std::vector<std::uint16_t> listening{1, 22, 80, 443, 777, 1023, 1024, 1499, 1500};

// One port for each way to say no.
constexpr const char* rules = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport { 100-119, 1000 } drop
    tcp dport 200 reject with tcp reset
    tcp dport 201 reject with icmp net-unreachable
    tcp dport 202 reject with icmp host-unreachable
    tcp dport 203 reject with icmp prot-unreachable
    tcp dport 204 reject with icmp port-unreachable
    tcp dport 205 reject with icmp net-prohibited
    tcp dport 206 reject with icmp host-prohibited
    tcp dport 207 reject with icmp admin-prohibited
    tcp dport 301 reject with icmpv6 no-route
    tcp dport 302 reject with icmpv6 admin-prohibited
    tcp dport 303 reject with icmpv6 addr-unreachable
    tcp dport 304 reject with icmpv6 port-unreachable
    tcp dport 305 reject with icmpv6 policy-fail
    tcp dport 306 reject with icmpv6 reject-route
  }
}
)";

Truth truth_of_both() {
  Truth truth;
  for (const std::uint16_t port : listening) truth.ports[port] = {"open", "syn-ack"};
  for (std::uint16_t port = 100; port <= 119; ++port) truth.ports[port] = {"filtered", "no-response"};
  truth.ports[1000] = {"filtered", "no-response"};
  truth.ports[200] = {"closed", "reset"};
  return truth;
}

Truth truth_of_v4() {
  Truth truth = truth_of_both();
  truth.ports[201] = {"filtered", "net-unreach"};
  truth.ports[202] = {"filtered", "host-unreach"};
  truth.ports[203] = {"filtered", "proto-unreach"};
  truth.ports[204] = {"filtered", "port-unreach"};
  truth.ports[205] = {"filtered", "net-prohibited"};
  truth.ports[206] = {"filtered", "host-prohibited"};
  truth.ports[207] = {"filtered", "admin-prohibited"};
  return truth;
}

Truth truth_of_v6() {
  Truth truth = truth_of_both();
  truth.ports[301] = {"filtered", "no-route"};
  truth.ports[302] = {"filtered", "admin-prohibited"};
  truth.ports[303] = {"filtered", "host-unreach"};
  truth.ports[304] = {"filtered", "port-unreach"};
  truth.ports[305] = {"filtered", "admin-prohibited"};  // the source address failed a policy, RFC 4443 §3.1
  truth.ports[306] = {"filtered", "reject-route"};
  return truth;
}

TEST_F(TcpStates, SynScanTellsThemAllOverIPv4) {
  Pair pair;
  pair.target.nft(rules);
  pair.target.listen(listening);
  const Chart chart = scan(pair.scanner, {"-sS", "-Pn", "-T4", "-p", "1-1500", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, first_port, last_port, truth_of_v4()), "");
  EXPECT_NE(chart.find(Pair::target_v4)->mac, "");
}

TEST_F(TcpStates, SynScanTellsThemAllOverIPv6) {
  Pair pair;
  pair.target.nft(rules);
  pair.target.listen(listening);
  const Chart chart = scan(pair.scanner, {"-6", "-sS", "-Pn", "-T4", "-p", "1-1500", Pair::target_v6});
  EXPECT_EQ(differences(chart, Pair::target_v6, first_port, last_port, truth_of_v6()), "");
}

// A connection is told the same, but for resets, which it calls refusals.
Truth as_connections_see(Truth truth) {
  for (auto& [port, answer] : truth.ports) {
    if (answer.state == "closed") answer.reason = "conn-refused";
  }
  truth.rest = {"closed", "conn-refused"};
  return truth;
}

// nmap sees only the error number of a connection, which says less than the ICMP error behind it.
bool is_told_by_icmp(std::uint16_t port) { return port > 200 && port < 400; }

void expect_connect_scan(const std::string& address, const Truth& told) {
  Pair pair;
  pair.target.nft(rules);
  pair.target.listen(listening);
  std::vector<std::string> words{"-sT", "-Pn", "-T4", "-p", "1-1500", address};
  if (address.find(':') != std::string::npos) words.insert(words.begin(), "-6");
  Chart chart = scan(pair.scanner, words);
  Truth truth = as_connections_see(told);
  if (program_is_nmap()) {
    for (auto& [port, answer] : chart.hosts.front().ports) {
      if (is_told_by_icmp(port)) answer = truth.ports.contains(port) ? truth.ports.at(port) : truth.rest;
    }
  }
  EXPECT_EQ(differences(chart, address, first_port, last_port, truth), "");
}

TEST_F(TcpStates, ConnectScanTellsThemAllOverIPv4) { expect_connect_scan(Pair::target_v4, truth_of_v4()); }

TEST_F(TcpStates, ConnectScanTellsThemAllOverIPv6) { expect_connect_scan(Pair::target_v6, truth_of_v6()); }

// A limiter swallows most resets of a burst. None of these ports is filtered.
TEST_F(TcpStates, PortsOfAHostThatLimitsItsResetsAreClosed) {
  Pair pair;
  pair.target.nft(R"(
table inet lab {
  chain output {
    type filter hook output priority 0; policy accept;
    tcp flags & rst == rst limit rate over 200/second burst 20 packets drop
  }
}
)");
  pair.target.listen(listening);
  Truth truth;
  for (const std::uint16_t port : listening) {
    if (port <= 600) truth.ports[port] = {"open", "syn-ack"};
  }
  const Chart chart = scan(pair.scanner, {"-sS", "-Pn", "-T4", "-p", "1-600", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, 1, 600, truth), "");
}

TEST_F(TcpStates, AHostThatDropsEverythingIsFilteredThroughout) {
  Pair pair;
  pair.target.nft(R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy drop;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
  }
}
)");
  pair.target.listen(listening);
  const Truth truth{.ports = {}, .rest = {"filtered", "no-response"}};
  const Chart v4 = scan(pair.scanner, {"-sS", "-Pn", "-T4", "-p", "1-100", Pair::target_v4});
  EXPECT_EQ(differences(v4, Pair::target_v4, 1, 100, truth), "");
  const Chart v6 = scan(pair.scanner, {"-6", "-sS", "-Pn", "-T4", "-p", "1-100", Pair::target_v6});
  EXPECT_EQ(differences(v6, Pair::target_v6, 1, 100, truth), "");
}

// Linux takes a SYN for one whatever stands beside it, but for a FIN (tcp_rcv_state_process).
TEST_F(TcpStates, OtherFlagsAreAskedAndUnderstood) {
  Pair pair;
  pair.target.listen(listening);
  for (const auto& [flags, open] : {std::pair{"SYNURG", Answer{"open", "syn-ack"}},
                                    {"SYNFIN", Answer{"filtered", "no-response"}},
                                    {"0x12", Answer{"closed", "reset"}}}) {
    Truth truth;
    for (const std::uint16_t port : listening) truth.ports[port] = open;
    const Chart chart =
        scan(pair.scanner, {"-sS", "-Pn", "-T4", "--scanflags", flags, "-p", "1-1500", Pair::target_v4});
    EXPECT_EQ(differences(chart, Pair::target_v4, first_port, last_port, truth), "") << flags;
  }
}

TEST_F(TcpStates, PacketsAreDressedAsTheUserWants) {
  Pair pair;
  pair.target.listen(listening);
  lab::Sniffer sniffer = pair.target.sniff("wire");
  const Chart chart =
      scan(pair.scanner, {"-sS", "-Pn", "-g", "53", "--ttl", "7", "--data", "0xcafe", "-p", "80,81", Pair::target_v4});
  EXPECT_EQ(chart.find(Pair::target_v4)->ports.at(80), (Answer{"open", "syn-ack"}));
  EXPECT_EQ(chart.find(Pair::target_v4)->ports.at(81), (Answer{"closed", "reset"}));
  int asked = 0;
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    const auto& bytes = arrival.bytes;
    constexpr std::size_t ip = 20;
    if (bytes.size() < ip + 20 || bytes[0] != 0x45 || bytes[ip + 13] != 0x02) continue;
    ++asked;
    EXPECT_EQ(bytes[8], 7) << "time to live";
    EXPECT_EQ(bytes[ip] << 8 | bytes[ip + 1], 53);
    EXPECT_EQ(bytes[bytes.size() - 2] << 8 | bytes.back(), 0xcafe);
  }
  EXPECT_GE(asked, 2);
}

}  // namespace
}  // namespace portolan::lab_test
