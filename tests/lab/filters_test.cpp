// What --firewall says of real rules of nftables, on the host and on routers before it, over both families. The truth
// is the ruleset.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Host;
using lab::Lab;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

struct Reading {
  std::string kind;
  std::string ports;
  std::string by;
  std::string hops_before;
  std::string reason;
  std::string evidence;
  friend void PrintTo(const Reading& one, std::ostream* out) {
    *out << one.kind << " [" << one.ports << "] by [" << one.by << "] hops [" << one.hops_before << "] "
         << one.evidence;
  }
};

std::string field_of(const std::string& table, const std::string& key) {
  std::smatch found;
  const std::regex field{"<elem key=\"" + key + "\">([^<]*)</elem>"};
  return std::regex_search(table, found, field) ? found[1].str() : "";
}

std::vector<Reading> readings_of(const std::string& xml) {
  std::vector<Reading> all;
  const std::string head = "<table>\n<elem key=\"kind\">";
  for (std::size_t at = xml.find(head); at != std::string::npos; at = xml.find(head, at + 1)) {
    const std::string table = xml.substr(at, xml.find("</table>\n</table>", at) - at);
    all.push_back({field_of(table, "kind"), field_of(table, "ports"), field_of(table, "by"),
                   field_of(table, "hops_before"), field_of(table, "reason"), table});
  }
  return all;
}

std::vector<std::string> kinds_of(const std::vector<Reading>& readings) {
  std::vector<std::string> kinds;
  for (const Reading& reading : readings) kinds.push_back(reading.kind);
  return kinds;
}

Reading only(const std::vector<Reading>& readings, const std::string& kind) {
  for (const Reading& reading : readings) {
    if (reading.kind == kind) return reading;
  }
  ADD_FAILURE() << "no " << kind << " in " << testing::PrintToString(readings);
  return {};
}

std::string rules_at(const std::string& hook, const std::string& rules) {
  return fmt::format("flush ruleset\ntable inet lab {{\nchain one {{\ntype filter hook {} priority 0;\n{}\n}}\n}}\n",
                     hook, rules);
}

// scanner -- first -- second -- target; 198.18.N.0/24 and 2001:db8:N::/64 between them. Open: 22 and 80.
struct World {
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& first = lab.add_host("first");
  Host& second = lab.add_host("second");
  Host& target = lab.add_host("target");

  World() {
    wire(scanner, first, 0);
    wire(first, second, 1);
    wire(second, target, 2);
    scanner.ip("route add default via 198.18.0.2\nroute add ::/0 via 2001:db8:0::2\n");
    first.ip("route add default via 198.18.1.2\nroute add ::/0 via 2001:db8:1::2\n");
    second.ip("route add default via 198.18.1.1\nroute add ::/0 via 2001:db8:1::1\n");
    target.ip("route add default via 198.18.2.1\nroute add ::/0 via 2001:db8:2::1\n");
    first.forward();
    second.forward();
    target.listen(22);
    target.listen(80);
  }

  [[nodiscard]] std::vector<Reading> ask(bool v4) const {
    std::vector<std::string> words{"-n", "-Pn", "-T4", "--firewall", "-p", "9-40,80-82", "-oX", "-"};
    if (!v4) words.emplace_back("-6");
    words.emplace_back(v4 ? "198.18.2.2" : "2001:db8:2::2");
    const Finished done = scanner.run(scan_command(words), 120s);
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(done.errors, "");
    EXPECT_THAT(done.output, HasSubstr("<hostscript><script id=\"portolan-firewall\""));
    return readings_of(done.output);
  }

 private:
  void wire(Host& near, Host& far, unsigned number) {
    lab.connect({near, "far", {fmt::format("198.18.{}.1/24", number), fmt::format("2001:db8:{}::1/64", number)}},
                {far, "near", {fmt::format("198.18.{}.2/24", number), fmt::format("2001:db8:{}::2/64", number)}});
  }
};

class Filters : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "it has no such option";
  }
};

TEST_F(Filters, WhereNoRuleIsNoneIsSeen) {
  const World world;
  for (const bool v4 : {true, false}) EXPECT_TRUE(world.ask(v4).empty());
}

TEST_F(Filters, ADropIsSilence) {
  const World world;
  for (const Host* host : {&world.target, &world.first}) {
    host->nft(rules_at(host == &world.target ? "input" : "forward", "tcp dport 30-39 drop"));
    for (const bool v4 : {true, false}) {
      const auto readings = world.ask(v4);
      EXPECT_THAT(kinds_of(readings), UnorderedElementsAre("passes", "dropped"));
      EXPECT_EQ(only(readings, "dropped").ports, "30-39");
      EXPECT_EQ(only(readings, "passes").ports, "9-29,40,80-82");
    }
    host->nft("flush ruleset\n");
  }
}

// By the host itself nothing but the TOS tells it, before the host the distance, too.
TEST_F(Filters, AResetIsPlaced) {
  const World world;
  struct Place {
    const Host& host;
    const char* hook;
    const char* hops;
  };
  for (const Place& place :
       {Place{world.target, "input", ""}, Place{world.second, "forward", "1"}, Place{world.first, "forward", "2"}}) {
    SCOPED_TRACE(place.hops);
    place.host.nft(rules_at(place.hook, "tcp dport { 9, 40 } reject with tcp reset"));
    for (const bool v4 : {true, false}) {
      const auto readings = world.ask(v4);
      EXPECT_THAT(kinds_of(readings), UnorderedElementsAre("passes", "refused"));
      const Reading refused = only(readings, "refused");
      // Of the host's own only what is in the sample can be told.
      EXPECT_THAT(refused.ports, testing::AnyOf("9,40", *place.hops == 0 ? "9" : ""));
      EXPECT_EQ(refused.hops_before, place.hops);
      EXPECT_THAT(refused.evidence, HasSubstr("does not copy the DSCP"));
      const bool is_far = &place.host == &world.first;
      EXPECT_EQ(refused.evidence.contains("could not reach the host"), is_far) << "the last router lets it in";
    }
    place.host.nft("flush ruleset\n");
  }
}

TEST_F(Filters, ErrorsTellWhoAndWhy) {
  const World world;
  const std::string rules =
      "meta nfproto ipv4 tcp dport 10 reject with icmp net-prohibited\n"
      "meta nfproto ipv4 tcp dport 11 reject with icmp host-prohibited\n"
      "meta nfproto ipv4 tcp dport 12 reject with icmp admin-prohibited\n"
      "meta nfproto ipv4 tcp dport 13 reject with icmp port-unreachable\n"
      "meta nfproto ipv4 tcp dport 14 reject with icmp host-unreachable\n"
      "meta nfproto ipv6 tcp dport 10 reject with icmpv6 no-route\n"
      "meta nfproto ipv6 tcp dport 12 reject with icmpv6 admin-prohibited\n"
      "meta nfproto ipv6 tcp dport 13 reject with icmpv6 port-unreachable\n"
      "meta nfproto ipv6 tcp dport 14 reject with icmpv6 addr-unreachable\n";
  struct Place {
    const Host& host;
    const char* hook;
    const char* v4;
    const char* v6;
    const char* hops;
  };
  for (const Place& place :
       {Place{world.target, "input", "", "", ""}, Place{world.second, "forward", "198.18.1.2", "2001:db8:1::2", "1"},
        Place{world.first, "forward", "198.18.0.2", "2001:db8::2", "2"}}) {
    place.host.nft(rules_at(place.hook, rules));
    for (const bool v4 : {true, false}) {
      SCOPED_TRACE(fmt::format("{} {}", place.hops, v4));
      std::vector<std::string> told;
      for (const Reading& reading : world.ask(v4)) {
        if (reading.kind == "passes") continue;
        EXPECT_EQ(reading.kind, "rejected");
        EXPECT_EQ(reading.by, v4 ? place.v4 : place.v6);
        EXPECT_EQ(reading.hops_before, place.hops);
        told.push_back(reading.ports + " " + reading.reason);
      }
      if (v4) {
        EXPECT_THAT(told, UnorderedElementsAre("10 net-prohibited", "11 host-prohibited", "12 admin-prohibited",
                                               "13 port-unreach", "14 host-unreach"));
      } else {
        EXPECT_THAT(told,
                    UnorderedElementsAre("10 no-route", "12 admin-prohibited", "13 port-unreach", "14 addr-unreach"));
      }
    }
    place.host.nft("flush ruleset\n");
  }
}

TEST_F(Filters, StateIsToldFromFlags) {
  const World world;
  world.target.nft(rules_at("input",
                            "ct state established,related accept\n"
                            "meta l4proto { icmp, ipv6-icmp } accept\n"
                            "tcp dport { 22, 80, 81 } tcp flags & (fin | syn | rst | ack) == syn accept\n"
                            "drop"));
  for (const bool v4 : {true, false}) {
    const auto readings = world.ask(v4);
    EXPECT_THAT(kinds_of(readings), UnorderedElementsAre("passes", "dropped", "stateful"));
    EXPECT_EQ(only(readings, "stateful").ports, "22,80-81");
    EXPECT_EQ(only(readings, "passes").ports, "22,80-81");
  }
  world.target.nft(rules_at("input", "tcp dport { 14, 15 } tcp flags & (fin | syn | rst | ack) == syn drop"));
  for (const bool v4 : {true, false}) {
    const auto readings = world.ask(v4);
    EXPECT_THAT(kinds_of(readings), UnorderedElementsAre("passes", "dropped", "flags"));
    EXPECT_EQ(only(readings, "flags").ports, "14-15");
  }
}

TEST_F(Filters, AProxyForConnectionsIsNoOpenPort) {
  const World world;
  world.second.set("netfilter/nf_conntrack_tcp_loose", "0");
  try {
    world.second.nft(R"(
table inet lab {
  chain before {
    type filter hook prerouting priority -300;
    tcp dport 80 tcp flags syn notrack
  }
  chain one {
    type filter hook forward priority 0;
    tcp dport 80 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
    ct state invalid drop
  }
}
)");
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "this kernel has no SYNPROXY: " << error.what();
  }
  // Over IPv6 the proxy of Linux 6.18 in a forward chain was seen to swallow the SYN: nothing answers.
  const auto readings = world.ask(true);
  EXPECT_EQ(only(readings, "proxy").ports, "80");
  EXPECT_EQ(only(readings, "proxy").hops_before, "1");
}

TEST_F(Filters, WhatAnswersForEveryPortIsTold) {
  const World world;
  world.target.nft(
      "table inet lab {\nchain one {\ntype nat hook prerouting priority -100;\ntcp dport 1-65535 redirect to "
      ":80\n}\n}\n");
  for (const bool v4 : {true, false}) EXPECT_THAT(kinds_of(world.ask(v4)), Contains("answers-all"));
}

TEST_F(Filters, CookiesLoseOptions) {
  const World world;
  world.target.set("ipv4/tcp_syncookies", "2");
  for (const bool v4 : {true, false}) EXPECT_THAT(kinds_of(world.ask(v4)), UnorderedElementsAre("syn-cookies"));
}

TEST_F(Filters, TextTellsItBelowThePorts) {
  const World world;
  world.second.nft(rules_at("forward", "tcp dport 40 reject with tcp reset"));
  const Finished done =
      world.scanner.run(scan_command({"-n", "-Pn", "--firewall", "-p", "22,40,81", "198.18.2.2"}), 120s);
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("\nFilter:\n  Packets to ports 22, 81 pass"));
  EXPECT_THAT(done.output, HasSubstr("\n  refused by a filter, not by the port, 1 hop before the host\n"));
}

}  // namespace
}  // namespace portolan::lab_test
