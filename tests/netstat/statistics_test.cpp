// Texts of a kernel, and what net-tools 2.10 printed of them.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "netstat/counter_sentences.h"
#include "tests/netstat/machine.h"

namespace portolan::netstat {
namespace {

std::string told(const std::string& snmp, const std::string& netstat = "", ViewOptions options = {}) {
  MadeUpMachine made;
  made.files = {{"/proc/net/snmp", snmp}, {"/proc/net/netstat", netstat}};
  const View view = statistics(made.machine(), options);
  EXPECT_EQ(view.status, 0) << view.errors;
  return view.output;
}

constexpr const char* snmp =
    "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers "
    "OutRequests OutDiscards OutNoRoutes OutTransmits\n"
    "Ip: 2 64 364408 1 0 0 0 0 364407 211541 28 0 360383\n"
    "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InEchos OutMsgs OutErrors OutRateLimitHost OutDestUnreachs "
    "OutEchos\n"
    "Icmp: 68 0 3 67 0 66 0 4 66 0\n"
    "IcmpMsg: InType3 OutType3\n"
    "IcmpMsg: 67 66\n"
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs "
    "OutSegs "
    "RetransSegs InErrs OutRsts InCsumErrors\n"
    "Tcp: 1 200 120000 -1 29168 372 29322 669 0 373809 218874 0 0 179864 5\n"
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors\n"
    "Udp: 877 66 0 945 0 0 0\n"
    "UdpLite: InDatagrams NoPorts\n"
    "UdpLite: 0 0\n";
constexpr const char* netstat =
    "TcpExt: EmbryonicRsts TW DelayedACKs DelayedACKLost TCPHPHits TCPTimeouts\n"
    "TcpExt: 745 224 4 2 0 4\n"
    "IpExt: InNoRoutes InOctets\n"
    "IpExt: 0 555516420\n";

TEST(Statistics, AreToldInNetToolsSentences) {
  EXPECT_EQ(told(snmp, netstat),
            "Ip:\n"
            "    Forwarding: 2\n"
            "    364408 total packets received\n"
            "    1 with invalid headers\n"
            "    0 forwarded\n"
            "    0 incoming packets discarded\n"
            "    364407 incoming packets delivered\n"
            "    211541 requests sent out\n"
            "    28 outgoing packets dropped\n"
            "    OutTransmits: 360383\n"
            "Icmp:\n"
            "    68 ICMP messages received\n"
            "    0 input ICMP message failed\n"
            "    InCsumErrors: 3\n"
            "    ICMP input histogram:\n"
            "        destination unreachable: 67\n"
            "    66 ICMP messages sent\n"
            "    0 ICMP messages failed\n"
            "    OutRateLimitHost: 4\n"
            "    ICMP output histogram:\n"
            "        destination unreachable: 66\n"
            "IcmpMsg:\n"
            "        InType3: 67\n"
            "        OutType3: 66\n"
            "Tcp:\n"
            "    29168 active connection openings\n"
            "    372 passive connection openings\n"
            "    29322 failed connection attempts\n"
            "    669 connection resets received\n"
            "    0 connections established\n"
            "    373809 segments received\n"
            "    218874 segments sent out\n"
            "    0 segments retransmitted\n"
            "    0 bad segments received\n"
            "    179864 resets sent\n"
            "    InCsumErrors: 5\n"
            "Udp:\n"
            "    877 packets received\n"
            "    66 packets to unknown port received\n"
            "    0 packet receive errors\n"
            "    945 packets sent\n"
            "    0 receive buffer errors\n"
            "    0 send buffer errors\n"
            "UdpLite:\n"
            "TcpExt:\n"
            "    745 resets received for embryonic SYN_RECV sockets\n"
            "    224 TCP sockets finished time wait in fast timer\n"
            "    4 delayed acks sent\n"
            "    Quick ack mode was activated 2 times\n"
            "    0 packet headers predicted\n"
            "    TCPTimeouts: 4\n"
            "IpExt:\n"
            "    InOctets: 555516420\n");
}

// The titles of the sections, in their order.
std::string titles(const std::string& output) {
  std::string all;
  std::size_t begin = 0;
  while (begin < output.size()) {
    const std::size_t end = output.find('\n', begin);
    if (output[begin] != ' ') all += output.substr(begin, end - begin);
    begin = end + 1;
  }
  return all;
}

TEST(Statistics, OfOneProtocolLeaveOutThatOfOthers) {
  EXPECT_EQ(titles(told(snmp, netstat)), "Ip:Icmp:IcmpMsg:Tcp:Udp:UdpLite:TcpExt:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.tcp = true})), "IcmpMsg:Tcp:UdpLite:TcpExt:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.udp = true})), "IcmpMsg:Udp:UdpLite:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.raw = true})), "Ip:Icmp:IcmpMsg:UdpLite:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.udplite = true})), "IcmpMsg:UdpLite:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.sctp = true})), "IcmpMsg:UdpLite:IpExt:");
  EXPECT_EQ(titles(told(snmp, netstat, {.tcp = true, .udp = true})), "IcmpMsg:Tcp:Udp:UdpLite:TcpExt:IpExt:");
  // What follows a histogram that is not shown does not stand deeper.
  EXPECT_TRUE(told(snmp, netstat, {.tcp = true}).starts_with("IcmpMsg:\n    InType3: 67\n"));
}

TEST(Statistics, AHistogramLeadsIntoTheOtherOneDeeper) {
  EXPECT_EQ(told("Icmp: InEchos Foo OutEchos InMsgs InEchos\nIcmp: 1 5 0 7 3\nFoo: A B\nFoo: 1 0\nUdp: X\nUdp: 1\n"),
            "Icmp:\n"
            "    ICMP input histogram:\n"
            "        echo requests: 1\n"
            "        Foo: 5\n"
            "        ICMP output histogram:\n"
            "    7 ICMP messages received\n"
            "    ICMP input histogram:\n"
            "        echo requests: 3\n"
            "Foo:\n"
            "        A: 1\n"
            "Udp:\n"
            "    X: 1\n");
}

TEST(Statistics, OfIPv6ComeFromAFileOfTheirOwn) {
  MadeUpMachine made;
  made.files = {{"/proc/net/snmp", snmp},
                {"/proc/net/snmp6",
                 "Ip6InReceives                   \t10414\n"
                 "Ip6InHdrErrors                  \t0\n"
                 "Ip6OutMcastPkts                 \t12\n"
                 "Ip6InOctets                     \t695896\n"
                 "Icmp6InMsgs                     \t2\n"
                 "Icmp6InDestUnreachs             \t2\n"
                 "Icmp6OutNeighborSolicits        \t8\n"
                 "Icmp6OutMLDv2Reports            \t4\n"
                 "Icmp6OutType135                 \t8\n"
                 "Udp6InDatagrams                 \t0\n"
                 "UdpLite6InDatagrams             \t0\n"}};
  EXPECT_EQ(statistics(made.machine(), {.inet6 = true, .udp = true, .raw = true}).output,
            "Ip6:\n"
            "    10414 total packets received\n"
            "    12 outgoing multicast packets\n"
            "    Ip6InOctets: 695896\n"
            "Icmp6:\n"
            "    2 ICMP messages received\n"
            "    ICMP input histogram:\n"
            "        destination unreachable: 2\n"
            "        ICMP output histogram:\n"
            "        neighbor solicits: 8\n"
            "        Icmp6OutMLDv2Reports: 4\n"
            "        Icmp6OutType135: 8\n"
            "Udp6:\n"
            "    0 packets received\n"
            "UdpLite6:\n");
  EXPECT_EQ(titles(statistics(made.machine(), {.inet6 = true}).output), "Ip6:Icmp6:Udp6:UdpLite6:Tcp:");
  EXPECT_EQ(titles(statistics(made.machine(), {.inet = true, .inet6 = true, .tcp = true}).output),
            "IcmpMsg:Tcp:UdpLite:UdpLite6:Tcp:");
}

TEST(Statistics, OfSctpAreThereWhileTheKernelSpeaksIt) {
  MadeUpMachine made;
  made.files = {{"/proc/net/snmp", ""},
                {"/proc/net/sctp/snmp", "SctpCurrEstab                   \t0\nSctpAborteds\t1\nSctpNew\t4\n"}};
  EXPECT_EQ(statistics(made.machine(), {.sctp = true}).output,
            "Sctp:\n"
            "    0 Current Associations\n"
            "    1 Number of Aborteds \n"
            "    SctpNew: 4\n");
  EXPECT_EQ(statistics(made.machine(), {.tcp = true}).output, "");
}

TEST(Statistics, EverySentenceHoldsOneNumber) {
  int sentences = 0;
  for (const CounterSentence& sentence : counter_sentences()) {
    SCOPED_TRACE(sentence.counter);
    if (sentence.telling == Telling::never) continue;
    ++sentences;
    const std::size_t place = sentence.sentence.find("{}");
    ASSERT_NE(place, std::string_view::npos);
    EXPECT_EQ(sentence.sentence.find_first_of("{}", place + 2), std::string_view::npos);
    EXPECT_EQ(sentence_of(sentence.section, sentence.counter), &sentence);  // and stands in the table once
    EXPECT_NE(kind_of_section(sentence.section), SectionKind::none);
  }
  EXPECT_GT(sentences, 150);
}

TEST(Statistics, NumbersAreTakenAsTheyCome) {
  EXPECT_EQ(told("Ip: InReceives ForwDatagrams InDelivers Missing\nIp: 18446744073709551615 -1 99999999999999999999\n"),
            "Ip:\n"
            "    18446744073709551615 total packets received\n"
            "    18446744073709551615 forwarded\n"
            "    18446744073709551615 incoming packets delivered\n");
}

TEST(Statistics, WhatCannotBeReadIsSaid) {
  MadeUpMachine made;
  View view = statistics(made.machine(), {});
  EXPECT_EQ(view.status, 1);
  EXPECT_TRUE(view.errors.contains("/proc/net/snmp'")) << view.errors;
  view = statistics(made.machine(), {.inet6 = true});
  EXPECT_TRUE(view.errors.contains("/proc/net/snmp6'")) << view.errors;
  made.files["/proc/net/snmp"] = "Udp: InErrors\nUdp: 1\nIp A B\nIp: 1 2\nTcp: X\nTcp: 1\n";
  view = statistics(made.machine(), {});
  EXPECT_EQ(view.status, 1);
  EXPECT_EQ(view.output, "Udp:\n    1 packet receive errors\n");
  EXPECT_EQ(view.errors, "Problem while parsing /proc/net/snmp\n");
}

}  // namespace
}  // namespace portolan::netstat
