// Texts of a kernel, and what net-tools 2.10 printed of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/netstat/machine.h"

namespace portolan::netstat {
namespace {

constexpr const char* dev_heading =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n";
constexpr const char* counted = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
constexpr const char* table_heading =
    "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n";

InterfaceFacts ethernet(const std::string& name) {
  InterfaceFacts facts;
  facts.name = name;
  facts.flags = 0x1043;  // up, broadcast, running, multicast
  facts.mtu = 1500;
  facts.type = 1;
  facts.hardware_address = {0x02, 0xfc, 0, 0, 0, 0x01};
  facts.queue_length = 1000;
  return facts;
}

net::IpAddress address(const char* text) { return *net::IpAddress::parse(text); }

MadeUpMachine with(std::vector<InterfaceFacts> facts) {
  MadeUpMachine made;
  std::string& dev = made.files["/proc/net/dev"];
  dev = dev_heading;
  for (const InterfaceFacts& one : facts) {
    if (!one.name.contains(':')) dev += "  " + one.name + ":" + counted;
  }
  made.facts = std::move(facts);
  return made;
}

std::vector<std::string> names_in(const std::string& table) {
  std::vector<std::string> names;
  std::size_t begin = table.find('\n', table.find("Iface")) + 1;
  while (begin < table.size()) {
    names.push_back(table.substr(begin, table.find(' ', begin) - begin));
    begin = table.find('\n', begin) + 1;
  }
  return names;
}

TEST(Interfaces, AreLinedUpAsNetToolsDoes) {
  InterfaceFacts down = ethernet("ifb0");
  down.flags = 0x82;  // broadcast, no ARP
  InterfaceFacts loopback = ethernet("lo");
  loopback.flags = 0x49;
  loopback.mtu = 65536;
  InterfaceFacts label = loopback;
  label.name = "lo:abc";
  MadeUpMachine made = with({loopback, ethernet("eth0"), down, label});
  const View view = interfaces(made.machine(), {});
  EXPECT_EQ(view.status, 0);
  EXPECT_EQ(view.output, std::string{"Kernel Interface table\n"} + table_heading +
                             "eth0             1500        2      3      4 5            10     11     12     13 BMRU\n"
                             "lo              65536        2      3      4 5            10     11     12     13 LRU\n"
                             "lo:abc          65536      - no statistics available -                        LRU\n");
  const std::string all = interfaces(made.machine(), {.all = true}).output;
  EXPECT_TRUE(all.contains("\nifb0             1500        2      3      4 5            10     11     12     13 BO\n"))
      << all;
  // What -c shows from the second time on.
  EXPECT_TRUE(interfaces(made.machine(), {.again = true}).output.starts_with("Iface "));
}

TEST(Interfaces, WideNumbersAndNamesPushTheRest) {
  InterfaceFacts facts = ethernet("fifteen-letters");
  facts.mtu = 1234567;
  MadeUpMachine made = with({facts});
  made.files["/proc/net/dev"] =
      "fifteen-letters:18446744073709551615 123456789 1234567 1234567 1234567 0 0 0 0 123456789 1234567 1234567 "
      "1234567 0 "
      "0 0\n";
  EXPECT_EQ(interfaces(made.machine(), {}).output,
            std::string{"Kernel Interface table\n"} + table_heading +
                "fifteen-letters 1234567 123456789 1234567 1234567 1234567 123456789 1234567 1234567 1234567 BMRU\n");
}

TEST(Interfaces, AreSortedByNameThenNumberThenLabel) {
  const std::vector<std::string> right{"9",   "10",    "1a",      "D3",       "br-12ab", "d",     "d:1",
                                       "d0",  "d0:1",  "d0:2",    "d0:10",    "d01",     "d1",    "d2",
                                       "d10", "d10:3", "d0:a",    "d1a",      "d1a2",    "d1a10", "e1",
                                       "e-1", "eth0",  "eth0.20", "eth0.100", "lo",      "lo:1",  "lo:abc"};
  std::vector<InterfaceFacts> facts;
  for (const std::string& name : right) facts.push_back(ethernet(name));
  std::mt19937 random{7};  // NOLINT: the same shuffles in every run
  for (int i = 0; i < 20; ++i) {
    std::ranges::shuffle(facts, random);
    EXPECT_EQ(names_in(interfaces(with(facts).machine(), {}).output), right);
  }
}

TEST(Interfaces, EveryFlagHasItsLetterAndItsWord) {
  InterfaceFacts facts = ethernet("x");
  const auto letters = [&](std::uint16_t flags) {
    facts.flags = flags;
    const std::string output = interfaces(with({facts}).machine(), {.all = true}).output;
    return output.substr(output.rfind("13 ") + 3);
  };
  EXPECT_EQ(letters(0xffff), "ABDLMdPNOPsmRU\n");
  EXPECT_EQ(letters(0), "[NO FLAGS]\n");
  EXPECT_EQ(letters(0x1091), "MOPU\n");  // a tunnel
  const auto words = [&](std::uint16_t flags) {
    facts.flags = flags;
    const std::string output = interfaces(with({facts}).machine(), {.extended = 1, .all = true}).output;
    return output.substr(output.find("flags="), output.find("  mtu") - output.find("flags="));
  };
  EXPECT_EQ(words(0xffff),
            "flags=-1<UP,BROADCAST,DEBUG,LOOPBACK,POINTOPOINT,NOTRAILERS,RUNNING,NOARP,PROMISC,ALLMULTI,SLAVE,MASTER,"
            "MULTICAST,DYNAMIC>");
  EXPECT_EQ(words(0x93c3), "flags=-27709<UP,BROADCAST,RUNNING,NOARP,PROMISC,ALLMULTI,MULTICAST,DYNAMIC>");
  EXPECT_EQ(words(0), "flags=0<");
  EXPECT_EQ(words(0x2000), "flags=8192");
}

TEST(Interfaces, HaveParagraphsWithE) {
  InterfaceFacts facts = ethernet("eth0");
  facts.address = address("192.0.2.2");
  facts.netmask = address("255.255.255.0");
  facts.broadcast = address("192.0.2.255");
  InterfaceFacts label = facts;
  label.name = "eth0:1";
  label.address = address("192.0.2.3");
  InterfaceFacts tunnel;
  tunnel.name = "tun0";
  tunnel.flags = 0x1091;
  tunnel.mtu = 1400;
  tunnel.type = 0xfffe;
  tunnel.queue_length = 500;
  tunnel.address = address("198.18.4.1");
  tunnel.netmask = address("255.255.255.255");
  tunnel.destination = address("198.18.4.2");
  MadeUpMachine made = with({facts, label, tunnel});
  made.files["/proc/net/if_inet6"] =
      "20010db8000000000000000000000001 02 40 00 82     eth0\n"
      "fe800000000000000000000000000001 02 40 20 80     eth0\n"
      "fe800000000000000000000000000002 02 40 20 80     eth01\n"
      "20010db8000000000000000000000002 02 80 50 80     tun0\n";
  EXPECT_EQ(interfaces(made.machine(), {.extended = 2}).output,
            "Kernel Interface table\n"
            "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
            "        inet 192.0.2.2  netmask 255.255.255.0  broadcast 192.0.2.255\n"
            "        inet6 2001:db8::1  prefixlen 64  scopeid 0x0<global>\n"
            "        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>\n"
            "        ether 02:fc:00:00:00:01  txqueuelen 1000  (Ethernet)\n"
            "        RX packets 2  bytes 1 (1.0 B)\n"
            "        RX errors 3  dropped 4  overruns 5  frame 6\n"
            "        TX packets 10  bytes 9 (9.0 B)\n"
            "        TX errors 11  dropped 12 overruns 13  carrier 15  collisions 14\n"
            "\n"
            "eth0:1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
            "        inet 192.0.2.3  netmask 255.255.255.0  broadcast 192.0.2.255\n"
            "        ether 02:fc:00:00:00:01  txqueuelen 1000  (Ethernet)\n"
            "\n"
            "tun0: flags=4241<UP,POINTOPOINT,NOARP,MULTICAST>  mtu 1400\n"
            "        inet 198.18.4.1  netmask 255.255.255.255  destination 198.18.4.2\n"
            "        inet6 2001:db8::2  prefixlen 128  scopeid 0x50<site,host>\n"
            "        unspec 00-00-00-00-00-00-00-00-00-00-00-00-00-00-00-00  txqueuelen 500  (UNSPEC)\n"
            "        RX packets 2  bytes 1 (1.0 B)\n"
            "        RX errors 3  dropped 4  overruns 5  frame 6\n"
            "        TX packets 10  bytes 9 (9.0 B)\n"
            "        TX errors 11  dropped 12 overruns 13  carrier 15  collisions 14\n"
            "\n");
}

// One paragraph of an interface that is changed first.
std::string paragraph(void (*change)(InterfaceFacts&), const std::string& counters = counted) {
  InterfaceFacts facts = ethernet("x");
  change(facts);
  MadeUpMachine made = with({facts});
  made.files["/proc/net/dev"] = "x:" + counters;
  return interfaces(made.machine(), {.extended = 1, .all = true}).output;
}

TEST(Interfaces, AddressesThatAreNotSetAreSaid) {
  const std::string text = paragraph([](InterfaceFacts& facts) {
    facts.flags = 0x53;
    facts.address = address("198.18.0.1");
  });
  EXPECT_TRUE(text.contains("inet 198.18.0.1  netmask [NONE SET]  broadcast [NONE SET]  destination [NONE SET]\n"))
      << text;
}

TEST(Interfaces, KindsOfDevicesWriteTheirAddressesIntoTheirOwnForms) {
  const auto hardware = [](std::uint16_t type) {
    InterfaceFacts facts = ethernet("x");
    facts.type = type;
    for (std::size_t i = 0; i < 14; ++i) facts.hardware_address[i] = static_cast<std::uint8_t>(0x11 * (i + 1));
    const std::string text = interfaces(with({facts}).machine(), {.extended = 1}).output;
    const std::size_t begin = text.find("mtu 1500\n") + 17;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_EQ(hardware(1), "ether 11:22:33:44:55:66  txqueuelen 1000  (Ethernet)");
  EXPECT_EQ(hardware(7), "arcnet 11  txqueuelen 1000  (ARCnet)");
  EXPECT_EQ(hardware(15), "dlci 8721  txqueuelen 1000  (Frame Relay DLCI)");
  EXPECT_EQ(hardware(27), "eui64 11:22:33:44:55:66:77:88  txqueuelen 1000  (Generic EUI-64)");
  EXPECT_EQ(hardware(270), "rose 1122334455  txqueuelen 1000  (AMPR ROSE)");
  EXPECT_EQ(hardware(512), "ppp  txqueuelen 1000  (Point-to-Point Protocol)");
  EXPECT_EQ(hardware(768), "tunnel   txqueuelen 1000  (IPIP Tunnel)");
  EXPECT_EQ(hardware(772), "loop  txqueuelen 1000  (Local Loopback)");
  EXPECT_EQ(hardware(774), "fddi 11-22-33-44-55-66  txqueuelen 1000  (Fiber Distributed Data Interface)");
  EXPECT_EQ(hardware(776), "sit  txqueuelen 1000  (IPv6-in-IPv4)");
  EXPECT_EQ(hardware(783), "irda 44:33:22:11  txqueuelen 1000  (IrLAP)");
  EXPECT_EQ(hardware(778), "unspec 11-22-33-44-55-66-77-88-00-00-00-00-00-00-00-00  txqueuelen 1000  (UNSPEC)");
}

TEST(Interfaces, CountersOfCompressionAreThoseOfTwoKinds) {
  const std::string text = paragraph([](InterfaceFacts& facts) { facts.type = 257; });
  EXPECT_TRUE(text.contains("(1.0 B)\n        RX compressed:7\n        RX errors 3")) << text;
  EXPECT_TRUE(text.contains("(9.0 B)\n        TX compressed 16\n        TX errors 11")) << text;
}

TEST(Interfaces, OldCardsTellWhereTheySit) {
  EXPECT_TRUE(paragraph([](InterfaceFacts& facts) {
                facts.map = {.interrupt = 5, .base = 0x300, .dma = 3, .memory_begin = 0xd0000, .memory_end = 0xd7fff};
                facts.queue_length = -1;
              }).ends_with("\n        device interrupt 5  base 0x300  memory 0xd0000-d7fff    dma 0x3\n\n"));
  EXPECT_TRUE(paragraph([](InterfaceFacts& facts) { facts.queue_length = -1; }).contains("00:01  (Ethernet)\n"));
  EXPECT_FALSE(paragraph([](InterfaceFacts& facts) { facts.map = {.base = 0xff}; }).contains("device"));
  EXPECT_TRUE(paragraph([](InterfaceFacts& facts) {
                facts.flags = 0x7043;
                facts.map = {.port = 2};
              }).contains("\n        media 10baseTautoselect\n"));
}

TEST(Interfaces, BytesAreReadableAndNeverRoundedUp) {
  const auto readable = [](const std::string& bytes) {
    const std::string text = paragraph([](InterfaceFacts&) {}, bytes + " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    const std::size_t begin = text.find('(', text.find("RX packets")) + 1;
    return text.substr(begin, text.find(')', begin) - begin);
  };
  EXPECT_EQ(readable("0"), "0.0 B");
  EXPECT_EQ(readable("1024"), "1024.0 B");
  EXPECT_EQ(readable("1025"), "1.0 KiB");
  EXPECT_EQ(readable("1999"), "1.9 KiB");
  EXPECT_EQ(readable("1048576"), "1024.0 KiB");
  EXPECT_EQ(readable("540523950"), "515.4 MiB");
  EXPECT_EQ(readable("1152921504606846975"), "1023.9 PiB");
  EXPECT_EQ(readable("2305843009213693951"), "2.0 EiB");
  EXPECT_EQ(readable("18446744073709551615"), "16.0 EiB");
}

TEST(Interfaces, WhatCannotBeReadIsSaidAndTheRestIsShown) {
  MadeUpMachine made = with({ethernet("eth0")});
  made.files.clear();
  const View view = interfaces(made.machine(), {});
  EXPECT_EQ(view.status, 1);
  EXPECT_TRUE(view.errors.contains("/proc/net/dev"));
  EXPECT_TRUE(view.output.contains("\neth0             1500      - no statistics available -   ")) << view.output;
  EXPECT_EQ(interfaces(Machine{}, {}).status, 1);
}

}  // namespace
}  // namespace portolan::netstat
