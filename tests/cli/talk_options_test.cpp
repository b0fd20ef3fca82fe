#include "cli/talk/talk_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const catalog::Services& services() {
  static const auto parsed = catalog::Services::parse("25 t smtp\n53 tu domain\n").value();
  return parsed;
}

Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (name != "two.example") return fail(Errc::unresolved, "no address of '" + std::string{name} + "' is known");
  return std::vector{net::IpAddress::parse("2001:db8::7").value(), net::IpAddress::parse("198.18.0.7").value()};
}

Result<run::TalkPlan> planned(const std::vector<std::string>& words) {
  const auto options = parse_talk_options(words);
  if (!options) return fail(options.error());
  auto target = prepare_talk(*options, services());
  if (!target) return fail(target.error());
  return resolve_talk(std::move(*target), resolve, {});
}

run::TalkPlan plan(const std::vector<std::string>& words) {
  auto result = planned(words);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? std::move(*result) : run::TalkPlan{};
}

std::vector<std::string> addresses(const std::vector<std::string>& words) {
  std::vector<std::string> texts;
  for (const net::IpAddress& address : plan(words).addresses) texts.push_back(to_string(address));
  return texts;
}

// Bad input: status 2 follows from these codes.
std::string complaint(const std::vector<std::string>& words) {
  const auto result = planned(words);
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_TRUE(result.error().code == Errc::usage || result.error().code == Errc::parse);
  return result.error().message;
}

TEST(TalkOptions, APlaceIsAHostAndAPort) {
  EXPECT_EQ(plan({"198.18.0.2:25"}).port.value(), 25);
  EXPECT_EQ(plan({"198.18.0.2:smtp"}).port.value(), 25);
  EXPECT_EQ(plan({"[2001:db8::7]:smtp"}).port.value(), 25);
  EXPECT_THAT(addresses({"[2001:db8::7]:25"}), ElementsAre("2001:db8::7"));
  EXPECT_THAT(addresses({"two.example:25"}), ElementsAre("2001:db8::7", "198.18.0.7"));
  EXPECT_THAT(addresses({"-4", "two.example:25"}), ElementsAre("198.18.0.7"));
  EXPECT_THAT(addresses({"two.example:25", "-6"}), ElementsAre("2001:db8::7"));
  EXPECT_EQ(plan({"two.example:25"}).name, "two.example");
  EXPECT_EQ(plan({"198.18.0.2:25"}).name, "");
}

TEST(TalkOptions, DatagramsAreAskedForInTwoWays) {
  EXPECT_FALSE(plan({"198.18.0.2:25"}).udp);
  EXPECT_TRUE(plan({"198.18.0.2:domain/udp"}).udp);
  EXPECT_TRUE(plan({"-u", "198.18.0.2:53"}).udp);
  EXPECT_TRUE(plan({"--udp", "198.18.0.2:53/udp"}).udp);
}

TEST(TalkOptions, PatienceFollowsTheTransport) {
  EXPECT_EQ(plan({"198.18.0.2:25"}).patience, 10s);
  EXPECT_EQ(plan({"-u", "198.18.0.2:25"}).patience, 2s);
  EXPECT_EQ(plan({"-u", "-w", "300ms", "198.18.0.2:25"}).patience, 300ms);
  EXPECT_EQ(plan({"--timeout=1m", "198.18.0.2:25"}).patience, 1min);
}

TEST(TalkOptions, TheRestIsTakenAsItIsGiven) {
  const run::TalkPlan plain = plan({"198.18.0.2:25"});
  EXPECT_FALSE(plain.crlf || plain.hex || plain.verbose || plain.tls || plain.starttls != nullptr);
  EXPECT_TRUE(plain.check_certificate);
  const run::TalkPlan other = plan({"-C", "-x", "-v", "--insecure", "--starttls", "imap", "198.18.0.2:25"});
  EXPECT_TRUE(other.crlf && other.hex && other.verbose);
  EXPECT_FALSE(other.check_certificate);
  ASSERT_NE(other.starttls, nullptr);
  EXPECT_EQ(other.starttls->name, "imap");
  EXPECT_TRUE(plan({"--tls", "198.18.0.2:25"}).tls);
}

TEST(TalkOptions, WhatMakesNoSenseIsOneSentence) {
  EXPECT_THAT(complaint({}), HasSubstr("with whom?"));
  EXPECT_EQ(complaint({"server"}), "'server' names no port; write server:25");
  EXPECT_EQ(complaint({"2001:db8::7"}), "'2001:db8::7' names no port; write [2001:db8::7]:25");
  EXPECT_THAT(complaint({"server", "25"}), HasSubstr("'25' is one too many, host and port are written server:25"));
  EXPECT_THAT(complaint({"server", "smtp"}), HasSubstr("host and port are written server:smtp"));
  EXPECT_THAT(complaint({"::1", "25"}), HasSubstr("host and port are written [::1]:25"));
  EXPECT_EQ(complaint({"a:1", "b:2"}), "one port is talked to at a time; 'b:2' is one too many");
  EXPECT_EQ(complaint({"a:1", "25"}), "one port is talked to at a time; '25' is one too many");
  EXPECT_EQ(complaint({"a", "b"}), "one port is talked to at a time; 'b' is one too many");
  EXPECT_THAT(complaint({"[2001:db8::7:25"}), HasSubstr("[2001:db8::1]:80"));
  EXPECT_THAT(complaint({":25"}), HasSubstr("names no host"));
  EXPECT_THAT(complaint({"198.18.0.2:mail"}), HasSubstr("'mail' is no tcp port"));
  EXPECT_THAT(complaint({"198.18.0.2:70000"}), HasSubstr("'70000' is no tcp port"));
  EXPECT_THAT(complaint({"198.18.0.2:0"}), HasSubstr("port 0"));
  EXPECT_THAT(complaint({"198.18.0.2:9/sctp"}), HasSubstr("TCP and UDP and nothing else"));
  EXPECT_THAT(complaint({"198.18.0.2:6/ip"}), HasSubstr("TCP and UDP and nothing else"));
  EXPECT_THAT(complaint({"198.18.0.0-9:25"}), HasSubstr("is no single host"));
  EXPECT_THAT(complaint({"-4", "-6", "two.example:25"}), HasSubstr("exclude each other"));
  EXPECT_THAT(complaint({"-4", "[2001:db8::7]:25"}), HasSubstr("2001:db8::7 is no IPv4 address"));
  EXPECT_THAT(complaint({"--tls", "--starttls", "smtp", "a:25"}), HasSubstr("exclude each other"));
  EXPECT_THAT(complaint({"--tls", "-u", "a:25"}), HasSubstr("--udp has none"));
  EXPECT_THAT(complaint({"--starttls", "smtp", "a:25/udp"}), HasSubstr("--udp has none"));
  EXPECT_THAT(complaint({"-u", "a:25/tcp"}), HasSubstr("exclude each other"));
  EXPECT_THAT(complaint({"--insecure", "a:25"}), HasSubstr("add --tls or --starttls"));
  EXPECT_EQ(complaint({"[fe80::1]:25"}), "'fe80::1' is an address on one link, which has to be named: fe80::1%eth0");
  EXPECT_THAT(complaint({"--record", "/dev/stdout", "a:25"}), HasSubstr("name a file"));
  EXPECT_THAT(complaint({"--starttls", "smpt", "a:25"}), HasSubstr("did you mean smtp?"));
  EXPECT_THAT(complaint({"--starttls", "telnet", "a:25"}), HasSubstr("'telnet' is none of smtp, imap, pop3, ftp"));
  EXPECT_THAT(complaint({"--starttls", "", "a:25"}), HasSubstr("is empty"));
  EXPECT_THAT(complaint({"-w", "soon", "a:25"}), HasSubstr("soon"));
  EXPECT_THAT(complaint({"--record", "-", "a:25"}), HasSubstr("name a file"));
}

TEST(TalkOptions, AnAddressThatMayEndInAPortIsToldHowThatIsWritten) {
  EXPECT_EQ(complaint({"::1:25"}), "nothing in '::1:25' tells a port from the address; write [::1]:25");
  EXPECT_THAT(complaint({"2001:db8::7:8080"}), HasSubstr("write [2001:db8::7]:8080"));
  EXPECT_THAT(complaint({"2001:db8::216:3eff:fe12:3456:25"}), HasSubstr("write [2001:db8::216:3eff:fe12:3456]:25"));
  // An interface identifier from an EUI-64, four groups, and its last one looks like a port.
  EXPECT_THAT(complaint({"fe80::216:3eff:fe12:3456"}), HasSubstr("write [fe80::216:3eff:fe12:3456]:25"));
  EXPECT_THAT(complaint({"::1:25a"}), HasSubstr("names no port; write [::1:25a]:25"));
  EXPECT_EQ(complaint({"::1:smtp"}), "'::1:smtp': an IPv6 address with a port is written [::1]:smtp");
  EXPECT_THAT(complaint({"1:2:3:4:5:6:7:8:25"}), HasSubstr("is written [1:2:3:4:5:6:7:8]:25"));
  EXPECT_THAT(complaint({"fe80::1%eth0:25"}), HasSubstr("is written [fe80::1%eth0]:25"));
  EXPECT_THAT(complaint({"::1:25/udp"}), HasSubstr("has a protocol and no port; write [::1]:25/udp"));
  EXPECT_THAT(complaint({"::1/udp"}), HasSubstr("has a protocol and no port; write [::1]:80/udp"));
}

TEST(TalkOptions, WhatTheLookUpSaysIsNoBadInput) {
  const auto result = planned({"nobody.example:25"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unresolved);
}

TEST(TalkOptions, HelpNamesEveryStartTls) {
  std::string help;
  for (const auto& option : talk_option_table()) help += std::string{option.summary} + "\n";
  for (const talk::StartTls& protocol : talk::starttls_protocols()) EXPECT_THAT(help, HasSubstr(protocol.name));
}

}  // namespace
}  // namespace portolan::cli
