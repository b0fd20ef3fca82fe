// The same hosts seen by portolan and by nmap: every port, every reason.

#include <algorithm>

#include "base/text.h"
#include "lab_test.h"
#include "probe/registry.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;

class Peer : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (lab::run({.words = {"nmap", "--version"}}).status != 0) GTEST_SKIP() << "nmap is not installed";
  }
};

std::string line_of(const ChartHost& host, std::uint16_t port, const Answer& answer) {
  return fmt::format("{} {} {} {}\n", host.address, port, answer.state, answer.reason);
}

std::string text_of(const Chart& chart) {
  std::vector<std::string> lines;
  for (const ChartHost& host : chart.hosts) {
    lines.push_back(fmt::format("{} {} {}\n", host.address, host.status.state, host.mac));
    for (const auto& [port, answer] : host.ports) lines.push_back(line_of(host, port, answer));
  }
  std::sort(lines.begin(), lines.end());
  return join(lines, "");
}

Chart nmap_chart(const lab::Host& host, std::vector<std::string> words) {
  words.insert(words.begin(), "nmap");
  words.insert(words.end(), {"-n", "-oX", "-"});
  const Finished done = host.run({.words = words}, 120s);
  EXPECT_EQ(done.status, 0) << done.errors;
  return read_chart(done.output);
}

constexpr const char* mixture = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 10-14 drop
    tcp dport 20 reject with icmpx port-unreachable
    tcp dport 21 reject with icmpx admin-prohibited
    tcp dport 23 reject with icmpx host-unreachable
    tcp dport 24 reject with icmpx no-route
  }
}
)";

void expect_agreement(const std::vector<std::string>& words) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.3/24 dev wire\n");
  pair.target.nft(mixture);
  pair.target.listen(std::vector<std::uint16_t>{22, 80, 443, 3306, 8080});
  const std::string ours = text_of(scan(pair.scanner, words));
  const std::string theirs = text_of(nmap_chart(pair.scanner, words));
  EXPECT_NE(theirs, "");
  EXPECT_EQ(ours, theirs) << join(words, " ");
}

TEST_F(Peer, AgreesOnASynScanOverIPv4) { expect_agreement({"-sS", "-T4", "-p", "1-600", "198.18.0.2-5"}); }
TEST_F(Peer, AgreesOnASynScanOverIPv6) { expect_agreement({"-6", "-sS", "-T4", "-p", "1-600", "2001:db8::2"}); }

// Every technique that both have, on both families; ports as a listener, a closed port and each kind of filter.
TEST_F(Peer, AgreesOnEveryWayToAskTcpPortsWithRawPackets) {
  for (const probe::Probe* probe : probe::registry) {
    if (probe->asks != probe::Asks::tcp_ports || probe->connects || probe->scan_option.spelling.empty()) continue;
    const std::string option{probe->scan_option.spelling};
    expect_agreement({option, "-T4", "-p", "1-90,400-460", "198.18.0.2-3"});
    expect_agreement({"-6", option, "-T4", "-p", "1-90,400-460", "2001:db8::2"});
  }
}

// nmap takes the kernel's word for why a connection failed (EHOSTUNREACH stands for several reasons,
// and port-unreachable looks like a reset): only ports that no ICMP error stands behind are compared. It also asks by
// ARP before it connects, and so knows MAC addresses.
TEST_F(Peer, AgreesOnAConnectScan) { expect_agreement({"-sT", "-T4", "-p", "1-19,25-600", "198.18.0.2-3"}); }

TEST_F(Peer, AgreesOnWhoIsUp) { expect_agreement({"-sn", "198.18.0.2-20"}); }
TEST_F(Peer, AgreesOnAPortListOfRanges) {
  expect_agreement({"-sS", "-T4", "-p", "T:22,80-81,-5,65530-", "198.18.0.2"});
}

}  // namespace
}  // namespace portolan::lab_test
