// Every state and reason of an IP protocol that a real kernel and a packet filter can give, beside what nmap says of
// the same host.
#include <array>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class IpProtocolStates : public LabTest {};

constexpr std::uint16_t last_protocol = 255;

constexpr const char* dropping = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    meta l4proto { 20-29, 47, 255 } drop
  }
}
)";
constexpr const char* rejecting = R"(
table ip lab {
  chain input {
    type filter hook input priority 0; policy accept;
    ip protocol 30 reject with icmp net-unreachable
    ip protocol 31 reject with icmp host-unreachable
    ip protocol 32 reject with icmp prot-unreachable
    ip protocol 33 reject with icmp port-unreachable
    ip protocol 34 reject with icmp net-prohibited
    ip protocol 35 reject with icmp host-prohibited
    ip protocol 36 reject with icmp admin-prohibited
    ip protocol tcp reject with icmp port-unreachable
    ip protocol udp reject with icmp admin-prohibited
    ip protocol icmp reject with icmp prot-unreachable
  }
}
table ip6 lab {
  chain input {
    type filter hook input priority 0; policy accept;
    ip6 nexthdr tcp reject with icmpv6 addr-unreachable
    ip6 nexthdr udp reject with icmpv6 admin-prohibited
    ip6 nexthdr 30 reject with icmpv6 no-route
    ip6 nexthdr 31 reject with icmpv6 admin-prohibited
    ip6 nexthdr 32 reject with icmpv6 port-unreachable
  }
}
)";

Truth told_by_nmap(const lab::Host& from, const std::vector<std::string>& line, const std::string& address) {
  const Scratch scratch;
  lab::Command nmap{.words = {"nmap", "-oX", scratch.path("nmap")}};
  nmap.words.insert(nmap.words.end(), line.begin(), line.end());
  const auto done = from.run(nmap, 120s);
  EXPECT_EQ(done.status, 0) << done.errors;
  const Chart chart = read_chart(scratch.read("nmap"));
  Truth truth;
  const auto* const host = chart.find(address);
  EXPECT_NE(host, nullptr);
  if (host == nullptr) return truth;
  for (const auto& [protocol, answer] : host->ports) truth.ports[protocol] = answer;
  return truth;
}

// Both scan the same host in the same run. Over IPv4 nmap tells protocol 1 by whichever ICMP message came first, an
// error about another protocol perhaps.
void expect_nmaps_states(const Pair& pair, const std::vector<std::string>& words, const std::string& address) {
  std::vector<std::string> line{"-sO", "-Pn", "-n", "-T4", "-p", "0-255", address};
  line.insert(line.begin(), words.begin(), words.end());
  const Chart ours = scan(pair.scanner, line);
  Truth truth = told_by_nmap(pair.scanner, line, address);
  ASSERT_EQ(truth.ports.size(), 256U);
  if (address == Pair::target_v4) {
    truth.ports[1] = ours.find(address)->ports.at(1);
    EXPECT_EQ(truth.ports[1].state, "open");
  }
  EXPECT_EQ(differences(ours, address, 0, last_protocol, truth), "");
}

TEST_F(IpProtocolStates, APlainHostIsToldAsNmapTellsIt) {
  Pair pair;
  expect_nmaps_states(pair, {}, Pair::target_v4);
  expect_nmaps_states(pair, {"-6"}, Pair::target_v6);
}

TEST_F(IpProtocolStates, WhatAFilterDropsIsToldAsNmapTellsIt) {
  Pair pair;
  pair.target.nft(dropping);
  expect_nmaps_states(pair, {}, Pair::target_v4);
  expect_nmaps_states(pair, {"-6"}, Pair::target_v6);
}

TEST_F(IpProtocolStates, WhatAFilterRejectsIsToldAsNmapTellsIt) {
  Pair pair;
  pair.target.nft(rejecting);
  expect_nmaps_states(pair, {}, Pair::target_v4);
  expect_nmaps_states(pair, {"-6"}, Pair::target_v6);
}

TEST_F(IpProtocolStates, ThisMachineIsAskedToo) {
  Pair pair;
  // IGMP, PIM and UDP-Lite: a kernel may have been built without them.
  Truth truth = told_by_nmap(pair.target, {"-sO", "-Pn", "-n", "-T4", "-p", "2,103,136", "127.0.0.1"}, "127.0.0.1");
  ASSERT_EQ(truth.ports.size(), 3U);
  truth.rest = {"closed", "proto-unreach"};
  truth.ports[1] = {"open", "echo-reply"};
  truth.ports[6] = {"open", "proto-response"};
  truth.ports[17] = {"open", "port-unreach"};
  truth.ports[255] = {"open|filtered", "no-response"};
  const Chart chart = scan(pair.target, {"-sO", "-T4", "127.0.0.1"});
  EXPECT_EQ(differences(chart, "127.0.0.1", 0, 255, truth), "");
}

// Six errors at once, then one a second, as every Linux host has it.
TEST_F(IpProtocolStates, AHostThatLimitsItsErrorsIsToldTruly) {
  Pair pair;
  pair.target.set("ipv4/icmp_ratelimit", "1000");
  pair.target.nft(
      "table inet lab { chain input { type filter hook input priority 0; meta l4proto { 60, 61 } drop; }; }");
  Truth truth;  // of protocols that no kernel speaks
  truth.rest = {"closed", "proto-unreach"};
  for (const std::uint16_t dropped : std::array<std::uint16_t, 2>{60, 61}) {
    truth.ports[dropped] = {"open|filtered", "no-response"};
  }
  expect_limited_host_told_truly(pair.scanner, {"-sO", "-p", "60-82"}, Pair::target_v4, 60, 82, truth);
}

TEST_F(IpProtocolStates, AHostIsFoundByAnyAnswer) {
  Pair pair;
  for (const char* option : {"-PO", "-PO1", "-PO6", "-POudp", "-PO99,132"}) {
    const Chart v4 = scan(pair.scanner, {"-sn", "--disable-arp-ping", option, Pair::target_v4});
    EXPECT_NE(v4.find(Pair::target_v4), nullptr) << option;
    const Chart v6 = scan(pair.scanner, {"-6", "-sn", "--disable-arp-ping", option, Pair::target_v6});
    EXPECT_NE(v6.find(Pair::target_v6), nullptr) << option;
  }
  pair.target.nft("table inet lab { chain input { type filter hook input priority 0; meta l4proto 99 drop; }; }");
  const Chart none =
      scan(pair.scanner, {"-sn", "--disable-arp-ping", "-PO99,2", "--max-retries", "1", Pair::target_v4});
  EXPECT_EQ(none.find(Pair::target_v4), nullptr);
}

}  // namespace
}  // namespace portolan::lab_test
