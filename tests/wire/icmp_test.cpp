// ICMP, ICMPv6 and what stands around them, byte by byte.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::wire {
namespace {

using net::IpAddress;
using net::Port;
using Octets = std::vector<std::uint8_t>;
using Kind = IcmpError::Kind;

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

Octets joined(Octets front, const Octets& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

// From 198.18.0.2 to 198.18.0.1.
Octets ipv4(std::uint8_t protocol, const Octets& payload) {
  const auto size = static_cast<std::uint8_t>(20 + payload.size());
  return joined({0x45, 0, 0, size, 0, 0, 0, 0, 64, protocol, 0, 0, 198, 18, 0, 2, 198, 18, 0, 1}, payload);
}

// From 2001:db8::2 to 2001:db8::1.
Octets ipv6(std::uint8_t next, const Octets& payload, std::uint8_t hops = 64) {
  const auto size = static_cast<std::uint8_t>(payload.size());
  Octets header{0x60, 0, 0, 0, 0, size, next, hops};
  for (const char* text : {"2001:db8::2", "2001:db8::1"}) {
    const IpAddress each = address(text);
    header.insert(header.end(), each.bytes().begin(), each.bytes().end());
  }
  return joined(header, payload);
}

Octets built(std::size_t size, const std::array<std::uint8_t, longest_packet>& buffer) {
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

Octets syn_to(const char* from, const char* to) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const TcpFields fields{.source = address(from),
                         .destination = address(to),
                         .source_port = Port{40961},
                         .destination_port = Port{443},
                         .sequence = 0x12345678,
                         .acknowledgement = 0,
                         .flags = syn};
  return built(build_tcp(fields, buffer), buffer);
}

template <class T>
std::optional<T> content_of(const std::optional<Packet>& packet) {
  const T* content = packet ? std::get_if<T>(&packet->content) : nullptr;
  return content == nullptr ? std::nullopt : std::optional{*content};
}

Octets error_message(std::uint8_t type, std::uint8_t code, const Octets& quoted) {
  return joined({type, code, 0, 0, 0, 0, 0, 0}, quoted);
}

TEST(IcmpError, EveryCodeHasItsKind) {
  const std::map<std::uint8_t, Kind> kinds{
      {0, Kind::net_unreach},       {1, Kind::host_unreach},     {2, Kind::proto_unreach},   {3, Kind::port_unreach},
      {4, Kind::other_unreach},     {6, Kind::net_unreach},      {7, Kind::host_unreach},    {8, Kind::host_unreach},
      {9, Kind::net_prohibited},    {10, Kind::host_prohibited}, {11, Kind::net_unreach},    {12, Kind::host_unreach},
      {13, Kind::admin_prohibited}, {14, Kind::other_unreach},   {200, Kind::other_unreach},
  };
  for (const auto& [code, kind] : kinds) {
    const auto bytes = ipv4(protocol_icmp, error_message(3, code, syn_to("198.18.0.1", "198.18.0.2")));
    const auto error = content_of<IcmpError>(parse(net::EtherType::ipv4, bytes));
    ASSERT_TRUE(error) << int{code};
    EXPECT_EQ(error->kind, kind) << int{code};
  }
}

TEST(IcmpError, EveryCodeOfVersion6HasItsKind) {
  const std::array kinds{Kind::no_route,     Kind::admin_prohibited, Kind::beyond_scope, Kind::addr_unreach,
                         Kind::port_unreach, Kind::policy_failed,    Kind::reject_route, Kind::other_unreach};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(i);
    const auto bytes = ipv6(protocol_icmpv6, error_message(1, code, syn_to("2001:db8::1", "2001:db8::2")));
    const auto error = content_of<IcmpError>(parse(net::EtherType::ipv6, bytes));
    ASSERT_TRUE(error) << int{code};
    EXPECT_EQ(error->kind, kinds[code]) << int{code};
    EXPECT_EQ(error->quoted_destination, address("2001:db8::2"));
    EXPECT_EQ(error->quoted_u32(4), 0x12345678U);
  }
}

TEST(IcmpError, TimeExceededIsOneInBothVersions) {
  const auto four =
      parse(net::EtherType::ipv4, ipv4(protocol_icmp, error_message(11, 0, syn_to("198.18.0.1", "198.18.0.2"))));
  ASSERT_TRUE(content_of<IcmpError>(four));
  EXPECT_EQ(content_of<IcmpError>(four)->kind, Kind::time_exceeded);
  const auto six =
      parse(net::EtherType::ipv6, ipv6(protocol_icmpv6, error_message(3, 0, syn_to("2001:db8::1", "2001:db8::2"))));
  ASSERT_TRUE(content_of<IcmpError>(six));
  EXPECT_EQ(content_of<IcmpError>(six)->kind, Kind::time_exceeded);
}

TEST(IcmpError, AParameterProblemIsOneInBothVersions) {
  const auto four =
      parse(net::EtherType::ipv4, ipv4(protocol_icmp, error_message(12, 0, syn_to("198.18.0.1", "198.18.0.2"))));
  ASSERT_TRUE(content_of<IcmpError>(four));
  EXPECT_EQ(content_of<IcmpError>(four)->kind, Kind::parameter_problem);
  for (const std::uint8_t code : std::array<std::uint8_t, 3>{0, 1, 2}) {
    const auto six = parse(net::EtherType::ipv6,
                           ipv6(protocol_icmpv6, error_message(4, code, syn_to("2001:db8::1", "2001:db8::2"))));
    ASSERT_TRUE(content_of<IcmpError>(six));
    EXPECT_EQ(content_of<IcmpError>(six)->kind, code == 1 ? Kind::unknown_header : Kind::parameter_problem);
  }
}

TEST(Icmp, EachVersionStaysInItsOwn) {
  const auto four = parse(net::EtherType::ipv4, ipv4(protocol_icmpv6, {129, 0, 0, 0, 0x9c, 0x40, 0, 1, 1, 2, 3, 4}));
  const auto six = parse(net::EtherType::ipv6, ipv6(protocol_icmp, {0, 0, 0, 0, 0x9c, 0x40, 0, 1, 1, 2, 3, 4}));
  ASSERT_TRUE(content_of<Other>(four));
  EXPECT_EQ(content_of<Other>(four)->protocol, protocol_icmpv6);
  ASSERT_TRUE(content_of<Other>(six));
  EXPECT_EQ(content_of<Other>(six)->protocol, protocol_icmp);
}

TEST(IcmpMessage, IsReadAsFarAsItGoes) {
  for (const bool v4 : {true, false}) {
    const std::uint8_t type = v4 ? icmp_echo_reply : icmpv6_echo_reply;
    const auto parsed = [&](const Octets& behind_checksum) {
      const Octets message = joined({type, 0, 0, 0}, behind_checksum);
      const Octets bytes = v4 ? ipv4(protocol_icmp, message) : ipv6(protocol_icmpv6, message);
      const auto packet = parse(v4 ? net::EtherType::ipv4 : net::EtherType::ipv6, bytes);
      const auto content = content_of<IcmpMessage>(packet);
      if (content) {
        EXPECT_EQ(content->type, type);
        EXPECT_EQ(content->identifier, 0x9c40);
        EXPECT_EQ(content->sequence, 5);
      }
      return content ? std::optional{Octets{content->body.begin(), content->body.end()}} : std::nullopt;
    };
    EXPECT_EQ(parsed({0x9c, 0x40, 0, 5, 1, 2, 3, 4}), (Octets{1, 2, 3, 4}));
    EXPECT_EQ(parsed({0x9c, 0x40, 0, 5}), Octets{});
    EXPECT_FALSE(parsed({0x9c, 0x40, 0}));
  }
}

TEST(Cursor, HalfANumberIsNone) {
  const Octets bytes{1, 2, 3, 4, 5};
  EXPECT_EQ(u32_at(bytes, 0), 0x01020304U);
  EXPECT_EQ(u32_at(bytes, 1), 0x02030405U);
  EXPECT_EQ(u32_at(bytes, 2), 0U);
  EXPECT_EQ(u32_at(bytes, 9), 0U);
}

TEST(BuildIcmp, RequestsHaveTheBytesOfTheRfcs) {
  const Octets body{1, 2, 3, 4};
  const auto fields = [&](const char* from, const char* to, std::uint8_t type) {
    return IcmpFields{.source = address(from),
                      .destination = address(to),
                      .type = type,
                      .identifier = 0x9c40,
                      .sequence = 5,
                      .body = body};
  };
  const auto behind_checksum = [](std::span<const std::uint8_t> message) {
    return Octets{message.begin() + 4, message.end()};
  };
  std::array<std::uint8_t, longest_packet> buffer{};
  const Octets four = built(build_icmp(fields("198.18.0.1", "198.18.0.2", icmp_echo_request), buffer), buffer);
  const auto message = std::span{four}.subspan(20);
  EXPECT_EQ(message[0], icmp_echo_request);
  EXPECT_EQ(message[1], 0);
  EXPECT_EQ(behind_checksum(message), (Octets{0x9c, 0x40, 0, 5, 1, 2, 3, 4}));
  EXPECT_EQ(checksum(message), 0) << "no pseudo header (RFC 792)";
  EXPECT_EQ(four[8], 64) << "TTL";
  EXPECT_EQ(four[9], protocol_icmp);
  const Octets six = built(build_icmp(fields("2001:db8::1", "2001:db8::2", icmpv6_echo_request), buffer), buffer);
  EXPECT_EQ(six[40], icmpv6_echo_request);
  EXPECT_EQ(behind_checksum(std::span{six}.subspan(40)), (Octets{0x9c, 0x40, 0, 5, 1, 2, 3, 4}));
  Octets summed{six.begin() + 8, six.end()};
  summed.insert(summed.end(), {0, protocol_icmpv6, 0, 12});
  EXPECT_EQ(checksum(summed), 0) << "with the pseudo header (RFC 4443 §2.3)";
}

TEST(BuildIcmpError, SaysWhatItQuotesInBothVersions) {
  std::array<std::uint8_t, longest_packet> buffer{};
  for (const bool v4 : {true, false}) {
    const char* us = v4 ? "198.18.0.1" : "2001:db8::1";
    const char* them = v4 ? "198.18.0.2" : "2001:db8::2";
    const Octets quoted = syn_to(us, them);
    const Octets bytes = built(build_icmp_error({.source = address(them),
                                                 .destination = address(us),
                                                 .type = v4 ? icmp_unreachable : icmpv6_unreachable,
                                                 .code = v4 ? std::uint8_t{3} : std::uint8_t{4},
                                                 .quoted = quoted,
                                                 .hop_limit = 7},
                                                buffer),
                               buffer);
    const auto packet = parse(v4 ? net::EtherType::ipv4 : net::EtherType::ipv6, bytes);
    const auto error = content_of<IcmpError>(packet);
    ASSERT_TRUE(error);
    EXPECT_EQ(packet->ttl, 7);
    EXPECT_EQ(error->kind, Kind::port_unreach);
    EXPECT_EQ(error->quoted_destination, address(them));
    EXPECT_EQ(error->quoted_protocol, protocol_tcp);
    EXPECT_EQ(error->quoted_u16(2), 443);
  }
}

// The error of a host about a packet with nothing in it.
Octets error_about_empty(const char* us, const char* them, std::uint8_t protocol, std::uint8_t type,
                         std::uint8_t code) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const Octets quoted = built(
      build_ip({.source = address(us), .destination = address(them), .protocol = protocol, .mark = 0xabcde}, buffer),
      buffer);
  return built(
      build_icmp_error(
          {.source = address(them), .destination = address(us), .type = type, .code = code, .quoted = quoted}, buffer),
      buffer);
}

TEST(IcmpError, AnEmptyPacketIsQuotedByItsHeaderAlone) {
  const auto v4 = content_of<IcmpError>(
      parse(net::EtherType::ipv4, error_about_empty("198.18.0.1", "198.18.0.2", 47, icmp_unreachable, 2)));
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->kind, Kind::proto_unreach);
  EXPECT_EQ(v4->quoted_protocol, 47);
  EXPECT_EQ(v4->quoted_mark, 0xbcdeU) << "the identification";
  for (const std::uint8_t header : std::array<std::uint8_t, 5>{0, 43, 44, 47, 60}) {
    const auto v6 = content_of<IcmpError>(parse(
        net::EtherType::ipv6, error_about_empty("2001:db8::1", "2001:db8::2", header, icmpv6_parameter_problem, 1)));
    ASSERT_TRUE(v6) << int{header};
    EXPECT_EQ(v6->kind, Kind::unknown_header);
    EXPECT_EQ(v6->quoted_protocol, header);
    EXPECT_EQ(v6->quoted_mark, 0xabcdeU) << "the flow label";
  }
  EXPECT_EQ(content_of<IcmpError>(parse(net::EtherType::ipv6, error_about_empty("2001:db8::1", "2001:db8::2", 47,
                                                                                icmpv6_parameter_problem, 0)))
                ->kind,
            Kind::parameter_problem);
}

// RFC 792 promises eight bytes of these, and without them nobody knows whose packet it was.
TEST(IcmpError, AQuoteWithoutPortsIsNothing) {
  for (const std::uint8_t protocol : {protocol_tcp, protocol_udp, protocol_sctp, protocol_icmp}) {
    EXPECT_FALSE(
        parse(net::EtherType::ipv4, error_about_empty("198.18.0.1", "198.18.0.2", protocol, icmp_unreachable, 2)))
        << int{protocol};
  }
}

TEST(BuildTcp, LeavesWithAnOrdinaryTimeToLive) {
  EXPECT_EQ(syn_to("198.18.0.1", "198.18.0.2")[8], 64);
  EXPECT_EQ(syn_to("2001:db8::1", "2001:db8::2")[7], 64);
}

TEST(NeighbourSolicitation, CarriesTheAskersAddressAsOptionOne) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const net::Mac ours{{2, 0, 0, 0, 0, 1}};
  const auto bytes =
      built(build_neighbour_solicitation(ours, address("2001:db8::1"), address("2001:db8::2"), buffer), buffer);
  EXPECT_EQ((Octets{bytes.end() - 8, bytes.end()}), (Octets{1, 1, 2, 0, 0, 0, 0, 1}));
}

Octets advertisement(const Octets& options) {
  Octets message{136, 0, 0, 0, 0x60, 0, 0, 0};
  const IpAddress target = address("2001:db8::2");
  message.insert(message.end(), target.bytes().begin(), target.bytes().end());
  return ipv6(protocol_icmpv6, joined(message, options), 255);
}

TEST(NeighbourSolicitation, IsReadBackAndAnswered) {
  std::array<std::uint8_t, longest_packet> buffer{};
  const net::Mac mac{{2, 0, 0, 0, 0, 9}};
  const auto request =
      built(build_neighbour_solicitation({}, address("2001:db8::1"), address("2001:db8::2"), buffer), buffer);
  const auto asked = content_of<NeighbourSolicitation>(parse(net::EtherType::ipv6, request));
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->target, address("2001:db8::2"));
  const auto reply =
      built(build_neighbour_advertisement(mac, address("2001:db8::2"), address("2001:db8::1"), buffer), buffer);
  const auto answered = content_of<NeighbourAdvertisement>(parse(net::EtherType::ipv6, reply));
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->target, address("2001:db8::2"));
  EXPECT_EQ(answered->mac, mac);
}

TEST(NeighbourAdvertisement, TheAddressIsThatOfOptionTwo) {
  const Octets target_address{2, 1, 2, 0, 0, 0, 0, 9};
  const auto parsed = [](const Octets& options) {
    return content_of<NeighbourAdvertisement>(parse(net::EtherType::ipv6, advertisement(options)));
  };
  const net::Mac theirs{{2, 0, 0, 0, 0, 9}};
  ASSERT_TRUE(parsed(target_address));
  EXPECT_EQ(parsed(target_address)->mac, theirs);
  EXPECT_EQ(parsed(target_address)->target, address("2001:db8::2"));
  const auto second = parsed(joined({14, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, target_address));
  ASSERT_TRUE(second) << "other options are stepped over";
  EXPECT_EQ(second->mac, theirs);
  EXPECT_FALSE(parsed({}));
  EXPECT_FALSE(parsed({1, 1, 2, 0, 0, 0, 0, 9})) << "option one is the asker's";
  EXPECT_FALSE(parsed(joined({14, 0, 0, 0, 0, 0, 0, 0}, target_address))) << "an option of no length is a lie";
  EXPECT_FALSE(parsed({2, 2, 2, 0, 0, 0, 0, 9})) << "longer than what came";
}

Octets segment_of(const char* from, const char* to) {
  const Octets whole = syn_to(from, to);
  return {whole.begin() + 40, whole.end()};
}

TEST(ParseIpv6, OnlyAFirstFragmentHasATransportHeader) {
  const Octets segment = segment_of("2001:db8::2", "2001:db8::1");
  const auto fragment = [&](std::uint8_t second, std::uint8_t offset_high, std::uint8_t offset_low) {
    return parse(net::EtherType::ipv6, ipv6(44, joined({6, second, offset_high, offset_low, 0, 0, 0, 7}, segment)));
  };
  EXPECT_TRUE(content_of<TcpSegment>(fragment(0, 0, 1))) << "the first of several";
  EXPECT_TRUE(content_of<TcpSegment>(fragment(3, 0, 0))) << "its second byte is no length (RFC 8200 §4.5)";
  EXPECT_FALSE(fragment(0, 0, 8));
  EXPECT_FALSE(fragment(0, 1, 0));
}

TEST(ParseIpv6, LengthsThatDoNotFitAreLies) {
  const Octets segment = segment_of("2001:db8::2", "2001:db8::1");
  Octets bytes = ipv6(protocol_tcp, segment);
  ASSERT_TRUE(parse(net::EtherType::ipv6, bytes));
  ++bytes[5];
  EXPECT_FALSE(parse(net::EtherType::ipv6, bytes)) << "one more than came";
  bytes[5] = 19;
  EXPECT_FALSE(parse(net::EtherType::ipv6, bytes)) << "what lies behind the payload is padding";
  bytes[5] = static_cast<std::uint8_t>(segment.size());
  bytes.insert(bytes.end(), {0, 0, 0, 0});
  EXPECT_TRUE(parse(net::EtherType::ipv6, bytes)) << "and does no harm";
}

TEST(ParseUdp, ReadsPortsAndPayload) {
  const auto bytes = ipv4(protocol_udp, {0, 53, 0x9c, 0x40, 0, 11, 0, 0, 'a', 'b', 'c'});
  const auto udp = content_of<UdpDatagram>(parse(net::EtherType::ipv4, bytes));
  ASSERT_TRUE(udp);
  EXPECT_EQ(udp->source, Port{53});
  EXPECT_EQ(udp->destination, Port{40'000});
  EXPECT_EQ((Octets{udp->payload.begin(), udp->payload.end()}), (Octets{'a', 'b', 'c'}));
  EXPECT_FALSE(parse(net::EtherType::ipv4, ipv4(protocol_udp, {0, 53, 0x9c, 0x40, 0, 7, 0})));
}

TEST(ParseArp, OnlyEthernetAndIpv4) {
  std::array<std::uint8_t, longest_packet> buffer{};
  Octets bytes =
      built(build_arp_request({{2, 0, 0, 0, 0, 1}}, address("198.18.0.1"), address("198.18.0.2"), buffer), buffer);
  ASSERT_TRUE(parse(net::EtherType::arp, bytes));
  for (const std::size_t at : {1U, 3U, 4U, 5U}) {
    Octets other = bytes;
    ++other[at];
    EXPECT_FALSE(parse(net::EtherType::arp, other)) << at;
  }
  bytes.pop_back();
  EXPECT_FALSE(parse(net::EtherType::arp, bytes));
}

}  // namespace
}  // namespace portolan::wire
