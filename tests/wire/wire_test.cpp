#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/hash.h"
#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/packet.h"

namespace portolan::wire {
namespace {

using net::IpAddress;
using net::Port;
using PacketBytes = std::vector<std::uint8_t>;

IpAddress v4(const char* text) { return IpAddress::parse(text).value(); }

// The reset with which 198.18.0.2 refuses a SYN from 198.18.0.1 port 40961 to its port 9, byte by byte.
const PacketBytes reset_packet{0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0xae, 0xaa, 0xc6, 0x12,
                               0x00, 0x02, 0xc6, 0x12, 0x00, 0x01, 0x00, 0x09, 0xa0, 0x01, 0x00, 0x00, 0x00, 0x00,
                               0x12, 0x34, 0x56, 0x79, 0x50, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

PacketBytes built(std::size_t size, const std::array<std::uint8_t, longest_packet>& buffer) {
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

PacketBytes syn_packet(const IpAddress& from, const IpAddress& to) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const std::size_t size = build_tcp({.source = from,
                                      .destination = to,
                                      .source_port = Port{40961},
                                      .destination_port = Port{443},
                                      .sequence = 0x12345678,
                                      .acknowledgement = 0,
                                      .flags = syn},
                                     buffer);
  return built(size, buffer);
}

// The plain form of RFC 1071 §4.1, word by word in 64 bits.
std::uint16_t plain_checksum(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += std::uint64_t{bytes[i]} << (i % 2 == 0 ? 8U : 0U);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

TEST(Checksum, AgreesWithThePlainForm) {
  Random random{1};
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    ASSERT_EQ(checksum(bytes), plain_checksum(bytes)) << size;
  }
}

TEST(BuildTcp, TheSynOverIpv4HasTheBytesOfTheRfcs) {
  const auto packet = syn_packet(v4("198.18.0.1"), v4("198.18.0.2"));
  ASSERT_EQ(packet.size(), 44U);
  EXPECT_EQ(packet[0], 0x45);
  EXPECT_EQ(packet[9], 6);
  EXPECT_EQ(checksum(std::span{packet}.first(20)), 0) << "a header with a right checksum sums to zero";
  // Pseudo header: addresses, protocol, length (RFC 9293 §3.1).
  std::vector<std::uint8_t> summed{packet.begin() + 12, packet.end()};
  summed.insert(summed.end(), {0, 6, 0, 24});
  EXPECT_EQ(checksum(summed), 0);
  EXPECT_EQ(packet[33], 0x02) << "SYN alone";
  EXPECT_EQ((PacketBytes{packet.begin() + 40, packet.end()}), (PacketBytes{2, 4, 0x05, 0xb4})) << "MSS 1460";
}

TEST(BuildTcp, TheSynOverIpv6SumsToZero) {
  const auto packet = syn_packet(v4("2001:db8::1"), v4("2001:db8::2"));
  ASSERT_EQ(packet.size(), 64U);
  std::vector<std::uint8_t> summed{packet.begin() + 8, packet.end()};
  summed.insert(summed.end(), {0, 6, 0, 24});
  EXPECT_EQ(checksum(summed), 0);
}

TEST(ParseIpv4, ReadsAReset) {
  const auto packet = parse(net::EtherType::ipv4, reset_packet);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->source, v4("198.18.0.2"));
  EXPECT_EQ(packet->ttl, 64);
  const auto& tcp = std::get<TcpSegment>(packet->content);
  EXPECT_TRUE(tcp.rst);
  EXPECT_TRUE(tcp.ack);
  EXPECT_EQ(tcp.source, Port{9});
  EXPECT_EQ(tcp.acknowledgement, 0x12345679U);
}

TEST(ParseIpv4, WindowOptionsAndAllThatFollowsTheHeaderAreKept) {
  const auto bytes = syn_packet(v4("198.18.0.1"), v4("198.18.0.2"));
  const auto packet = parse(net::EtherType::ipv4, bytes);
  ASSERT_TRUE(packet);
  const auto& tcp = std::get<TcpSegment>(packet->content);
  EXPECT_EQ(tcp.window, 1024);
  EXPECT_EQ((PacketBytes{tcp.options.begin(), tcp.options.end()}), (PacketBytes{2, 4, 0x05, 0xb4}));
  EXPECT_EQ((PacketBytes{packet->transport.begin(), packet->transport.end()}),
            (PacketBytes{bytes.begin() + 20, bytes.end()}));
}

TEST(ParseIpv4, ATransportThatNobodyReadsKeepsItsNumberAndItsBytes) {
  PacketBytes bytes = reset_packet;
  bytes[9] = 50;  // ESP
  const auto packet = parse(net::EtherType::ipv4, bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(std::get<Other>(packet->content).protocol, 50);
  EXPECT_EQ(packet->transport.size(), 20U);
}

TEST(ParseIpv4, WhatIsBuiltIsReadBack) {
  for (const auto& [from, to] : {std::pair{"198.18.0.1", "198.18.0.2"}, std::pair{"2001:db8::1", "2001:db8::2"}}) {
    const auto bytes = syn_packet(v4(from), v4(to));
    const auto packet = parse(v4(from).is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6, bytes);
    ASSERT_TRUE(packet);
    const auto& tcp = std::get<TcpSegment>(packet->content);
    EXPECT_EQ(packet->destination, v4(to));
    EXPECT_EQ(tcp.destination, Port{443});
    EXPECT_EQ(tcp.sequence, 0x12345678U);
    EXPECT_TRUE(tcp.syn && !tcp.ack && !tcp.rst && !tcp.fin);
  }
}

TEST(ParseIpv4, EveryTruncationIsNothingRatherThanWrong) {
  for (std::size_t size = 0; size < 36; ++size) {
    EXPECT_FALSE(parse(net::EtherType::ipv4, std::span{reset_packet}.first(size))) << size;
  }
}

TEST(ParseIpv4, OptionsAreSteppedOver) {
  PacketBytes bytes = reset_packet;
  bytes.insert(bytes.begin() + 20, {7, 4, 4, 0});  // record route, empty
  bytes[0] = 0x46;
  bytes[3] = 44;
  const auto packet = parse(net::EtherType::ipv4, bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(std::get<TcpSegment>(packet->content).rst);
}

TEST(ParseIpv4, ALaterFragmentHasNoTransportHeader) {
  PacketBytes bytes = reset_packet;
  bytes[6] = 0x00;
  bytes[7] = 0x10;
  EXPECT_FALSE(parse(net::EtherType::ipv4, bytes));
}

TEST(ParseIpv4, LengthsThatDoNotFitAreLies) {
  PacketBytes total = reset_packet;
  total[3] = 41;  // one more than came
  EXPECT_FALSE(parse(net::EtherType::ipv4, total));
  total[3] = 19;  // less than its own header
  EXPECT_FALSE(parse(net::EtherType::ipv4, total));
  PacketBytes offset = reset_packet;
  offset[32] = 0x60;  // a TCP header longer than the segment
  EXPECT_FALSE(parse(net::EtherType::ipv4, offset));
}

TEST(ParseIpv4, EthernetPaddingIsNotPayload) {
  PacketBytes bytes = reset_packet;
  bytes.resize(46);
  EXPECT_TRUE(parse(net::EtherType::ipv4, bytes));
}

TEST(ParseIpv4, AnIcmpErrorSaysWhatItQuotes) {
  const auto quoted = syn_packet(v4("198.18.0.1"), v4("198.18.0.2"));
  PacketBytes bytes{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 198, 18, 0, 99, 198, 18, 0, 1, 3, 13, 0, 0, 0, 0, 0, 0};
  // The least that RFC 792 promises: the header and eight bytes.
  bytes.insert(bytes.end(), quoted.begin(), quoted.begin() + 28);
  bytes[3] = static_cast<std::uint8_t>(bytes.size());
  const auto packet = parse(net::EtherType::ipv4, bytes);
  ASSERT_TRUE(packet);
  const auto& error = std::get<IcmpError>(packet->content);
  EXPECT_EQ(packet->source, v4("198.18.0.99"));
  EXPECT_EQ(error.kind, IcmpError::Kind::admin_prohibited);
  EXPECT_EQ(error.quoted_destination, v4("198.18.0.2"));
  EXPECT_EQ(error.quoted_u16(0), 40961) << "source port";
  EXPECT_EQ(error.quoted_u16(2), 443) << "destination port";
  EXPECT_EQ(error.quoted_u32(4), 0x12345678U) << "sequence number";
  bytes.pop_back();
  --bytes[3];
  EXPECT_FALSE(parse(net::EtherType::ipv4, bytes)) << "seven bytes of the quote identify nothing";
}

TEST(ParseIpv6, ExtensionHeadersAreSteppedOverAndBounded) {
  auto bytes = syn_packet(v4("2001:db8::1"), v4("2001:db8::2"));
  bytes.insert(bytes.begin() + 40, {6, 0, 1, 4, 0, 0, 0, 0});  // hop-by-hop, padding, then TCP
  bytes[6] = 0;
  bytes[5] = static_cast<std::uint8_t>(bytes[5] + 8);
  ASSERT_TRUE(parse(net::EtherType::ipv6, bytes));
  bytes[41] = 255;  // the header claims to be longer than the packet
  EXPECT_FALSE(parse(net::EtherType::ipv6, bytes));
}

// Such a packet's checksum counts the address at home in the place of the source.
TEST(IsDamaged, AMobileNodeAwayFromHomeIsNot) {
  const auto home = v4("2001:db8::5");
  const auto at_home = syn_packet(home, v4("2001:db8::2"));
  auto away = syn_packet(v4("2001:db8:1::5"), v4("2001:db8::2"));
  std::copy(at_home.begin() + 40, at_home.end(), away.begin() + 40);
  EXPECT_TRUE(is_damaged(net::EtherType::ipv6, away)) << "without the option";
  // Next header, length, a padding of one and one of three bytes, the option; padding to a multiple of eight behind it.
  std::vector<std::uint8_t> options{6, 2, 0, 1, 1, 0, 0xc9, 16};
  options.insert(options.end(), at_home.begin() + 8, at_home.begin() + 24);
  for (const std::uint8_t type : {std::uint8_t{0xc9}, std::uint8_t{0x1e}}) {
    options[6] = type;
    auto packet = away;
    packet.insert(packet.begin() + 40, options.begin(), options.end());
    packet[6] = 60;
    packet[5] = static_cast<std::uint8_t>(packet[5] + options.size());
    ASSERT_TRUE(parse(net::EtherType::ipv6, packet));
    EXPECT_EQ(is_damaged(net::EtherType::ipv6, packet), type != 0xc9) << int{type};
  }
  auto cut = away;
  cut.insert(cut.begin() + 40, {6, 0, 0x1e, 255, 0, 0, 0, 0});  // an option that claims to be longer than its header
  cut[6] = 60;
  cut[5] = static_cast<std::uint8_t>(cut[5] + 8);
  EXPECT_TRUE(is_damaged(net::EtherType::ipv6, cut));
}

TEST(ParseArp, RequestAndReplyAreToldApart) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const net::Mac ours{{2, 0, 0, 0, 0, 1}};
  const auto request = built(build_arp_request(ours, v4("198.18.0.1"), v4("198.18.0.2"), buffer), buffer);
  EXPECT_EQ(request.size(), 28U);
  const auto asked = parse(net::EtherType::arp, request);
  ASSERT_TRUE(asked);
  EXPECT_EQ(std::get<ArpRequest>(asked->content).target, v4("198.18.0.2"));
  const net::Mac theirs{{2, 0, 0, 0, 0, 2}};
  auto reply = built(build_arp_reply(theirs, v4("198.18.0.2"), ours, v4("198.18.0.1"), buffer), buffer);
  const auto answered = parse(net::EtherType::arp, reply);
  ASSERT_TRUE(answered);
  EXPECT_EQ(std::get<ArpReply>(answered->content).sender_mac, theirs);
  EXPECT_EQ(answered->source, v4("198.18.0.2"));
  reply[7] = 3;
  EXPECT_FALSE(parse(net::EtherType::arp, reply)) << "an operation of another protocol (RFC 903)";
}

TEST(NeighbourSolicitation, GoesToTheSolicitedNodeGroup) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const auto target = v4("2001:db8::ab:cdef");
  const auto bytes =
      built(build_neighbour_solicitation({{2, 0, 0, 0, 0, 1}}, v4("2001:db8::1"), target, buffer), buffer);
  EXPECT_EQ(IpAddress::from_bytes(std::span{bytes}.subspan(24, 16)), v4("ff02::1:ffab:cdef"));
  EXPECT_EQ(bytes[7], 255) << "hop limit (RFC 4861 §7.1.1)";
  EXPECT_EQ(solicited_node_mac(target), (net::Mac{{0x33, 0x33, 0xff, 0xab, 0xcd, 0xef}}));
  std::vector<std::uint8_t> summed{bytes.begin() + 8, bytes.end()};
  summed.insert(summed.end(), {0, 58, 0, 32});
  EXPECT_EQ(checksum(summed), 0);
}

// A packet that fills the buffer to its last byte.
TEST(BuildUdp, ReadsBackAndSumsToZeroUpToTheLongestPacket) {
  std::array<std::uint8_t, longest_packet> buffer{};
  for (const std::size_t size : {0U, 1U, 12U, 1452U}) {
    const PacketBytes payload(size, 0x5a);
    const auto from = v4("2001:db8::1");
    const auto to = v4("2001:db8::2");
    const auto bytes = built(build_udp({.source = from,
                                        .destination = to,
                                        .source_port = Port{40961},
                                        .destination_port = Port{53},
                                        .payload = payload},
                                       buffer),
                             buffer);
    EXPECT_EQ(bytes.size(), 40 + 8 + size);
    const auto packet = parse(net::EtherType::ipv6, bytes);
    ASSERT_TRUE(packet);
    const auto& udp = std::get<UdpDatagram>(packet->content);
    EXPECT_EQ(udp.source, Port{40961});
    EXPECT_EQ((PacketBytes{udp.payload.begin(), udp.payload.end()}), payload);
    std::vector<std::uint8_t> summed{bytes.begin() + 8, bytes.end()};
    if (summed.size() % 2 != 0) summed.push_back(0);
    const auto length = static_cast<std::uint16_t>(8 + size);
    summed.insert(summed.end(), {static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length), 0, 17});
    EXPECT_EQ(checksum(summed), 0) << size;
  }
}

TEST(BuildUdp, ASumOfZeroIsSentAsItsOtherForm) {
  std::array<std::uint8_t, longest_packet> buffer{};
  UdpFields fields{.source = v4("198.18.0.1"),
                   .destination = v4("198.18.0.2"),
                   .source_port = Port{40961},
                   .destination_port = Port{53}};
  const auto plain = built(build_udp(fields, buffer), buffer);
  // The sum itself as payload makes the new sum zero, once the longer length is taken off it.
  const unsigned sum = unsigned{plain[26]} << 8U | plain[27];
  const auto rest = static_cast<std::uint16_t>(sum - 4);
  const std::array<std::uint8_t, 2> payload{static_cast<std::uint8_t>(rest >> 8U), static_cast<std::uint8_t>(rest)};
  fields.payload = payload;
  const auto bytes = built(build_udp(fields, buffer), buffer);
  EXPECT_EQ(bytes[26], 0xff) << "zero would mean that there is no sum (RFC 768)";
  EXPECT_EQ(bytes[27], 0xff);
}

TEST(Dress, ABadChecksumIsOneOff) {
  constexpr Dress bad{.bad_checksum = true};
  std::array<std::uint8_t, longest_packet> buffer{};
  const auto summed = [&](const Dress& dress) {
    const auto bytes = built(build_tcp({.source = v4("198.18.0.1"),
                                        .destination = v4("198.18.0.2"),
                                        .source_port = Port{40961},
                                        .destination_port = Port{443},
                                        .dress = dress},
                                       buffer),
                             buffer);
    std::vector<std::uint8_t> all{bytes.begin() + 12, bytes.end()};
    all.insert(all.end(), {0, 6, 0, 24});
    return checksum(all);
  };
  EXPECT_EQ(summed(plain), 0);
  EXPECT_NE(summed(bad), 0);
}

TEST(Dress, DataStandsBehindThePayload) {
  const Dress padded{.data = std::vector<std::uint8_t>(3)};
  std::array<std::uint8_t, longest_packet> buffer{};
  buffer.fill(0xee);
  const std::array<std::uint8_t, 2> payload{1, 2};
  const auto bytes = built(build_udp({.source = v4("198.18.0.1"),
                                      .destination = v4("198.18.0.2"),
                                      .source_port = Port{40961},
                                      .destination_port = Port{53},
                                      .payload = payload,
                                      .dress = padded},
                                     buffer),
                           buffer);
  EXPECT_EQ((PacketBytes{bytes.begin() + 28, bytes.end()}), (PacketBytes{1, 2, 0, 0, 0}));
  EXPECT_EQ(bytes[25], 13) << "the length of UDP counts it";
}

// What a network analyser takes for an IPv4 header: its length counts the options, and its sum sums them.
TEST(Dress, OptionsStandInIPv4sHeaderAndNowhereElse) {
  const Dress dress{.ip_options = {7, 7, 4, 0, 0, 0, 0, 0}};
  std::array<std::uint8_t, longest_packet> buffer{};
  const auto syn_between = [&](const IpAddress& from, const IpAddress& to) {
    return built(build_tcp({.source = from,
                            .destination = to,
                            .source_port = Port{40961},
                            .destination_port = Port{443},
                            .sequence = 5,
                            .dress = dress},
                           buffer),
                 buffer);
  };
  const auto bytes = syn_between(v4("198.18.0.1"), v4("198.18.0.2"));
  ASSERT_EQ(bytes.size(), 20U + 8 + 24);
  EXPECT_EQ(bytes[0], 0x47);
  EXPECT_EQ(bytes[3], bytes.size());
  EXPECT_EQ((PacketBytes{bytes.begin() + 20, bytes.begin() + 28}), (PacketBytes{7, 7, 4, 0, 0, 0, 0, 0}));
  EXPECT_EQ(checksum(std::span{bytes}.first(28)), 0);
  EXPECT_FALSE(is_damaged(net::EtherType::ipv4, bytes)) << "TCP's sum";
  const auto packet = parse(net::EtherType::ipv4, bytes);
  ASSERT_TRUE(packet);
  ASSERT_TRUE(std::holds_alternative<TcpSegment>(packet->content));
  EXPECT_EQ(std::get<TcpSegment>(packet->content).sequence, 5U);
  const auto v6_bytes = syn_between(IpAddress::parse("2001:db8::1").value(), IpAddress::parse("2001:db8::2").value());
  EXPECT_EQ(v6_bytes.size(), 40U + 24);
}

// What the network card has looked at may be damaged in what the card has not.
TEST(Packet, AnIpv4HeaderHasASumOfItsOwn) {
  std::array<std::uint8_t, longest_packet> buffer{};
  auto bytes = built(build_udp({.source = v4("198.18.0.1"),
                                .destination = v4("198.18.0.2"),
                                .source_port = Port{40961},
                                .destination_port = Port{53}},
                               buffer),
                     buffer);
  EXPECT_FALSE(has_damaged_header(net::EtherType::ipv4, bytes));
  EXPECT_FALSE(has_damaged_header(net::EtherType::ipv4, std::span{bytes}.first(19))) << "cut off";
  EXPECT_FALSE(has_damaged_header(net::EtherType::ipv6, bytes)) << "it has none";
  EXPECT_FALSE(has_damaged_header(net::EtherType::ipv4, {}));
  bytes[8] ^= 1;  // the TTL, which no other sum covers
  EXPECT_TRUE(has_damaged_header(net::EtherType::ipv4, bytes));
  EXPECT_TRUE(is_damaged(net::EtherType::ipv4, bytes));
}

// The value is zlib's.
TEST(Dress, SctpMayHaveItsOldSum) {
  constexpr Dress old{.adler32 = true};
  std::array<std::uint8_t, longest_packet> buffer{};
  const std::array<std::uint8_t, 4> body{1, 2, 3, 4};
  const auto bytes = built(build_sctp({.source = v4("198.18.0.1"),
                                       .destination = v4("198.18.0.2"),
                                       .source_port = Port{40961},
                                       .destination_port = Port{443},
                                       .verification_tag = 1,
                                       .chunk = 0xff,
                                       .body = body,
                                       .dress = old},
                                      buffer),
                           buffer);
  EXPECT_EQ((PacketBytes{bytes.begin() + 28, bytes.begin() + 32}), (PacketBytes{0x21, 0x65, 0x02, 0x70}));
  EXPECT_TRUE(is_damaged(net::EtherType::ipv4, bytes)) << "today's sum is another";
}

TEST(WriterDeathTest, NothingIsWrittenBeyondTheBuffer) {
  std::array<std::uint8_t, 3> room{};
  EXPECT_DEATH(Writer{room}.u32(1), "width");
}

// Numbers from RFC 3720, appendix B.4: thirty-two bytes of zeros have the sum 0x8a9136aa. As an SCTP packet they have
// it where it stands, lowest byte first.
TEST(SctpChecksum, IsCrc32c) {
  std::array<std::uint8_t, 32> packet{};
  EXPECT_FALSE(has_sctp_checksum(packet));
  packet[8] = 0xaa;
  packet[9] = 0x36;
  packet[10] = 0x91;
  packet[11] = 0x8a;
  EXPECT_TRUE(has_sctp_checksum(packet));
  packet[31] = 1;
  EXPECT_FALSE(has_sctp_checksum(packet));
  EXPECT_FALSE(has_sctp_checksum(Bytes{packet}.first(11)));
}

}  // namespace
}  // namespace portolan::wire
