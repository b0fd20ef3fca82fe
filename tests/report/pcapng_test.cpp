#include "report/packets/pcapng.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "tools.h"
#include "wire/build.h"
#include "wire/cursor.h"

namespace portolan::report {
namespace {

using namespace std::chrono_literals;
using PacketBytes = std::vector<std::uint8_t>;

constexpr Duration noon = 1'795'256'204s + 123'456'789ns;
const net::Mac mac{{0x0a, 0xdb, 0x6c, 0x72, 0xd8, 0xb7}};
const net::IpAddress us = net::IpAddress::v4(0xc6120001);
const net::IpAddress them = net::IpAddress::v4(0xc6120002);

PacketBytes syn() {
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = wire::build_tcp({.source = us,
                                            .destination = them,
                                            .source_port = net::Port{40961},
                                            .destination_port = net::Port{443},
                                            .sequence = 7},
                                           room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}
PacketBytes arp_reply() {
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = wire::build_arp_reply(mac, them, {}, us, room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

// One block, read as the draft says.
struct Block {
  std::uint32_t type = 0;
  wire::Bytes content;
};
std::vector<Block> blocks_of(const std::string& file) {
  std::vector<Block> blocks;
  wire::Reader r{{reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}};
  while (!r.rest().empty()) {
    Block block;
    block.type = r.u32();
    const std::uint32_t length = r.u32();
    EXPECT_EQ(length % 4, 0U);
    block.content = r.take(length - 12);
    EXPECT_EQ(r.u32(), length) << "the length stands at both ends";
    if (!r.ok()) {
      ADD_FAILURE() << "a block is cut short";
      break;
    }
    blocks.push_back(block);
  }
  return blocks;
}
std::map<unsigned, std::string> options_of(wire::Reader r) {
  std::map<unsigned, std::string> options;
  for (unsigned code = r.u16(); code != 0; code = r.u16()) {
    const std::size_t size = r.u16();
    const auto value = r.take(size);
    options[code] = {value.begin(), value.end()};
    r.skip((4 - size % 4) % 4);
  }
  EXPECT_EQ(r.u16(), 0U);
  EXPECT_TRUE(r.ok() && r.rest().empty());
  return options;
}

TEST(Pcapng, BeginsWithASectionAndItsInterface) {
  const std::string head = pcapng_head("portolan 1.2");
  const auto blocks = blocks_of(head);
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].type, 0x0a0d0d0aU);
  EXPECT_EQ(wire::u32_at(blocks[0].content, 0), 0x1a2b3c4dU);
  EXPECT_EQ(options_of(wire::Reader{blocks[0].content.subspan(16)}).at(4), "portolan 1.2");
  EXPECT_EQ(blocks[1].type, 1U);
  EXPECT_EQ(wire::u32_at(blocks[1].content, 0) >> 16U, 276U) << "LINKTYPE_LINUX_SLL2";
  EXPECT_EQ(options_of(wire::Reader{blocks[1].content.subspan(8)}).at(9), "\x09") << "nanoseconds";
}

TEST(Pcapng, APacketStandsWithItsTimeItsLinkAndItsComment) {
  const PacketBytes bytes = syn();
  std::string file;
  append_pcapng(file, {.at = noon,
                       .way = CapturedPacket::Way::sent,
                       .device = CapturedPacket::Device::ethernet,
                       .interface = 7,
                       .sender = mac,
                       .bytes = bytes,
                       .comment = "what it means"});
  const auto blocks = blocks_of(file);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].type, 6U);
  wire::Reader r{blocks[0].content};
  EXPECT_EQ(r.u32(), 0U);
  const std::uint64_t high = r.u32();
  EXPECT_EQ(high << 32U | r.u32(), static_cast<std::uint64_t>(noon.count()));
  EXPECT_EQ(r.u32(), 20 + bytes.size());
  EXPECT_EQ(r.u32(), 20 + bytes.size());
  const auto header = r.take(20);
  EXPECT_EQ(PacketBytes(header.begin(), header.end()),
            (PacketBytes{0x08, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 0x0a, 0xdb, 0x6c, 0x72, 0xd8, 0xb7, 0, 0}));
  const auto packet = r.take(bytes.size());
  EXPECT_EQ(PacketBytes(packet.begin(), packet.end()), bytes);
  const auto options = options_of(r);
  EXPECT_EQ(options.at(1), "what it means");
  EXPECT_EQ(options.at(2), (std::string{"\0\0\0\2", 4})) << "outbound";
}

TEST(Pcapng, WhatWasCutSaysHowLongItWas) {
  const PacketBytes bytes = syn();
  std::string file;
  append_pcapng(file, {.bytes = wire::Bytes{bytes}.first(41), .length = 1500});
  const auto blocks = blocks_of(file);
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(wire::u32_at(blocks[0].content, 12), 20 + 41U);
  EXPECT_EQ(wire::u32_at(blocks[0].content, 16), 20 + 1500U);
}

TEST(Pcapng, TsharkReadsIt) {
  if (!testing::has_program("tshark")) GTEST_SKIP() << "tshark is not installed";
  const PacketBytes sent = syn();
  const PacketBytes heard = arp_reply();
  std::string file = pcapng_head("portolan 1.2");
  append_pcapng(file, {.at = noon, .way = CapturedPacket::Way::sent, .interface = 7, .bytes = sent, .comment = "asks"});
  append_pcapng(file, {.at = noon + 1ns,
                       .device = CapturedPacket::Device::ethernet,
                       .interface = 7,
                       .sender = mac,
                       .type = net::EtherType::arp,
                       .bytes = heard,
                       .length = 100,
                       .comment = "says \"it\" is there"});
  const testing::Folder folder;
  const std::string path = folder.write("some.pcapng", file + file);
  const auto read = testing::run("(tshark -r " + path +
                                 " -T fields -E separator='|' -e frame.time_epoch -e frame.packet_flags_direction -e "
                                 "sll.ifindex -e tcp.dstport -e arp.opcode -e frame.len -e frame.comment 2>/dev/null)");
  EXPECT_EQ(read.status, 0);
  const std::string once =
      "1795256204.123456789|0x00000002|7|443||64|asks\n"
      "1795256204.123456790|0x00000001|7||2|120|says \"it\" is there\n";
  EXPECT_EQ(read.output, once + once) << "files behind each other are one";
}

}  // namespace
}  // namespace portolan::report
