// Every state and reason of an SCTP port that a real SCTP stack and a packet filter can give.
#include "lab_test.h"
#include "tests/places.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class SctpStates : public LabTest {};

constexpr std::uint16_t first_port = 1;
constexpr std::uint16_t last_port = 400;

constexpr const char* rules = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    sctp dport 100-109 drop
    sctp dport 201 reject with icmp net-unreachable
    sctp dport 202 reject with icmp host-unreachable
    sctp dport 203 reject with icmp prot-unreachable
    sctp dport 204 reject with icmp port-unreachable
    sctp dport 207 reject with icmp admin-prohibited
    sctp dport 301 reject with icmpv6 no-route
    sctp dport 302 reject with icmpv6 admin-prohibited
    sctp dport 303 reject with icmpv6 addr-unreachable
    sctp dport 304 reject with icmpv6 port-unreachable
  }
}
)";

// What its small buffer has no room for the kernel refuses as if nobody spoke SCTP (net/ipv4/raw.c, raw_v4_input()), so
// no more questions are open at a time than it holds.
constexpr const char* at_once = "50";

// Listens at ports 36 and 386 of the target.
class Peer {
 public:
  explicit Peer(const lab::Host& host) : process_{host.start({.words = {test::sctp_peer(), "36", "386"}})} {
    EXPECT_TRUE(process_.read_until("ready"));
  }

 private:
  lab::Running process_;
};

Truth truth_of(const Answer& open) {
  Truth truth;
  truth.rest = {"closed", "abort"};
  truth.ports[36] = open;
  truth.ports[386] = open;
  return truth;
}

Truth truth_of_v4(const Answer& open, const Answer& silent) {
  Truth truth = truth_of(open);
  for (std::uint16_t port = 100; port <= 109; ++port) truth.ports[port] = silent;
  truth.ports[201] = {"filtered", "net-unreach"};
  truth.ports[202] = {"filtered", "host-unreach"};
  truth.ports[203] = {"filtered", "proto-unreach"};
  truth.ports[204] = {"filtered", "port-unreach"};
  truth.ports[207] = {"filtered", "admin-prohibited"};
  return truth;
}

TEST_F(SctpStates, InitScanTellsThemAllOverIPv4) {
  Pair pair;
  pair.target.nft(rules);
  const Peer peer{pair.target};
  const Chart chart =
      scan(pair.scanner, {"-sY", "-Pn", "-T4", "--max-parallelism", at_once, "-p", "1-400", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, first_port, last_port,
                        truth_of_v4({"open", "init-ack"}, {"filtered", "no-response"})),
            "");
}

TEST_F(SctpStates, InitScanTellsThemAllOverIPv6) {
  Pair pair;
  pair.target.nft(rules);
  const Peer peer{pair.target};
  Truth truth = truth_of({"open", "init-ack"});
  for (std::uint16_t port = 100; port <= 109; ++port) truth.ports[port] = {"filtered", "no-response"};
  truth.ports[301] = {"filtered", "no-route"};
  truth.ports[302] = {"filtered", "admin-prohibited"};
  truth.ports[303] = {"filtered", "host-unreach"};
  truth.ports[304] = {"filtered", "port-unreach"};
  const Chart chart =
      scan(pair.scanner, {"-6", "-sY", "-Pn", "-T4", "--max-parallelism", at_once, "-p", "1-400", Pair::target_v6});
  EXPECT_EQ(differences(chart, Pair::target_v6, first_port, last_port, truth), "");
}

TEST_F(SctpStates, CookieEchoScanTellsTheClosedOnes) {
  Pair pair;
  pair.target.nft(rules);
  const Peer peer{pair.target};
  const Answer silent{"open|filtered", "no-response"};
  const Chart chart =
      scan(pair.scanner, {"-sZ", "-Pn", "-T4", "--max-parallelism", at_once, "-p", "1-400", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, first_port, last_port, truth_of_v4(silent, silent)), "");
}

// Without the peer nobody speaks SCTP there. Over IPv6 that is a parameter problem (RFC 8200 §4).
TEST_F(SctpStates, AHostThatKnowsNoSctpSaysSo) {
  Pair pair;
  for (const char* way : {"-sY", "-sZ"}) {
    Truth truth;
    truth.rest = {"filtered", "proto-unreach"};
    const Chart v4 = scan(pair.scanner, {way, "-Pn", "-T4", "-p", "36-38", Pair::target_v4});
    EXPECT_EQ(differences(v4, Pair::target_v4, 36, 38, truth), "") << way;
    truth.rest = {"filtered", "param-problem"};
    const Chart v6 = scan(pair.scanner, {"-6", way, "-Pn", "-T4", "-p", "36-38", Pair::target_v6});
    EXPECT_EQ(differences(v6, Pair::target_v6, 36, 38, truth), "") << way;
  }
}

TEST_F(SctpStates, AHostIsFoundByThem) {
  Pair pair;
  const Peer peer{pair.target};
  for (const char* option : {"-PY36", "-PY9"}) {
    const Chart chart = scan(pair.scanner, {"-sn", "--disable-arp-ping", option, Pair::target_v4});
    ASSERT_NE(chart.find(Pair::target_v4), nullptr) << option;
  }
}

}  // namespace
}  // namespace portolan::lab_test
