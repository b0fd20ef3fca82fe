// What `portolan explain` says of real kernels: every answer a port can give, over both families, as root and as a
// user.
#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

#include "lab_test.h"
#include "udp_echo.h"

namespace portolan::lab_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint16_t open_port = 80;
constexpr std::uint16_t closed_port = 81;
constexpr std::uint16_t dropped_port = 82;
constexpr std::uint16_t rejected_port = 83;
constexpr std::array<std::uint16_t, 1> echo_ports{7777};

constexpr const char* firewall = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 82 drop
    udp dport 82 drop
    tcp dport 83 reject with icmpx admin-prohibited
    udp dport 83 reject with icmpx admin-prohibited
  }
}
)";

class Explain : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap explains nothing";
  }
};

struct World : lab::Pair {
  World() : echo{target, echo_ports} {
    target.listen(open_port);
    target.nft(firewall);
  }
  UdpEcho echo;
};

lab::Finished explain(const lab::Host& host, std::vector<std::string> words, bool privileged = true) {
  words.insert(words.begin(), {scan_command({}).words.front(), "explain"});
  return host.run({.words = std::move(words), .privileged = privileged});
}

// The page; fails the test where there is none.
std::string page_of(const lab::Host& host, const std::vector<std::string>& words, bool privileged = true) {
  const auto done = explain(host, words, privileged);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  return done.output;
}

std::string place(const std::string& address, std::uint16_t port, const std::string& protocol = "") {
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  return host + ":" + std::to_string(port) + protocol;
}

TEST_F(Explain, WhatATcpPortAnswersIsDrawnAndJudged) {
  const World world;
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string open = page_of(world.scanner, {place(address, open_port)});
    EXPECT_THAT(open, HasSubstr("- SYN, ACK ---|\n"));
    EXPECT_THAT(open, HasSubstr("|- - RST - -"));
    EXPECT_THAT(open, HasSubstr("<mss 1460>"));
    EXPECT_THAT(open, HasSubstr("Result: port 80/tcp is open (syn-ack)\n"));
    const std::string closed = page_of(world.scanner, {place(address, closed_port)});
    EXPECT_THAT(closed, HasSubstr("- RST, ACK ---|\n"));
    EXPECT_THAT(closed, HasSubstr("Result: port 81/tcp is closed (reset)\n"));
    const std::string dropped = page_of(world.scanner, {place(address, dropped_port)});
    EXPECT_THAT(dropped, HasSubstr("--- SYN, again ---"));
    EXPECT_THAT(dropped, HasSubstr("... nothing comes back ..."));
    EXPECT_THAT(dropped, HasSubstr("Result: port 82/tcp is filtered (no-response)\n"));
    const std::string rejected = page_of(world.scanner, {place(address, rejected_port)});
    EXPECT_THAT(rejected, HasSubstr("Communication administratively prohibited ---|\n"));
    EXPECT_THAT(rejected, HasSubstr("Result: port 83/tcp is filtered (admin-prohibited)\n"));
  }
}

TEST_F(Explain, WhatAUdpPortAnswersIsDrawnAndJudged) {
  const World world;
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string open = page_of(world.scanner, {place(address, echo_ports[0], "/udp")});
    EXPECT_THAT(open, HasSubstr("- UDP: an answer ---|\n"));
    EXPECT_THAT(open, HasSubstr("Result: port 7777/udp is open (udp-response)\n"));
    const std::string closed = page_of(world.scanner, {place(address, closed_port, "/udp")});
    EXPECT_THAT(closed, HasSubstr(": Port unreachable ---|\n"));
    EXPECT_THAT(closed, HasSubstr("Result: port 81/udp is closed (port-unreach)\n"));
    const std::string dropped = page_of(world.scanner, {place(address, dropped_port, "/udp")});
    EXPECT_THAT(dropped, HasSubstr("... nothing comes back ..."));
    EXPECT_THAT(dropped, HasSubstr("Result: port 82/udp is open|filtered (no-response)\n"));
    const std::string rejected = page_of(world.scanner, {place(address, rejected_port, "/udp")});
    EXPECT_THAT(rejected, HasSubstr("Result: port 83/udp is filtered (admin-prohibited)\n"));
  }
}

TEST_F(Explain, AHostIsFoundOnItsLinkAndByItsPing) {
  const World world;
  const std::string v4 = page_of(world.scanner, {lab::Pair::target_v4});
  EXPECT_THAT(v4, HasSubstr("--- ARP request ---"));
  EXPECT_THAT(v4, HasSubstr("Result: the host is up (arp-response)\n"));
  const std::string v6 = page_of(world.scanner, {lab::Pair::target_v6});
  EXPECT_THAT(v6, HasSubstr("--- neighbour solicitation ---"));
  EXPECT_THAT(v6, HasSubstr("Result: the host is up (nd-response)\n"));
  for (const char* address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    const std::string ping = page_of(world.scanner, {"--technique", "icmp-echo", address});
    EXPECT_THAT(ping, HasSubstr(": Echo request ---"));
    EXPECT_THAT(ping, HasSubstr("Result: the host is up (echo-reply)\n"));
  }
  const std::string nobody = page_of(world.scanner, {"198.18.0.9:80"});
  EXPECT_THAT(nobody, HasSubstr("--- ARP request, again ---"));
  EXPECT_THAT(nobody, HasSubstr("Result: the host is down (no-response)\n"));
  const std::string elsewhere = page_of(world.scanner, {"198.19.0.1:80"});
  EXPECT_THAT(elsewhere, HasSubstr("No packet was sent.\n"));
}

TEST_F(Explain, AHostIsFoundByItsPortsAndProtocols) {
  const World world;
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string by_syn = page_of(world.scanner, {"--technique", "-PS80", address});
    EXPECT_THAT(by_syn, HasSubstr("--- SYN (80) ---"));
    EXPECT_THAT(by_syn, HasSubstr("Result: the host is up (syn-ack)\n"));
    EXPECT_THAT(page_of(world.scanner, {"--technique", "-PA81", address}),
                HasSubstr("Result: the host is up (reset)\n"));
    EXPECT_THAT(page_of(world.scanner, {"--technique", "-PU81", address}),
                HasSubstr("Result: the host is up (port-unreach)\n"));
    EXPECT_THAT(page_of(world.scanner, {"--technique", "-PS82", address}),
                HasSubstr("Result: the host is down (no-response)\n"));
    const std::string by_protocol = page_of(world.scanner, {"--technique", "-PO200", address});
    EXPECT_THAT(by_protocol, HasSubstr("it does not speak IP protocol 200"));
    EXPECT_THAT(by_protocol, HasSubstr("Result: the host is up ("));
    EXPECT_THAT(page_of(world.scanner, {"--technique", "-PS80", address}, false),
                HasSubstr("Result: the host is up (syn-ack)\n"));
  }
}

TEST_F(Explain, WhichProtocolsTheHostSpeaksIsDrawnAndJudged) {
  const World world;
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const bool v4 = address.find(':') == std::string::npos;
    EXPECT_THAT(
        page_of(world.scanner, {place(address, 200, "/ip")}),
        HasSubstr(std::string{"Result: IP protocol 200 is closed ("} + (v4 ? "proto-unreach" : "param-problem")));
    EXPECT_THAT(page_of(world.scanner, {place(address, 6, "/ip")}),
                HasSubstr("Result: IP protocol 6 is open (proto-response)\n"));
    EXPECT_THAT(page_of(world.scanner, {place(address, 17, "/ip")}),
                HasSubstr("Result: IP protocol 17 is open (port-unreach)\n"));
    EXPECT_THAT(page_of(world.scanner, {place(address, v4 ? 1 : 58, "/ip")}),
                HasSubstr("Result: IP protocol " + std::string{v4 ? "1" : "58"} + " is open ("));
  }
}

// A firewall of its own, through which the kernel sends what is for this machine itself.
TEST_F(Explain, WhatThisMachineWillNotSendIsDrawn) {
  const World world;
  world.scanner.nft(
      "table ip f {\n chain o {\n  type filter hook output priority 0;\n  ip daddr 198.18.0.1 tcp dport 80 drop\n "
      "}\n}\n");
  const auto done = explain(world.scanner, {place("198.18.0.1", open_port)});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.output, HasSubstr("|--- SYN --X "));
  EXPECT_THAT(done.output, HasSubstr("Result: port 80/tcp was not asked\n"));
  EXPECT_THAT(done.output, HasSubstr("Operation not permitted"));
}

TEST_F(Explain, AUserWithoutRawPacketsIsToldWhatConnectTells) {
  const World world;
  for (const std::string address : {lab::Pair::target_v4, lab::Pair::target_v6}) {
    SCOPED_TRACE(address);
    const std::string open = page_of(world.scanner, {place(address, open_port)}, false);
    EXPECT_THAT(open, HasSubstr("asked by tcp-connect\n"));
    EXPECT_THAT(open, HasSubstr("|- - SYN - -"));
    EXPECT_THAT(open, HasSubstr("- - SYN, ACK - -|\n"));
    EXPECT_THAT(open, HasSubstr("|- - ACK - -"));
    EXPECT_THAT(open, Not(HasSubstr("ttl ")));
    EXPECT_THAT(open, HasSubstr("Result: port 80/tcp is open (syn-ack)\n"));
    const std::string closed = page_of(world.scanner, {place(address, closed_port)}, false);
    EXPECT_THAT(closed, HasSubstr("Result: port 81/tcp is closed (conn-refused)\n"));
    const std::string rejected = page_of(world.scanner, {place(address, rejected_port)}, false);
    EXPECT_THAT(rejected, HasSubstr("Result: port 83/tcp is filtered (admin-prohibited)\n"));
  }
  const auto udp = explain(world.scanner, {place(lab::Pair::target_v4, closed_port, "/udp")}, false);
  EXPECT_EQ(udp.status, 2);
  EXPECT_THAT(udp.errors, HasSubstr("CAP_NET_RAW"));
}

}  // namespace
}  // namespace portolan::lab_test
