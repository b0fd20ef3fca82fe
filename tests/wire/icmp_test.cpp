// ICMP, ICMPv6 and what stands around them, byte by byte.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "wire/build.h"
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

Octets built(std::size_t size, const std::array<std::uint8_t, max_probe_size>& buffer) {
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)};
}

Octets syn_to(const char* from, const char* to) {
  std::array<std::uint8_t, max_probe_size> buffer{};
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
    const auto error = content_of<IcmpError>(parse_ipv4(bytes));
    ASSERT_TRUE(error) << int{code};
    EXPECT_EQ(error->kind, kind) << int{code};
  }
}

TEST(IcmpError, EveryCodeOfVersion6HasItsKind) {
  const std::array kinds{Kind::no_route,     Kind::admin_prohibited, Kind::beyond_scope, Kind::addr_unreach,
                         Kind::port_unreach, Kind::policy_failed,    Kind::reject_route, Kind::other_unreach};
  for (std::uint8_t code = 0; code < kinds.size(); ++code) {
    const auto bytes = ipv6(protocol_icmpv6, error_message(1, code, syn_to("2001:db8::1", "2001:db8::2")));
    const auto error = content_of<IcmpError>(parse_ipv6(bytes));
    ASSERT_TRUE(error) << int{code};
    EXPECT_EQ(error->kind, kinds[code]) << int{code};
    EXPECT_EQ(error->quoted_destination, address("2001:db8::2"));
    EXPECT_EQ(error->quoted_sequence, 0x12345678U);
  }
}

TEST(IcmpError, TimeExceededIsOneInBothVersions) {
  const auto four = parse_ipv4(ipv4(protocol_icmp, error_message(11, 0, syn_to("198.18.0.1", "198.18.0.2"))));
  ASSERT_TRUE(content_of<IcmpError>(four));
  EXPECT_EQ(content_of<IcmpError>(four)->kind, Kind::time_exceeded);
  const auto six = parse_ipv6(ipv6(protocol_icmpv6, error_message(3, 0, syn_to("2001:db8::1", "2001:db8::2"))));
  ASSERT_TRUE(content_of<IcmpError>(six));
  EXPECT_EQ(content_of<IcmpError>(six)->kind, Kind::time_exceeded);
}

TEST(Icmp, EachVersionStaysInItsOwn) {
  EXPECT_FALSE(parse_ipv4(ipv4(protocol_icmpv6, {129, 0, 0, 0, 0x9c, 0x40, 0, 1, 1, 2, 3, 4})));
  EXPECT_FALSE(parse_ipv6(ipv6(protocol_icmp, {0, 0, 0, 0, 0x9c, 0x40, 0, 1, 1, 2, 3, 4})));
}

TEST(IcmpEchoReply, IsReadAsFarAsItGoes) {
  for (const bool v4 : {true, false}) {
    const auto parsed = [v4](const Octets& behind_checksum) {
      const Octets message = joined({v4 ? icmp_echo_reply : icmpv6_echo_reply, 0, 0, 0}, behind_checksum);
      return content_of<IcmpEchoReply>(v4 ? parse_ipv4(ipv4(protocol_icmp, message))
                                          : parse_ipv6(ipv6(protocol_icmpv6, message)));
    };
    const auto whole = parsed({0x9c, 0x40, 0, 5, 1, 2, 3, 4});
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->identifier, 0x9c40);
    EXPECT_EQ(whole->sequence, 5);
    EXPECT_EQ(whole->cookie, 0x01020304U);
    const auto shorter = parsed({0x9c, 0x40, 0, 5, 1, 2});
    ASSERT_TRUE(shorter);
    EXPECT_EQ(shorter->cookie, 0U) << "half a cookie is none";
    EXPECT_FALSE(parsed({0x9c, 0x40, 0}));
  }
}

TEST(IcmpTimestampReply, GivesBackTheTimeThatWasSent) {
  const Octets message{14, 0, 0, 0, 0x9c, 0x40, 0, 5, 1, 2, 3, 4};
  const auto reply = content_of<IcmpTimestampReply>(parse_ipv4(ipv4(protocol_icmp, message)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->identifier, 0x9c40);
  EXPECT_EQ(reply->originate, 0x01020304U);
  EXPECT_FALSE(parse_ipv4(ipv4(protocol_icmp, {14, 0, 0, 0, 0x9c, 0x40, 0, 5, 1, 2, 3})));
}

// Built: type, code, checksum, identifier, sequence, cookie.
void expect_icmp_request(std::span<const std::uint8_t> message, std::uint8_t type) {
  EXPECT_EQ(message[0], type);
  EXPECT_EQ(message[1], 0);
  EXPECT_EQ((Octets{message.begin() + 4, message.begin() + 12}), (Octets{0x9c, 0x40, 0, 5, 1, 2, 3, 4}));
}

TEST(BuildIcmp, RequestsHaveTheBytesOfTheRfcs) {
  const auto fields = [](const char* from, const char* to) {
    return IcmpFields{
        .source = address(from), .destination = address(to), .identifier = 0x9c40, .sequence = 5, .cookie = 0x01020304};
  };
  std::array<std::uint8_t, max_probe_size> buffer{};
  for (const std::uint8_t type : {icmp_echo_request, icmp_timestamp_request}) {
    const auto four = fields("198.18.0.1", "198.18.0.2");
    const bool echo = type == icmp_echo_request;
    const Octets bytes = built(echo ? build_icmp_echo(four, buffer) : build_icmp_timestamp(four, buffer), buffer);
    const auto message = std::span{bytes}.subspan(20);
    expect_icmp_request(message, type);
    EXPECT_EQ(checksum(message), 0) << "no pseudo header (RFC 792)";
    EXPECT_EQ(bytes[8], 64) << "TTL";
    EXPECT_EQ(bytes[9], protocol_icmp);
    EXPECT_EQ(message.size(), echo ? 16U : 20U);
  }
  const Octets six = built(build_icmp_echo(fields("2001:db8::1", "2001:db8::2"), buffer), buffer);
  expect_icmp_request(std::span{six}.subspan(40), icmpv6_echo_request);
  Octets summed{six.begin() + 8, six.end()};
  summed.insert(summed.end(), {0, protocol_icmpv6, 0, 16});
  EXPECT_EQ(checksum(summed), 0) << "with the pseudo header (RFC 4443 §2.3)";
}

TEST(BuildTcp, LeavesWithAnOrdinaryTimeToLive) {
  EXPECT_EQ(syn_to("198.18.0.1", "198.18.0.2")[8], 64);
  EXPECT_EQ(syn_to("2001:db8::1", "2001:db8::2")[7], 64);
}

TEST(NeighbourSolicitation, CarriesTheAskersAddressAsOptionOne) {
  std::array<std::uint8_t, max_probe_size> buffer{};
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

TEST(NeighbourAdvertisement, TheAddressIsThatOfOptionTwo) {
  const Octets target_address{2, 1, 2, 0, 0, 0, 0, 9};
  const auto parsed = [](const Octets& options) {
    return content_of<NeighbourAdvertisement>(parse_ipv6(advertisement(options)));
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
    return parse_ipv6(ipv6(44, joined({6, second, offset_high, offset_low, 0, 0, 0, 7}, segment)));
  };
  EXPECT_TRUE(content_of<TcpSegment>(fragment(0, 0, 1))) << "the first of several";
  EXPECT_TRUE(content_of<TcpSegment>(fragment(3, 0, 0))) << "its second byte is no length (RFC 8200 §4.5)";
  EXPECT_FALSE(fragment(0, 0, 8));
  EXPECT_FALSE(fragment(0, 1, 0));
}

TEST(ParseIpv6, LengthsThatDoNotFitAreLies) {
  const Octets segment = segment_of("2001:db8::2", "2001:db8::1");
  Octets bytes = ipv6(protocol_tcp, segment);
  ASSERT_TRUE(parse_ipv6(bytes));
  ++bytes[5];
  EXPECT_FALSE(parse_ipv6(bytes)) << "one more than came";
  bytes[5] = 19;
  EXPECT_FALSE(parse_ipv6(bytes)) << "what lies behind the payload is padding";
  bytes[5] = static_cast<std::uint8_t>(segment.size());
  bytes.insert(bytes.end(), {0, 0, 0, 0});
  EXPECT_TRUE(parse_ipv6(bytes)) << "and does no harm";
}

TEST(ParseUdp, ReadsPortsAndPayload) {
  const auto bytes = ipv4(protocol_udp, {0, 53, 0x9c, 0x40, 0, 11, 0, 0, 'a', 'b', 'c'});
  const auto udp = content_of<UdpDatagram>(parse_ipv4(bytes));
  ASSERT_TRUE(udp);
  EXPECT_EQ(udp->source, Port{53});
  EXPECT_EQ(udp->destination, Port{40'000});
  EXPECT_EQ((Octets{udp->payload.begin(), udp->payload.end()}), (Octets{'a', 'b', 'c'}));
  EXPECT_FALSE(parse_ipv4(ipv4(protocol_udp, {0, 53, 0x9c, 0x40, 0, 7, 0})));
}

TEST(ParseArp, OnlyEthernetAndIpv4) {
  std::array<std::uint8_t, max_probe_size> buffer{};
  Octets bytes =
      built(build_arp_request({{2, 0, 0, 0, 0, 1}}, address("198.18.0.1"), address("198.18.0.2"), buffer), buffer);
  bytes[7] = 2;
  ASSERT_TRUE(parse_arp(bytes));
  for (const std::size_t at : {1U, 3U, 4U, 5U}) {
    Octets other = bytes;
    ++other[at];
    EXPECT_FALSE(parse_arp(other)) << at;
  }
  bytes.pop_back();
  EXPECT_FALSE(parse_arp(bytes));
}

}  // namespace
}  // namespace portolan::wire
