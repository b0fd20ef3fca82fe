#include "sockets/sources/inet_diag.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>

#include "sockets/sources/sources.h"
#include "tests/sockets/diag_answer.h"

namespace portolan::sockets {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using testing::is_read;

net::IpAddress address(std::string_view text) { return *net::IpAddress::parse(text); }

inet_diag_msg connection(std::uint8_t family, const char* local, std::uint16_t local_port, const char* remote,
                         std::uint16_t remote_port) {
  inet_diag_msg body{};
  body.idiag_family = family;
  body.idiag_state = 1;
  body.id.idiag_sport = htons(local_port);
  body.id.idiag_dport = htons(remote_port);
  inet_pton(family, local, body.id.idiag_src);
  inet_pton(family, remote, body.id.idiag_dst);
  body.id.idiag_cookie[0] = 0x89abcdef;
  body.id.idiag_cookie[1] = 0x01234567;
  body.idiag_uid = 1000;
  body.idiag_inode = 4711;
  return body;
}

TEST(InetDiag, AnAnswerBecomesARow) {
  inet_diag_msg body = connection(AF_INET, "127.0.0.1", 22, "10.1.2.3", 50'000);
  body.idiag_rqueue = 5;
  body.idiag_wqueue = 7;
  body.idiag_timer = 2;
  body.idiag_retrans = 3;
  body.idiag_expires = 1'500;
  Row row;
  ASSERT_TRUE(parse_inet_diag(Answer{body}.bytes(), SocketKind::tcp, row));
  EXPECT_EQ(row.protocol, SocketKind::tcp);
  EXPECT_EQ(row.family, AddressFamily::v4);
  EXPECT_EQ(row.state, State::established);
  EXPECT_EQ(row.local, address("127.0.0.1"));
  EXPECT_EQ(row.remote, address("10.1.2.3"));
  EXPECT_EQ(row.local_port, 22U);
  EXPECT_EQ(row.remote_port, 50'000U);
  EXPECT_EQ(row.receive_queue, 5U);
  EXPECT_EQ(row.send_queue, 7U);
  EXPECT_EQ(row.timer, Timer::keepalive);
  EXPECT_EQ(row.retransmits, 3U);
  EXPECT_EQ(row.timer_ms, 1'500U);
  EXPECT_TRUE(row.has_user);
  EXPECT_EQ(row.user, 1000U);
  EXPECT_EQ(row.inode, 4711U);
  EXPECT_EQ(row.cookie, 0x0123'4567'89ab'cdefU);
}

TEST(InetDiag, NobodyIsToldWhereTheKernelWritesNought) {
  for (const std::uint8_t state : {std::uint8_t{6}, std::uint8_t{5}, std::uint8_t{3}, std::uint8_t{9}}) {
    inet_diag_msg body = connection(AF_INET, "127.0.0.1", 22, "10.1.2.3", 50'000);
    body.idiag_state = state;
    body.idiag_inode = 0;
    body.idiag_uid = 0;
    Row row;
    ASSERT_TRUE(parse_inet_diag(Answer{body}.bytes(), SocketKind::tcp, row));
    EXPECT_FALSE(row.has_user) << int{state};
    body.idiag_uid = 33;
    ASSERT_TRUE(parse_inet_diag(Answer{body}.bytes(), SocketKind::tcp, row));
    EXPECT_TRUE(row.has_user) << int{state};
    body.idiag_uid = 0;
    body.idiag_inode = 4711;
    ASSERT_TRUE(parse_inet_diag(Answer{body}.bytes(), SocketKind::tcp, row));
    EXPECT_TRUE(row.has_user) << int{state};
  }
}

TEST(InetDiag, OnlyLinkLocalAddressesHaveTheInterfaceAsTheirZone) {
  inet_diag_msg body = connection(AF_INET6, "fe80::1", 22, "2001:db8::2", 1);
  body.id.idiag_if = 3;
  Row row;
  ASSERT_TRUE(parse_inet_diag(Answer{body}.bytes(), SocketKind::tcp, row));
  EXPECT_EQ(row.family, AddressFamily::v6);
  EXPECT_EQ(row.local, address("fe80::1%3"));
  EXPECT_EQ(row.remote, address("2001:db8::2"));
  EXPECT_EQ(row.interface, 3U);
}

TEST(InetDiag, AttributesAreRead) {
  constexpr std::array<std::uint8_t, 4> info{1, 2, 3, 4};
  constexpr std::array<std::uint8_t, 8> nested{8, 0, INET_ULP_INFO_NAME, 0, 't', 'l', 's', 0};
  Row row;
  Answer answer{connection(AF_INET6, "::", 443, "::", 0)};
  answer.with_value(INET_DIAG_SHUTDOWN, std::uint8_t{1})
      .with_value(INET_DIAG_SKV6ONLY, std::uint8_t{1})
      .with_value(INET_DIAG_TOS, std::uint8_t{0x10})
      .with_value(INET_DIAG_TCLASS, std::uint8_t{0x20})
      .with_value(INET_DIAG_MARK, std::uint32_t{9})
      .with_value(INET_DIAG_CGROUP_ID, std::uint64_t{1234})
      .with_value(INET_DIAG_SOCKOPT, std::uint16_t{0x0102})
      .with(INET_DIAG_INFO, info)
      .with(INET_DIAG_SKMEMINFO, info)
      .with(INET_DIAG_BBRINFO, info)
      .with(INET_DIAG_ULP_INFO, nested)
      .with_text(INET_DIAG_CONG, std::string_view{"cubic\0", 6});
  ASSERT_TRUE(parse_inet_diag(answer.bytes(), SocketKind::tcp, row));
  EXPECT_EQ(row.shutdown, 1);
  EXPECT_TRUE(row.only_v6);
  EXPECT_EQ(row.type_of_service, 0x10);
  EXPECT_EQ(row.traffic_class, 0x20);
  EXPECT_EQ(row.mark, 9U);
  EXPECT_EQ(row.cgroup, 1234U);
  EXPECT_EQ(row.socket_options, 0x0102);
  EXPECT_THAT(row.tcp_info, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(row.memory, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(row.congestion_info, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(row.congestion_info_kind, INET_DIAG_BBRINFO);
  EXPECT_EQ(row.upper_protocol, "tls");
  EXPECT_EQ(row.congestion, "cubic");
}

TEST(InetDiag, NothingOfTheRowBeforeStays) {
  Row row;
  row.path = "left over";
  row.mark = 3;
  row.no_owner = NoOwner::kernel;
  ASSERT_TRUE(parse_inet_diag(Answer{connection(AF_INET, "1.2.3.4", 1, "5.6.7.8", 2)}.bytes(), SocketKind::udp, row));
  EXPECT_EQ(row.path, "");
  EXPECT_EQ(row.mark, std::nullopt);
  EXPECT_EQ(row.no_owner, NoOwner::not_asked);
}

TEST(InetDiag, AnswersCutShortOrOfAnotherKindAreRefused) {
  const Answer whole{connection(AF_INET, "127.0.0.1", 22, "10.1.2.3", 50'000)};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(parse_inet_diag(whole.bytes().first(size), SocketKind::tcp, row)) << size;
  }
  inet_diag_msg other = connection(AF_INET, "127.0.0.1", 22, "10.1.2.3", 50'000);
  EXPECT_FALSE(parse_inet_diag(Answer(other, NLMSG_DONE).bytes(), SocketKind::tcp, row));
  other.idiag_family = AF_UNIX;
  EXPECT_FALSE(parse_inet_diag(Answer{other}.bytes(), SocketKind::tcp, row));
}

template <class T>
T struct_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return wire::read_struct<T>(bytes.subspan(offset)).value();
}

TEST(InetDiag, ARequestAsksForWhatIsWanted) {
  std::vector<std::uint8_t> bytes;
  append_inet_request(
      bytes, SocketKind::udp, AddressFamily::v6,
      {.states = 0x480, .tcp_info = true, .memory = true, .details = true, .bytecode = {1, 2, 3, 4, 5}});
  const auto header = struct_at<nlmsghdr>(bytes, 0);
  EXPECT_EQ(header.nlmsg_len, bytes.size());
  EXPECT_EQ(header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  const auto body = struct_at<inet_diag_req_v2>(bytes, sizeof(nlmsghdr));
  EXPECT_EQ(body.sdiag_family, AF_INET6);
  EXPECT_EQ(body.sdiag_protocol, IPPROTO_UDP);
  EXPECT_EQ(body.idiag_states, 0x480U);
  for (const int wanted :
       {INET_DIAG_INFO, INET_DIAG_CONG, INET_DIAG_VEGASINFO, INET_DIAG_SKMEMINFO, INET_DIAG_TOS, INET_DIAG_TCLASS}) {
    EXPECT_TRUE(body.idiag_ext & (1 << (wanted - 1))) << wanted;
  }
  const auto attribute = struct_at<nlattr>(bytes, sizeof(nlmsghdr) + sizeof(inet_diag_req_v2));
  EXPECT_EQ(attribute.nla_type, INET_DIAG_REQ_BYTECODE);
  EXPECT_EQ(attribute.nla_len, sizeof(nlattr) + 5);
  EXPECT_EQ(bytes.size() % 4, 0U);
}

TEST(InetDiag, AProtocolBeyondAByteGoesIntoAnAttribute) {
  std::vector<std::uint8_t> bytes;
  append_inet_request(bytes, SocketKind::mptcp, AddressFamily::v4, {});
  EXPECT_EQ(struct_at<inet_diag_req_v2>(bytes, sizeof(nlmsghdr)).idiag_ext, 0);
  const std::size_t behind = sizeof(nlmsghdr) + sizeof(inet_diag_req_v2);
  EXPECT_EQ(struct_at<nlattr>(bytes, behind).nla_type, INET_DIAG_REQ_PROTOCOL);
  EXPECT_EQ(struct_at<std::uint32_t>(bytes, behind + sizeof(nlattr)), 262U);
}

TEST(InetLine, AListenerIsRead) {
  Row row;
  ASSERT_TRUE(is_read(tcp4,
                      "   0: 0100007F:07E8 00000000:0000 0A 00000002:00000001 00:00000000 00000000  1000        0 "
                      "1145 1 000000006397c989 100 0 0 10 0                      ",
                      row));
  EXPECT_EQ(row.protocol, SocketKind::tcp);
  EXPECT_EQ(row.family, AddressFamily::v4);
  EXPECT_EQ(row.state, State::listen);
  EXPECT_EQ(row.local, address("127.0.0.1"));
  EXPECT_EQ(row.local_port, 2024U);
  EXPECT_EQ(row.remote, address("0.0.0.0"));
  EXPECT_EQ(row.send_queue, 2U);
  EXPECT_EQ(row.receive_queue, 1U);
  EXPECT_EQ(row.user, 1000U);
  EXPECT_EQ(row.inode, 1145U);
  EXPECT_EQ(row.references, 1U);
}

TEST(InetLine, IPv6AndTimersAreRead) {
  Row row;
  ASSERT_TRUE(is_read(tcp6,
                      "   1: B80D0120000000000000000001000000:0016 00000000000000000000000002000000:C350 01 "
                      "00000000:00000000 02:000000C8 00000004     0        0 9 2 0 20 4 1 10 -1",
                      row));
  EXPECT_EQ(row.local, address("2001:db8::1"));
  EXPECT_EQ(row.remote, address("::2"));
  EXPECT_EQ(row.remote_port, 50'000U);
  EXPECT_EQ(row.timer, Timer::keepalive);
  EXPECT_EQ(row.timer_ms, 2'000U);
  EXPECT_EQ(row.retransmits, 4);
}

TEST(InetLine, WhatIsNoSuchLineIsRefused) {
  Row row;
  for (const std::string line : {"", "   0: 0100007F:07E8", "   0: 0100007F07E8 00000000:0000 0A 0:0 00:0 0 0 0 1",
                                 "   0: 0100007F:07E8 00000000:0000 XX 00000000:00000000 00:00000000 00000000 0 0 1",
                                 "   0: 0100007G:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
                                 "   0: B80D0120000000000000000001000000:0016 00000000:0000 0A 0:0 0:0 0 0 0 1"}) {
    EXPECT_FALSE(is_read(tcp4, line, row)) << line;
  }
}

}  // namespace
}  // namespace portolan::sockets
