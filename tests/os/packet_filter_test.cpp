#include "os/packet/packet_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "os/monotonic_clock.h"
#include "os/packet/packet_ring.h"
#include "private_network.h"
#include "probe/registry.h"
#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using net::EtherType;

constexpr TagBlock block{20'000, 64};
constexpr std::uint8_t sctp = wire::protocol_sctp;

// Techniques that exist only here.
constexpr probe::Probe udp_ports{.name = "udp", .task = "", .hears = {.protocol = wire::protocol_udp}};
constexpr probe::Probe sctp_ports{.name = "sctp", .task = "", .hears = {.protocol = sctp}};
constexpr probe::Probe protocols{.name = "protocols", .task = "", .hears = {.any_protocol = true}};
constexpr probe::Probe long_answers{
    .name = "long", .task = "", .hears = {.protocol = wire::protocol_tcp, .bytes = wire::longest_packet}};

// What every technique may hear that hears no more than its own.
Expected everything() {
  Expected expected{block, std::nullopt, {probe::registry.begin(), probe::registry.end()}};
  std::erase_if(expected.techniques, [](const probe::Probe* probe) { return probe->hears.any_protocol; });
  expected.techniques.insert(expected.techniques.end(), {&udp_ports, &sctp_ports});
  return expected;
}

// One packet that some machine on the wire might send, and whether a scan wants it.
struct Case {
  std::string what;
  bool kept = false;
  EtherType type = EtherType::ipv4;
  std::vector<std::uint8_t> bytes;
};

using Bytes = std::vector<std::uint8_t>;

Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes ports(std::uint16_t source, std::uint16_t destination) {
  Bytes bytes(20);
  wire::Writer{bytes}.u16(source).u16(destination).u32(1).u32(2).u8(0x50).u8(0x12);
  return bytes;
}
Bytes icmp(std::uint8_t type, std::uint8_t code = 0) {
  Bytes bytes(64);
  wire::Writer{bytes}.u8(type).u8(code);
  return bytes;
}
Bytes ipv4(std::uint8_t protocol, const Bytes& payload, std::uint16_t fragment = 0, std::size_t options = 0) {
  Bytes header(20 + options, 1);  // options: no-operations
  wire::Writer w{header};
  w.u8(static_cast<std::uint8_t>(0x40U | header.size() / 4)).u8(0);
  w.u16(static_cast<std::uint16_t>(header.size() + payload.size())).u16(0).u16(fragment).u8(64).u8(protocol).u16(0);
  w.u32(0xc6120002).u32(0xc6120001);
  return join({header, payload});
}
Bytes ipv6(std::uint8_t next, const Bytes& payload) {
  Bytes header(40, 0x20);
  wire::Writer{header}.u32(0x60000000).u16(static_cast<std::uint16_t>(payload.size())).u8(next).u8(255);
  return join({header, payload});
}
Bytes extension(std::uint8_t next, std::uint8_t units) {
  Bytes bytes((units + 1U) * 8U);
  wire::Writer{bytes}.u8(next).u8(units);
  return bytes;
}
Bytes fragment_header(std::uint8_t next, std::uint16_t offset) {
  Bytes bytes(8);
  wire::Writer{bytes}.u8(next).u8(0).u16(offset).u32(7);
  return bytes;
}
Bytes arp(std::uint16_t operation) {
  Bytes bytes(28);
  wire::Writer{bytes}.u16(1).u16(0x0800).u8(6).u8(4).u16(operation);
  return bytes;
}

const Bytes in = ports(80, 20'000);
const Bytes out = ports(80, 20'064);

std::vector<Case> cases() {
  constexpr EtherType v6 = EtherType::ipv6;
  return {
      {"TCP to the first port of the block", true, EtherType::ipv4, ipv4(6, in)},
      {"TCP to the last port of the block", true, EtherType::ipv4, ipv4(6, ports(1, 20'063))},
      {"TCP to the port before the block", false, EtherType::ipv4, ipv4(6, ports(1, 19'999))},
      {"TCP to the port behind the block", false, EtherType::ipv4, ipv4(6, out)},
      {"TCP from the block", false, EtherType::ipv4, ipv4(6, ports(20'000, 80))},
      {"UDP into the block", true, EtherType::ipv4, ipv4(17, in)},
      {"UDP beside the block", false, EtherType::ipv4, ipv4(17, out)},
      {"SCTP into the block", true, EtherType::ipv4, ipv4(sctp, in)},
      {"GRE", false, EtherType::ipv4, ipv4(47, in)},
      {"TCP behind IP options", true, EtherType::ipv4, ipv4(6, in, 0, 24)},
      {"TCP behind IP options, beside the block", false, EtherType::ipv4, ipv4(6, out, 0, 40)},
      {"first fragment", true, EtherType::ipv4, ipv4(6, in, 0x2000)},
      {"don't fragment", true, EtherType::ipv4, ipv4(6, in, 0x4000)},
      {"later fragment", false, EtherType::ipv4, ipv4(6, in, 0x2003)},
      {"last fragment", false, EtherType::ipv4, ipv4(6, in, 0x0003)},
      {"echo reply", true, EtherType::ipv4, ipv4(1, icmp(0))},
      {"unreachable", true, EtherType::ipv4, ipv4(1, icmp(3, 13))},
      {"redirect", false, EtherType::ipv4, ipv4(1, icmp(5))},
      {"echo request", false, EtherType::ipv4, ipv4(1, icmp(8))},
      {"time exceeded", true, EtherType::ipv4, ipv4(1, icmp(11))},
      {"timestamp request", false, EtherType::ipv4, ipv4(1, icmp(13))},
      {"timestamp reply", true, EtherType::ipv4, ipv4(1, icmp(14))},
      {"unreachable behind IP options", true, EtherType::ipv4, ipv4(1, icmp(3), 0, 8)},
      {"cut short", false, EtherType::ipv4, Bytes{0x45, 0, 0, 40}},
      {"ARP reply", true, EtherType::arp, arp(2)},
      {"ARP request", false, EtherType::arp, arp(1)},
      {"another protocol", false, static_cast<EtherType>(0x88cc), ipv4(6, in)},
      {"IPv6 TCP into the block", true, v6, ipv6(6, in)},
      {"IPv6 TCP beside the block", false, v6, ipv6(6, out)},
      {"IPv6 UDP into the block", true, v6, ipv6(17, in)},
      {"IPv6 TCP behind destination options", true, v6, ipv6(60, join({extension(6, 1), in}))},
      {"IPv6 TCP behind hop-by-hop options", true, v6, ipv6(0, join({extension(6, 0), in}))},
      {"IPv6 TCP behind options, beside the block", false, v6, ipv6(60, join({extension(6, 2), out}))},
      {"IPv6 TCP behind two kinds of options", true, v6, ipv6(0, join({extension(60, 0), extension(6, 2), in}))},
      {"IPv6 TCP behind options, a fragment header and options", true, v6,
       ipv6(60, join({extension(44, 1), fragment_header(60, 1), extension(6, 0), in}))},
      {"IPv6 TCP behind five headers", true, v6,
       ipv6(0, join({extension(60, 0), extension(43, 1), extension(43, 0), extension(60, 3), extension(6, 0), in}))},
      {"IPv6 TCP behind two kinds of options, beside the block", false, v6,
       ipv6(0, join({extension(60, 0), extension(6, 2), out}))},
      {"IPv6 later fragment behind options", false, v6, ipv6(60, join({extension(44, 1), fragment_header(6, 8), in}))},
      {"IPv6 first fragment", true, v6, ipv6(44, join({fragment_header(6, 1), in}))},
      {"IPv6 later fragment", false, v6, ipv6(44, join({fragment_header(6, 8), in}))},
      {"IPv6 unreachable", true, v6, ipv6(58, icmp(1, 4))},
      {"IPv6 packet too big", false, v6, ipv6(58, icmp(2))},
      {"IPv6 time exceeded", true, v6, ipv6(58, icmp(3))},
      {"IPv6 echo request", false, v6, ipv6(58, icmp(128))},
      {"IPv6 echo reply", true, v6, ipv6(58, icmp(129))},
      {"IPv6 multicast listener report", false, v6, ipv6(0, join({extension(58, 0), icmp(143)}))},
      {"IPv6 router advertisement", false, v6, ipv6(58, icmp(134))},
      {"IPv6 neighbour solicitation", false, v6, ipv6(58, icmp(135))},
      {"IPv6 neighbour advertisement", true, v6, ipv6(58, icmp(136))},
  };
}

// Comes last and is kept: when it is here, everything before it has been judged.
Bytes sentinel() { return join({arp(2), Bytes{0xee, 0xee, 0xee, 0xee}}); }

std::vector<Bytes> receive_until_sentinel(PacketRing& ring) {
  std::vector<Bytes> seen;
  const MonotonicClock clock;
  const Instant deadline = clock.now() + 10s;
  while (clock.now() < deadline) {
    for (const engine::Received& frame : ring.take(Instant{})) {
      Bytes bytes{frame.bytes.begin(), frame.bytes.end()};
      if (bytes == sentinel()) return seen;
      seen.push_back(std::move(bytes));
    }
  }
  ADD_FAILURE() << "the sentinel did not come";
  return seen;
}

// Sends all of them to a ring that expects this, and checks which have come through.
void expect_kept(const Expected& expected, const std::vector<Case>& all) {
  in_private_network([&] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open(expected);
    ASSERT_TRUE(ring.has_value());
    peer.enter([&] {
      // Packets of one processor keep their order.
      const Injector injector{"far"};
      for (const Case& test : all) injector.send(test.type, us, test.bytes);
      injector.send(EtherType::arp, us, sentinel());
    });
    std::vector<Bytes> seen = receive_until_sentinel(*ring);
    for (const Case& test : all) {
      const auto found = std::find(seen.begin(), seen.end(), test.bytes);
      EXPECT_EQ(found != seen.end(), test.kept) << test.what;
      if (found != seen.end()) seen.erase(found);
    }
  });
}

TEST(PacketFilter, KeepsWhatProbesAskAboutAndNothingElse) {
  NEEDS_PRIVATE_NETWORK();
  expect_kept(everything(), cases());
}

TEST(PacketFilter, WhatNoTechniqueOfTheScanHearsStaysOut) {
  NEEDS_PRIVATE_NETWORK();
  expect_kept({block, std::nullopt, {&probe::tcp_syn, &probe::arp}},
              {{"TCP", true, EtherType::ipv4, ipv4(6, in)},
               {"UDP", false, EtherType::ipv4, ipv4(17, in)},
               {"unreachable", true, EtherType::ipv4, ipv4(1, icmp(3))},
               {"echo reply", false, EtherType::ipv4, ipv4(1, icmp(0))},
               {"IPv6 time exceeded", true, EtherType::ipv6, ipv6(58, icmp(3))},
               {"IPv6 echo reply", false, EtherType::ipv6, ipv6(58, icmp(129))},
               {"IPv6 neighbour advertisement", false, EtherType::ipv6, ipv6(58, icmp(136))}});
}

TEST(PacketFilter, AScanOfProtocolsHearsThemAll) {
  NEEDS_PRIVATE_NETWORK();
  expect_kept({block, std::nullopt, {&protocols, &probe::arp}},
              {{"GRE", true, EtherType::ipv4, ipv4(47, in)},
               {"TCP", true, EtherType::ipv4, ipv4(6, in)},
               {"UDP", true, EtherType::ipv4, ipv4(17, in)},
               {"SCTP", true, EtherType::ipv4, ipv4(sctp, in)},
               {"TCP beside the block", false, EtherType::ipv4, ipv4(6, out)},
               {"UDP beside the block", false, EtherType::ipv4, ipv4(17, out)},
               {"IGMP", true, EtherType::ipv4, ipv4(2, in)},
               {"echo request", false, EtherType::ipv4, ipv4(1, icmp(8))},
               {"IPv6 GRE", true, EtherType::ipv6, ipv6(47, in)},
               {"IPv6 without more", true, EtherType::ipv6, ipv6(59, {})},
               {"IPv6 router advertisement", false, EtherType::ipv6, ipv6(58, icmp(134))},
               {"a later fragment", false, EtherType::ipv4, ipv4(47, in, 3)}});
}

TEST(PacketFilter, AnswersToASourcePortOfOnesOwnComeIn) {
  NEEDS_PRIVATE_NETWORK();
  expect_kept({block, net::Port{53}, {&probe::tcp_syn, &probe::arp}},
              {{"to that port", true, EtherType::ipv4, ipv4(6, ports(80, 53))},
               {"into the block", true, EtherType::ipv4, ipv4(6, in)},
               {"to another one", false, EtherType::ipv4, ipv4(6, ports(80, 54))}});
}

// The device below a VLAN sees the VLAN's frames as well. They are answers on the VLAN's device only.
TEST(PacketFilter, FramesOfAVlanStayOutOfTheDeviceBelow) {
  NEEDS_PRIVATE_NETWORK();
  const auto in_vlan = [](std::uint16_t tag, EtherType type, const Bytes& packet) {
    Bytes head(4);
    wire::Writer{head}.u16(tag).u16(static_cast<std::uint16_t>(type));
    return join({head, packet});
  };
  in_private_network([&] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open(everything());
    ASSERT_TRUE(ring.has_value());
    constexpr auto vlan = static_cast<EtherType>(0x8100);
    peer.enter([&] {
      const Injector injector{"far"};
      injector.send(vlan, us, in_vlan(10, EtherType::arp, arp(2)));
      injector.send(vlan, us, in_vlan(0x2fff, EtherType::ipv4, ipv4(6, in)));
      injector.send(vlan, us, in_vlan(0x2000, EtherType::ipv4, ipv4(1, icmp(0))));  // a priority, and no VLAN
      injector.send(EtherType::arp, us, sentinel());
    });
    EXPECT_EQ(receive_until_sentinel(*ring), std::vector<Bytes>(1, ipv4(1, icmp(0))));
  });
}

// What a wire has changed on the way is known by its checksum.
TEST(PacketRing, TellsWhatIsDamaged) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open(everything());
    ASSERT_TRUE(ring.has_value());
    for (const char* target : {"198.18.0.1", "2001:db8::1"}) {
      const bool v4 = std::string_view{target}.find(':') == std::string_view::npos;
      Bytes whole(wire::longest_packet);
      whole.resize(wire::build_tcp({.source = net::IpAddress::parse(v4 ? "198.18.0.2" : "2001:db8::2").value(),
                                    .destination = net::IpAddress::parse(target).value(),
                                    .source_port = net::Port{80},
                                    .destination_port = net::Port{block.first},
                                    .sequence = 1,
                                    .acknowledgement = 2,
                                    .flags = wire::syn | wire::ack},
                                   whole));
      peer.enter([&] {
        const Injector injector{"far"};
        Bytes damaged = whole;
        damaged.back() ^= 1U;
        for (const Bytes& packet : {whole, damaged}) injector.send(v4 ? EtherType::ipv4 : EtherType::ipv6, us, packet);
      });
      std::vector<bool> told;
      const MonotonicClock clock;
      const Instant deadline = clock.now() + 10s;
      while (told.size() < 2 && clock.now() < deadline) {
        for (const engine::Received& frame : ring->take(Instant{})) {
          if (frame.bytes.size() == whole.size()) told.push_back(frame.damaged);  // not the ARP that our RST asks by
        }
      }
      EXPECT_EQ(told, (std::vector{false, true})) << target;
    }
  });
}

TEST(PacketRing, TellsWhatWasSaidToEverybody) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open(everything());
    ASSERT_TRUE(ring.has_value());
    peer.enter([&] {
      const Injector injector{"far"};
      injector.send(EtherType::arp, net::Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, arp(2));
      injector.send(EtherType::arp, us, arp(2));
    });
    std::vector<bool> told;
    const MonotonicClock clock;
    const Instant deadline = clock.now() + 10s;
    while (told.size() < 2 && clock.now() < deadline) {
      for (const engine::Received& frame : ring->take(Instant{})) told.push_back(frame.to_everybody);
    }
    EXPECT_EQ(told, (std::vector{true, false}));
  });
}

TEST(PacketFilter, PacketsForOtherMachinesAndOurOwnStayOut) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open(everything());
    ASSERT_TRUE(ring.has_value());
    Injector{"near"}.send(EtherType::ipv4, net::Mac{{2, 0, 0, 0, 0, 1}}, ipv4(6, in));
    peer.enter([&] {
      const Injector injector{"far"};
      injector.send(EtherType::ipv4, net::Mac{{2, 0, 0, 0, 0, 2}}, ipv4(6, in));
      injector.send(EtherType::arp, us, sentinel());
    });
    for (const Bytes& packet : receive_until_sentinel(*ring)) EXPECT_NE(packet, ipv4(6, in));
  });
}

TEST(PacketRing, TellsInterfaceSenderAndMomentOfAFrame) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    Expected headers = everything();
    std::erase_if(headers.techniques, [](const probe::Probe* probe) { return probe->hears.bytes > 128; });
    auto ring = PacketRing::open(headers);
    ASSERT_TRUE(ring.has_value());
    const MonotonicClock clock;
    const Instant before = clock.now();
    net::Mac them;
    peer.enter([&] {
      them = mac_of_device("far");
      Bytes large = ipv4(6, in);
      large.resize(1'400);
      Injector{"far"}.send(EtherType::ipv4, us, large);
    });
    while (!ring->has_frames()) ASSERT_LT(clock.now(), before + 10s);
    const auto frames = ring->take(before);
    const Instant after = clock.now();
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].from, them);
    EXPECT_EQ(frames[0].type, EtherType::ipv4);
    EXPECT_NE(frames[0].interface, 0U);
    EXPECT_GE(frames[0].at, before);
    EXPECT_LE(frames[0].at, after);
    EXPECT_GE(frames[0].bytes.size(), 136U);  // both IP headers with options and what an ICMP error quotes
    EXPECT_LE(frames[0].bytes.size(), 256U);
  });
}

TEST(PacketRing, KeepsWholePacketsWhereATechniqueWantsThem) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    const net::Mac us = mac_of_device("near");
    auto ring = PacketRing::open({block, std::nullopt, {&long_answers, &probe::arp}});
    ASSERT_TRUE(ring.has_value());
    Bytes large = ipv4(6, in);
    large.resize(wire::longest_packet, 0x5a);
    peer.enter([&] {
      Injector{"far"}.send(EtherType::ipv4, us, large);
      Injector{"far"}.send(EtherType::arp, us, sentinel());
    });
    EXPECT_EQ(receive_until_sentinel(*ring), std::vector<Bytes>(1, large));
  });
}

}  // namespace
}  // namespace portolan::os
