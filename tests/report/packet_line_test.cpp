#include "report/packets/packet_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/hash.h"
#include "probe/registry.h"
#include "wire/build.h"
#include "wire/protocol.h"

namespace portolan::report {
namespace {

using net::EtherType;
using net::IpAddress;
using net::Mac;
using net::Port;
using PacketBytes = std::vector<std::uint8_t>;

const IpAddress us = IpAddress::v4(0xc6120001);    // 198.18.0.1
const IpAddress them = IpAddress::v4(0xc6120002);  // 198.18.0.2
IpAddress address(const char* text) { return IpAddress::parse(text).value(); }
const Mac mac{{0x0a, 0xdb, 0x6c, 0x72, 0xd8, 0xb7}};

template <class Build, class... Fields>
PacketBytes built(Build build, const Fields&... fields) {
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = build(fields..., room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

PacketBytes tcp(const IpAddress& from, const IpAddress& to, std::uint8_t flags, std::uint32_t acknowledgement = 0) {
  return built(wire::build_tcp, wire::TcpFields{.source = from,
                                                .destination = to,
                                                .source_port = Port{52373},
                                                .destination_port = Port{80},
                                                .sequence = 3225012283,
                                                .acknowledgement = acknowledgement,
                                                .flags = flags});
}

PacketBytes udp(const IpAddress& from, const IpAddress& to) {
  return built(wire::build_udp, wire::UdpFields{.source = from,
                                                .destination = to,
                                                .source_port = Port{64010},
                                                .destination_port = Port{161},
                                                .payload = mac.bytes});
}

PacketBytes error_about(const PacketBytes& quoted, std::uint8_t type, std::uint8_t code, bool v4 = true) {
  return built(wire::build_icmp_error, wire::IcmpErrorFields{.source = v4 ? them : address("2001:db8::2"),
                                                             .destination = v4 ? us : address("2001:db8::1"),
                                                             .type = type,
                                                             .code = code,
                                                             .quoted = quoted});
}

std::string line(const PacketBytes& bytes) {
  return packet_line(bytes[0] >> 4U == 6 ? EtherType::ipv6 : EtherType::ipv4, bytes);
}

std::string options(std::initializer_list<std::uint8_t> bytes) { return tcp_options_text(PacketBytes{bytes}); }

TEST(PacketLine, TcpIsShownAsNmapShowsIt) {
  EXPECT_EQ(line(tcp(us, them, wire::syn)),
            "TCP 198.18.0.1:52373 > 198.18.0.2:80 S ttl=64 id=49209 iplen=44 seq=3225012283 win=1024 <mss 1460>");
  EXPECT_EQ(line(tcp(us, them, wire::rst | wire::ack, 7)),
            "TCP 198.18.0.1:52373 > 198.18.0.2:80 RA ttl=64 id=49209 iplen=40 seq=3225012283 ack=7 win=0");
  EXPECT_EQ(line(tcp(us, them, wire::fin | wire::psh | wire::urg)),
            "TCP 198.18.0.1:52373 > 198.18.0.2:80 FPU ttl=64 id=49209 iplen=40 seq=3225012283 win=1024");
  EXPECT_EQ(line(tcp(us, them, 0)),
            "TCP 198.18.0.1:52373 > 198.18.0.2:80 ttl=64 id=49209 iplen=40 seq=3225012283 win=1024")
      << "a null scan's has no flags";
}

TEST(PacketLine, OfIpv6TheAddressStandsInBrackets) {
  EXPECT_EQ(line(tcp(address("2001:db8::1"), address("2001:db8::2"), wire::syn)),
            "TCP [2001:db8::1]:52373 > [2001:db8::2]:80 S hopl=64 flow=0 payloadlen=24 seq=3225012283 win=1024 "
            "<mss 1460>");
}

TEST(PacketLine, OptionsOfTcpStandInTheirOrder) {
  EXPECT_EQ(options({}), "");
  EXPECT_EQ(options({2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 10}),
            "mss 1460,sackOK,timestamp 7 0,nop,wscale 10");
  EXPECT_EQ(options({1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 1, 0}), "nop,nop,sack 1-256");
  EXPECT_EQ(options({34, 2, 0, 99}), "option 34 of 2 bytes,eol") << "nothing counts behind the end";
  EXPECT_EQ(options({2, 3, 5}), "option 2 of 3 bytes") << "an option of a length that it does not have";
  EXPECT_EQ(options({2, 4, 5}), "malformed");
  EXPECT_EQ(options({2, 0, 5, 180}), "malformed");
  EXPECT_EQ(options({2}), "malformed");
}

TEST(PacketLine, UdpAndSctp) {
  EXPECT_EQ(line(udp(us, them)), "UDP 198.18.0.1:64010 > 198.18.0.2:161 ttl=64 id=64010 iplen=34");
  const auto sctp = [](std::uint8_t chunk) {
    return line(built(wire::build_sctp, wire::SctpFields{.source = us,
                                                         .destination = them,
                                                         .source_port = Port{39518},
                                                         .destination_port = Port{80},
                                                         .chunk = chunk}));
  };
  EXPECT_EQ(sctp(wire::sctp_init), "SCTP 198.18.0.1:39518 > 198.18.0.2:80 INIT ttl=64 id=39518 iplen=36");
  EXPECT_EQ(sctp(wire::sctp_abort), "SCTP 198.18.0.1:39518 > 198.18.0.2:80 ABORT ttl=64 id=39518 iplen=36");
  EXPECT_EQ(sctp(200), "SCTP 198.18.0.1:39518 > 198.18.0.2:80 chunk=200 ttl=64 id=39518 iplen=36");
}

TEST(PacketLine, QueriesOfIcmpSayWhatTheyAskInWords) {
  const auto query = [](const IpAddress& from, const IpAddress& to, std::uint8_t type, PacketBytes body = {}) {
    return line(
        built(wire::build_icmp,
              wire::IcmpFields{
                  .source = from, .destination = to, .type = type, .identifier = 21607, .sequence = 3, .body = body}));
  };
  EXPECT_EQ(query(us, them, 8),
            "ICMP [198.18.0.1 > 198.18.0.2 Echo request (type=8/code=0) id=21607 seq=3] IP [ttl=64 id=3 iplen=28]");
  EXPECT_EQ(query(us, them, 13, {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}),
            "ICMP [198.18.0.1 > 198.18.0.2 Timestamp request (type=13/code=0) id=21607 seq=3 orig=1 recv=2 trans=3] IP "
            "[ttl=64 id=3 iplen=40]");
  EXPECT_EQ(query(them, us, 18, {255, 255, 255, 0}),
            "ICMP [198.18.0.2 > 198.18.0.1 Address mask reply (type=18/code=0) id=21607 seq=3 mask=255.255.255.0] IP "
            "[ttl=64 id=3 iplen=32]");
  EXPECT_EQ(query(us, them, 77), "ICMP [198.18.0.1 > 198.18.0.2 (type=77/code=0)] IP [ttl=64 id=3 iplen=28]");
  EXPECT_EQ(query(address("2001:db8::2"), address("2001:db8::1"), 129),
            "ICMPv6 [2001:db8::2 > 2001:db8::1 Echo reply (type=129/code=0) id=21607 seq=3] IP [hopl=64 flow=0 "
            "payloadlen=8]");
}

TEST(PacketLine, AnErrorOfIcmpNamesWhatItIsAbout) {
  EXPECT_EQ(line(error_about(udp(us, them), 3, 3)),
            "ICMP [198.18.0.2 > 198.18.0.1 Port 161 unreachable (type=3/code=3)] IP [ttl=64 id=0 iplen=62] about [UDP "
            "198.18.0.1:64010 > 198.18.0.2:161 ttl=64 id=64010 iplen=34]");
  EXPECT_EQ(
      line(error_about(tcp(us, them, wire::syn), 3, 1)),
      "ICMP [198.18.0.2 > 198.18.0.1 Host 198.18.0.2 unreachable (type=3/code=1)] IP [ttl=64 id=0 iplen=72] about "
      "[TCP 198.18.0.1:52373 > 198.18.0.2:80 ttl=64 id=49209 iplen=44 seq=3225012283]");
  EXPECT_TRUE(line(error_about(tcp(us, them, wire::syn), 3, 2)).contains(" Protocol 6 unreachable (type=3/code=2)"));
  EXPECT_TRUE(line(error_about(tcp(us, them, wire::syn), 3, 13))
                  .contains(" Communication administratively prohibited (type=3/code=13)"));
  EXPECT_TRUE(line(error_about(tcp(us, them, wire::syn), 11, 0)).contains(" TTL=0 during transit (type=11/code=0)"));
  const PacketBytes v6 = udp(address("2001:db8::1"), address("2001:db8::2"));
  EXPECT_EQ(line(error_about(v6, 1, 4, false)),
            "ICMPv6 [2001:db8::2 > 2001:db8::1 Port 161 unreachable (type=1/code=4)] IP [hopl=64 flow=0 payloadlen=62] "
            "about [UDP [2001:db8::1]:64010 > [2001:db8::2]:161 hopl=64 flow=0 payloadlen=14]");
  EXPECT_TRUE(line(error_about(v6, 3, 0, false)).contains(" Hop limit exceeded in transit (type=3/code=0)"));
}

TEST(PacketLine, WhatNeighboursSay) {
  EXPECT_EQ(packet_line(EtherType::arp, built(wire::build_arp_request, mac, us, them)),
            "ARP who-has 198.18.0.2 tell 198.18.0.1");
  EXPECT_EQ(packet_line(EtherType::arp, built(wire::build_arp_reply, mac, them, mac, us)),
            "ARP reply 198.18.0.2 is-at 0A:DB:6C:72:D8:B7");
  EXPECT_EQ(line(built(wire::build_neighbour_solicitation, mac, address("2001:db8::1"), address("2001:db8::2"))),
            "ICMPv6 [2001:db8::1 > ff02::1:ff00:2 Neighbor solicitation who has 2001:db8::2 (type=135/code=0)] IP "
            "[hopl=255 flow=0 payloadlen=32]");
  EXPECT_EQ(line(built(wire::build_neighbour_advertisement, mac, address("2001:db8::2"), address("2001:db8::1"))),
            "ICMPv6 [2001:db8::2 > 2001:db8::1 Neighbor advertisement 2001:db8::2 is at 0A:DB:6C:72:D8:B7 "
            "(type=136/code=0)] IP [hopl=255 flow=0 payloadlen=32]");
}

TEST(PacketLine, OtherProtocolsAndFragments) {
  PacketBytes packet = udp(us, them);
  packet[9] = 47;
  EXPECT_EQ(line(packet), "IP protocol 47 198.18.0.1 > 198.18.0.2 ttl=64 id=64010 iplen=34");
  packet = udp(us, them);
  packet[6] = 0x20;
  EXPECT_EQ(line(packet), "UDP 198.18.0.1:64010 > 198.18.0.2:161 ttl=64 id=64010 iplen=34 frag=0+");
  packet[6] = 0;
  packet[7] = 185;
  EXPECT_EQ(line(packet), "UDP 198.18.0.1 > 198.18.0.2 ttl=64 id=64010 iplen=34 frag=1480") << "it has no ports";
}

// Made by hand after RFC 8200 §4.5: eight bytes of UDP at place 8, and more to come.
TEST(PacketLine, AFragmentOverIpv6SaysWhereItStands) {
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = wire::build_ip({.source = net::IpAddress::parse("2001:db8::1").value(),
                                           .destination = net::IpAddress::parse("2001:db8::2").value(),
                                           .protocol = 44,
                                           .payload = std::array<std::uint8_t, 16>{17, 0, 0, 9, 0, 0, 0, 7, 1, 2, 3}},
                                          room);
  EXPECT_EQ(packet_line(net::EtherType::ipv6, std::span{room}.first(size)),
            "UDP 2001:db8::1 > 2001:db8::2 hopl=64 flow=0 payloadlen=16 frag=8+");
}

TEST(PacketLine, OfWhatIsCutShortTheRestIsShown) {
  PacketBytes packet = tcp(us, them, wire::syn);
  packet.resize(30);
  EXPECT_EQ(line(packet), "TCP 198.18.0.1 > 198.18.0.2 ttl=64 id=49209 iplen=44 cut short or malformed");
  packet.resize(19);
  EXPECT_EQ(line(packet), "IPv4 cut short or malformed, 19 bytes");
  EXPECT_EQ(packet_line(EtherType::ipv6, packet), "IPv6 cut short or malformed, 19 bytes");
  EXPECT_EQ(packet_line(EtherType::arp, packet), "ARP cut short or malformed, 19 bytes");
  EXPECT_EQ(packet_line(EtherType::ipv4, {}), "IPv4 cut short or malformed, 0 bytes");
}

TEST(PacketLine, AnyBytesMakeALineWithoutControlCharacters) {
  const std::vector<PacketBytes> seeds{tcp(us, them, wire::syn), udp(us, them), error_about(udp(us, them), 3, 3),
                                       built(wire::build_arp_request, mac, us, them),
                                       tcp(address("2001:db8::1"), address("2001:db8::2"), wire::syn)};
  Random random{1};
  for (int round = 0; round < 20'000; ++round) {
    PacketBytes bytes = seeds[random() % seeds.size()];
    bytes.resize(random() % (bytes.size() + 1));
    for (int changes = 0; changes < 3 && !bytes.empty(); ++changes) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    for (const EtherType type : {EtherType::ipv4, EtherType::ipv6, EtherType::arp}) {
      const std::string text = packet_line(type, bytes);
      ASSERT_FALSE(text.empty());
      ASSERT_TRUE(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) << text;
    }
  }
}

}  // namespace
}  // namespace portolan::report
