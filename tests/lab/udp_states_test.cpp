// Every state and reason of a UDP port that a Linux host and its packet filter can give.
#include <string>
#include <vector>

#include "lab_test.h"
#include "udp_echo.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class UdpStates : public LabTest {};

constexpr std::uint16_t first_port = 1;
constexpr std::uint16_t last_port = 400;
const std::vector<std::uint16_t> answering{1, 7, 53, 123, 161, 399, 400};

constexpr const char* rules = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    udp dport { 100-109 } drop
    udp dport 201 reject with icmp net-unreachable
    udp dport 202 reject with icmp host-unreachable
    udp dport 203 reject with icmp prot-unreachable
    udp dport 204 reject with icmp port-unreachable
    udp dport 205 reject with icmp net-prohibited
    udp dport 206 reject with icmp host-prohibited
    udp dport 207 reject with icmp admin-prohibited
    udp dport 301 reject with icmpv6 no-route
    udp dport 302 reject with icmpv6 admin-prohibited
    udp dport 303 reject with icmpv6 addr-unreachable
    udp dport 304 reject with icmpv6 port-unreachable
  }
}
)";

Truth truth_of_both() {
  Truth truth;
  truth.rest = {"closed", "port-unreach"};
  for (const std::uint16_t port : answering) truth.ports[port] = {"open", "udp-response"};
  for (std::uint16_t port = 100; port <= 109; ++port) truth.ports[port] = {"open|filtered", "no-response"};
  return truth;
}

TEST_F(UdpStates, AScanTellsThemAllOverIPv4) {
  Pair pair;
  pair.target.nft(rules);
  const UdpEcho echo{pair.target, answering};
  Truth truth = truth_of_both();
  truth.ports[201] = {"filtered", "net-unreach"};
  truth.ports[202] = {"filtered", "host-unreach"};
  truth.ports[203] = {"filtered", "proto-unreach"};
  truth.ports[205] = {"filtered", "net-prohibited"};
  truth.ports[206] = {"filtered", "host-prohibited"};
  truth.ports[207] = {"filtered", "admin-prohibited"};
  const Chart chart = scan(pair.scanner, {"-sU", "-Pn", "-T4", "-p", "1-400", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, first_port, last_port, truth), "");
}

TEST_F(UdpStates, AScanTellsThemAllOverIPv6) {
  Pair pair;
  pair.target.nft(rules);
  const UdpEcho echo{pair.target, answering};
  Truth truth = truth_of_both();
  truth.ports[301] = {"filtered", "no-route"};
  truth.ports[302] = {"filtered", "admin-prohibited"};
  truth.ports[303] = {"filtered", "host-unreach"};
  const Chart chart = scan(pair.scanner, {"-6", "-sU", "-Pn", "-T4", "-p", "1-400", Pair::target_v6});
  EXPECT_EQ(differences(chart, Pair::target_v6, first_port, last_port, truth), "");
}

// Six errors at once, then one a second, as every Linux host has it.
TEST_F(UdpStates, AHostThatLimitsItsErrorsIsToldTruly) {
  Pair pair;
  pair.target.set("ipv4/icmp_ratelimit", "1000");
  const std::vector<std::uint16_t> open{10, 20};
  const UdpEcho echo{pair.target, open};
  pair.target.nft("table inet lab { chain input { type filter hook input priority 0; udp dport 5-8 drop; }; }");
  Truth truth;
  truth.rest = {"closed", "port-unreach"};
  for (const std::uint16_t port : open) truth.ports[port] = {"open", "udp-response"};
  for (std::uint16_t port = 5; port <= 8; ++port) truth.ports[port] = {"open|filtered", "no-response"};
  expect_limited_host_told_truly(pair.scanner, {"-sU", "-p", "1-24"}, Pair::target_v4, 1, 24, truth);
}

TEST_F(UdpStates, LocalhostIsAskedToo) {
  Pair pair;
  const UdpEcho echo{pair.target, answering};
  Truth truth = truth_of_both();
  truth.ports.erase(truth.ports.lower_bound(100), truth.ports.upper_bound(109));
  const Chart chart = scan(pair.target, {"-sU", "-T4", "-p", "1-400", "127.0.0.1"});
  EXPECT_EQ(differences(chart, "127.0.0.1", first_port, last_port, truth), "");
}

// Over loopback a scan hears its own questions; from a port to itself they look like answers.
TEST_F(UdpStates, ItsOwnQuestionsAreNoAnswers) {
  Pair pair;
  Truth truth;
  truth.rest = {"closed", "port-unreach"};
  for (const char* address : {"127.0.0.1", Pair::target_v4}) {
    const Chart chart = scan(pair.target, {"-sU", "-T4", "-g", "53", "-p", "53,54", address});
    EXPECT_EQ(differences(chart, address, 53, 54, truth), "");
  }
}

}  // namespace
}  // namespace portolan::lab_test
