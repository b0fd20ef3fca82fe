#include "cli/explain/explain_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "probe/registry.h"

namespace portolan::cli {
namespace {

using ::testing::HasSubstr;

const catalog::Services& services() {
  static const auto parsed = catalog::Services::parse("22 t ssh\n53 tu domain\n80 tu http\n").value();
  return parsed;
}

Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (name != "two.example") return fail(Errc::unresolved, "no address of '" + std::string{name} + "' is known");
  return std::vector{net::IpAddress::parse("2001:db8::7").value(), net::IpAddress::parse("198.18.0.7").value()};
}

Result<PreparedQuestion> prepared(const std::vector<std::string>& words, bool raw_packets = true) {
  const auto options = parse_explain_options(words);
  if (!options) return fail(options.error());
  return prepare_question(*options,
                          {.resolve = resolve,
                           .zone_of = [](std::string_view name) { return name == "wire" ? 3U : 0U; },
                           .zone_name = [](std::uint32_t index) -> std::string { return index == 3 ? "wire" : ""; },
                           .services = services(),
                           .raw_packets = raw_packets});
}

explain::Question question(const std::vector<std::string>& words, bool raw_packets = true) {
  const auto result = prepared(words, raw_packets);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? result->question : explain::Question{};
}

std::string complaint(const std::vector<std::string>& words, bool raw_packets = true) {
  const auto result = prepared(words, raw_packets);
  EXPECT_FALSE(result);
  return result ? "" : result.error().message;
}

std::string asked(const explain::Question& one) {
  std::string text = to_string(one.target);
  if (one.port) text += " " + std::to_string(one.port->value());
  return text + " " + std::string{one.probe == nullptr ? "host" : one.probe->name};
}

TEST(ExplainOptions, WordsOfAScanAreUnderstood) {
  EXPECT_EQ(asked(question({"-sU", "198.18.0.2:53"})), "198.18.0.2 53 udp");
  EXPECT_EQ(asked(question({"-sF", "198.18.0.2:22"})), "198.18.0.2 22 tcp-fin");
  EXPECT_EQ(asked(question({"198.18.0.2:22", "-sS"})), "198.18.0.2 22 tcp-syn");
  EXPECT_THAT(complaint({"-p", "22", "198.18.0.2"}), HasSubstr("stands behind the host, as in localhost:22"));
}

// Each technique that a scan has is called by the same name here.
TEST(ExplainOptions, EveryScanTypeIsUnderstood) {
  for (const probe::Probe* probe : probe::registry) {
    if (probe->scan_option.spelling.empty()) continue;
    const std::string name{probe->scan_option.spelling};
    EXPECT_EQ(parse_explain_options(std::vector<std::string>{name, "198.18.0.2"}).value().technique, name);
  }
}

TEST(ExplainOptions, APlaceIsAHostAPortAndAProtocol) {
  EXPECT_EQ(asked(question({"198.18.0.2"})), "198.18.0.2 host");
  EXPECT_EQ(asked(question({"198.18.0.2:22"})), "198.18.0.2 22 tcp-syn");
  EXPECT_EQ(asked(question({"198.18.0.2:22/tcp"})), "198.18.0.2 22 tcp-syn");
  EXPECT_EQ(asked(question({"198.18.0.2:53/udp"})), "198.18.0.2 53 udp");
  EXPECT_EQ(asked(question({"198.18.0.2:domain/udp"})), "198.18.0.2 53 udp");
  EXPECT_EQ(asked(question({"198.18.0.2:36412/sctp"})), "198.18.0.2 36412 sctp-init");
  EXPECT_EQ(asked(question({"2001:db8::7"})), "2001:db8::7 host");
  EXPECT_EQ(asked(question({"[2001:db8::7]"})), "2001:db8::7 host");
  EXPECT_EQ(asked(question({"[2001:db8::7]:ssh"})), "2001:db8::7 22 tcp-syn");
}

TEST(ExplainOptions, ALinkLocalAddressKnowsTheNameOfItsLink) {
  EXPECT_EQ(question({"fe80::7%wire"}).link, "wire");
  EXPECT_EQ(question({"[fe80::7%3]:22"}).link, "wire");
  EXPECT_EQ(question({"2001:db8::7"}).link, "");
  EXPECT_EQ(complaint({"fe80::7"}), "'fe80::7' is an address on one link, which has to be named: fe80::7%eth0");
}

TEST(ExplainOptions, WithoutRawPacketsTcpIsAskedByConnections) {
  EXPECT_EQ(asked(question({"198.18.0.2:22"}, false)), "198.18.0.2 22 tcp-connect");
  EXPECT_THAT(complaint({"198.18.0.2:22/udp"}, false), HasSubstr("CAP_NET_RAW"));
  EXPECT_THAT(complaint({"198.18.0.2:22", "--technique", "tcp-fin"}, false), HasSubstr("CAP_NET_RAW"));
  EXPECT_EQ(asked(question({"--offline", "open"}, false)), "198.18.0.2 80 tcp-syn");
}

TEST(ExplainOptions, ANameHasOneAddressAskedAndTheOthersCounted) {
  const auto both = question({"two.example:22"});
  EXPECT_EQ(asked(both), "2001:db8::7 22 tcp-syn");
  EXPECT_EQ(both.name, "two.example");
  EXPECT_EQ(both.other_addresses, 1U);
  const auto v4 = question({"-4", "two.example:22"});
  EXPECT_EQ(asked(v4), "198.18.0.7 22 tcp-syn");
  EXPECT_THAT(complaint({"none.example"}), HasSubstr("none.example"));
}

TEST(ExplainOptions, ATechniqueIsNamedAsInTheRegistryOrAsTheScanHasIt) {
  EXPECT_EQ(asked(question({"198.18.0.2:22", "--technique", "tcp-fin"})), "198.18.0.2 22 tcp-fin");
  EXPECT_EQ(asked(question({"198.18.0.2:22", "--technique=-sA"})), "198.18.0.2 22 tcp-ack");
  EXPECT_EQ(asked(question({"198.18.0.2", "--technique", "icmp-echo"})), "198.18.0.2 icmp-echo");
  EXPECT_THAT(complaint({"198.18.0.2:22", "--technique", "tcp-sny"}), HasSubstr("did you mean tcp-syn?"));
  EXPECT_THAT(complaint({"198.18.0.2:22", "--technique", "what"}), HasSubstr("sctp-cookie"));
}

// "-PS22,80": the probe, and what it asks by.
std::string ping_of(const std::vector<std::string>& words, bool raw_packets = true) {
  const explain::Question one = question(words, raw_packets);
  std::string text = one.probe == nullptr ? "" : std::string{one.probe->name};
  for (const net::Port port : one.ping) text += " " + std::to_string(port.value());
  return one.port ? text + " of a port" : text;
}

TEST(ExplainOptions, EveryPingOfTheScanCanBeChosen) {
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PS"}), "tcp-syn 80");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique=-PA22,80-81"}), "tcp-ack 22 80 81");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique=-PSssh"}), "tcp-syn 22");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PU"}), "udp 40125");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PY"}), "sctp-init 80");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PO"}), "ip-protocol 1 2 4");
  EXPECT_EQ(ping_of({"2001:db8::7", "--technique", "-PO47"}), "ip-protocol 47");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PE"}), "icmp-echo");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PR"}), "arp");
  EXPECT_EQ(ping_of({"2001:db8::7", "--technique", "-PR"}), "neighbour");
  EXPECT_EQ(ping_of({"--offline", "up", "--technique", "-PS443"}), "tcp-syn 443");
  EXPECT_EQ(ping_of({"198.18.0.2", "--technique", "-PS"}, false), "tcp-connect 80");
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "-PU"}, false), HasSubstr("CAP_NET_RAW"));
  EXPECT_THAT(complaint({"198.18.0.2:443", "--technique", "-PS"}), HasSubstr("its ports stand behind it (-PS443)"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "-PS70000"}), HasSubstr("'70000' is no port"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "-PS1-17"}), HasSubstr("names 17 of what it asks by"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "-PUT:80"}), HasSubstr("names 0 of what it asks by"));
}

TEST(ExplainOptions, AnIpProtocolStandsWherePortsDo) {
  EXPECT_EQ(asked(question({"198.18.0.2:47", "--technique", "ip-protocol"})), "198.18.0.2 47 ip-protocol");
  EXPECT_EQ(asked(question({"198.18.0.2:47", "--technique", "-sO"})), "198.18.0.2 47 ip-protocol");
  EXPECT_EQ(asked(question({"198.18.0.2:47/ip"})), "198.18.0.2 47 ip-protocol");
  EXPECT_EQ(asked(question({"[2001:db8::7]:gre/ip"})), "2001:db8::7 47 ip-protocol");
  EXPECT_EQ(asked(question({"--offline", "closed", "--technique", "ip-protocol"})), "198.18.0.2 47 ip-protocol");
  EXPECT_THAT(complaint({"198.18.0.2:256/ip"}), HasSubstr("'256' is no IP protocol: a number from 0 to 255"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "-sO"}), HasSubstr("asks an IP protocol: write 198.18.0.2:47"));
  EXPECT_THAT(complaint({"198.18.0.2:47/ip"}, false), HasSubstr("CAP_NET_RAW"));
  for (const char* spoken : {"1", "6", "17", "58", "132"}) {
    EXPECT_THAT(complaint({"--offline", "closed", "198.18.0.2:" + std::string{spoken} + "/ip"}),
                HasSubstr("hosts of the simulator speak IP protocol " + std::string{spoken}));
    EXPECT_TRUE(prepared({"--offline", "open", "198.18.0.2:" + std::string{spoken} + "/ip"}));
  }
}

TEST(ExplainOptions, WhatDoesNotFitTogetherIsOneSentence) {
  EXPECT_THAT(complaint({}), HasSubstr("whom to ask?"));
  EXPECT_THAT(complaint({"a", "b"}), HasSubstr("one host"));
  EXPECT_THAT(complaint({"198.18.0.0/24"}), HasSubstr("no network"));
  EXPECT_THAT(complaint({"198.18.0.1-9:22"}), HasSubstr("one is asked at a time"));
  EXPECT_THAT(complaint({"198.18.0.2:70000"}), HasSubstr("'70000' is no tcp port"));
  EXPECT_THAT(complaint({"198.18.0.2:"}), HasSubstr("'' is no tcp port"));
  EXPECT_THAT(complaint({"198.18.0.2:*"}), HasSubstr("'*' is no tcp port"));
  EXPECT_THAT(complaint({":22"}), HasSubstr("names no host"));
  EXPECT_THAT(complaint({"198.18.0.2/udp"}), HasSubstr("no port"));
  EXPECT_THAT(complaint({"198.18.0.2:22/icmp"}), HasSubstr("tcp, udp, sctp or ip"));
  EXPECT_THAT(complaint({"[2001:db8::7"}), HasSubstr("[2001:db8::1]:80"));
  EXPECT_THAT(complaint({"198.18.0.2:22/udp", "--technique", "tcp-fin"}), HasSubstr("another protocol"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "tcp-fin"}), HasSubstr("asks a port"));
  EXPECT_THAT(complaint({"198.18.0.2:22", "--technique", "icmp-echo"}), HasSubstr("leave the port out"));
  EXPECT_THAT(complaint({"2001:db8::7", "--technique", "icmp-timestamp"}), HasSubstr("IPv4 only"));
  EXPECT_THAT(complaint({"198.18.0.2", "--technique", "neighbour"}), HasSubstr("IPv6 only"));
  EXPECT_THAT(complaint({"-4", "-6", "two.example"}), HasSubstr("exclude each other"));
  EXPECT_THAT(complaint({"-6", "198.18.0.2"}), HasSubstr("IPv6"));
  EXPECT_THAT(complaint({"0.0.0.0:22"}), HasSubstr("address of no host"));
  EXPECT_THAT(complaint({"10.1:22"}), HasSubstr("four octets"));
}

TEST(ExplainOptions, AnAddressThatMayEndInAPortIsAskedInNeitherWay) {
  EXPECT_EQ(complaint({"::1:80"}),
            "nothing in '::1:80' tells a port from the address; write [::1]:80, or [::1:80] for the host alone");
  EXPECT_EQ(asked(question({"[::1:80]"})), "::1:80 host");
  EXPECT_EQ(asked(question({"[::1]:80"})), "::1 80 tcp-syn");
  EXPECT_EQ(asked(question({"2001:db8::216:3eff:fe12:3456"})), "2001:db8::216:3eff:fe12:3456 host");
  EXPECT_EQ(asked(question({"2001:db8::8a:80c"})), "2001:db8::8a:80c host");
  EXPECT_EQ(complaint({"::1:http"}), "'::1:http': an IPv6 address with a port is written [::1]:http");
  EXPECT_THAT(complaint({"::1", "--technique", "tcp-fin"}), HasSubstr("write [::1]:80"));
  EXPECT_THAT(complaint({"--connect", "::1"}), HasSubstr("write [::1]:80"));
}

TEST(ExplainOptions, AWholeConnectionGoesToATcpPortAndIsWatched) {
  const auto whole = question({"--connect", "198.18.0.2:ssh"});
  EXPECT_TRUE(whole.whole);
  EXPECT_EQ(asked(whole), "198.18.0.2 22 tcp-connect");
  EXPECT_FALSE(question({"198.18.0.2:ssh"}).whole);
  EXPECT_THAT(complaint({"--connect", "--offline", "open"}), HasSubstr("--offline sends nothing"));
  EXPECT_THAT(complaint({"--connect", "198.18.0.2:22", "--technique", "tcp-syn"}), HasSubstr("no --technique"));
  EXPECT_THAT(complaint({"--connect", "198.18.0.2:22", "--unprivileged"}), HasSubstr("CAP_NET_RAW"));
  EXPECT_THAT(complaint({"--connect", "198.18.0.2:53/udp"}), HasSubstr("only TCP"));
  EXPECT_THAT(complaint({"--connect", "198.18.0.2"}), HasSubstr("write 198.18.0.2:80"));
  EXPECT_THAT(complaint({"--connect"}), HasSubstr("whom to ask?"));
  EXPECT_THAT(complaint({"--connect", "198.18.0.2:22"}, false), HasSubstr("leave --connect out"));
}

TEST(ExplainOptions, OfflineNeedsNoHostAndLooksUpNone) {
  EXPECT_EQ(asked(question({"--offline", "open"})), "198.18.0.2 80 tcp-syn");
  EXPECT_EQ(asked(question({"--offline", "open", "-6"})), "2001:db8::2 80 tcp-syn");
  EXPECT_EQ(asked(question({"--offline", "closed", "--technique", "udp"})), "198.18.0.2 53 udp");
  EXPECT_EQ(asked(question({"--offline", "up"})), "198.18.0.2 host");
  EXPECT_EQ(asked(question({"--offline", "up", "--technique", "neighbour"})), "2001:db8::2 neighbour");
  const auto named = question({"--offline", "open", "none.example:22"});
  EXPECT_EQ(asked(named), "198.18.0.2 22 tcp-syn");
  EXPECT_EQ(named.name, "none.example");
}

TEST(ExplainOptions, EachStateHasItsWorld) {
  using explain::World;
  EXPECT_EQ(prepared({"--offline", "open"})->world, World::open);
  EXPECT_EQ(prepared({"--offline", "closed"})->world, World::closed);
  EXPECT_EQ(prepared({"--offline", "filtered"})->world, World::silent);
  EXPECT_EQ(prepared({"--offline", "filtered", "--technique", "udp"})->world, World::refuses);
  EXPECT_EQ(prepared({"--offline", "open-filtered", "--technique", "udp"})->world, World::silent);
  EXPECT_EQ(prepared({"--offline", "down"})->world, World::silent);
  EXPECT_EQ(prepared({"198.18.0.2"})->world, std::nullopt);
  EXPECT_THAT(complaint({"--offline", "opne"}), HasSubstr("did you mean open?"));
  EXPECT_THAT(complaint({"--offline", "open-filtered"}), HasSubstr("silence means filtered"));
  EXPECT_THAT(complaint({"--offline", "closed", "198.18.0.2"}), HasSubstr("up or down"));
  EXPECT_THAT(complaint({"--offline", "up", "198.18.0.2:22"}), HasSubstr("leave the port out"));
}

TEST(ExplainOptions, HelpNamesEveryTechniqueThatCanBeExplained) {
  std::string help;
  for (const auto& option : explain_option_table()) help += std::string{option.summary} + "\n";
  for (const probe::Probe* probe : probe::registry) {
    EXPECT_THAT(help, HasSubstr(std::string{probe->name}));
    if (probe::asks_numbers(probe->asks)) {
      EXPECT_THAT(help, HasSubstr(std::string{probe->discovery_option.spelling}));
    }
  }
}

}  // namespace
}  // namespace portolan::cli
