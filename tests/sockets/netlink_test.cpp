#include <gtest/gtest.h>
#include <linux/netlink_diag.h>
#include <sys/socket.h>

#include "sockets/sources/sources.h"
#include "tests/sockets/diag_answer.h"

namespace portolan::sockets {
namespace {

using testing::Answer;
using testing::is_read;

netlink_diag_msg body() {
  netlink_diag_msg body{};
  body.ndiag_family = AF_NETLINK;
  body.ndiag_type = SOCK_RAW;
  body.ndiag_protocol = NETLINK_KOBJECT_UEVENT;
  body.ndiag_state = 7;
  body.ndiag_portid = 812;
  body.ndiag_ino = 12;
  body.ndiag_cookie[0] = 3;
  return body;
}

TEST(NetlinkDiag, AnAnswerBecomesARow) {
  Answer answer{body()};
  answer.with_value(NETLINK_DIAG_GROUPS, std::uint64_t{0x11})
      .with_value(NETLINK_DIAG_MEMINFO, std::array<std::uint32_t, 9>{832});
  Row row;
  ASSERT_TRUE(netlink.parse(answer.bytes(), row));
  EXPECT_EQ(row.protocol, SocketKind::netlink);
  EXPECT_EQ(row.family, AddressFamily::netlink);
  EXPECT_EQ(row.state, State::closed);
  EXPECT_EQ(row.netlink_family, NETLINK_KOBJECT_UEVENT);
  EXPECT_EQ(row.local_port, 812U);
  EXPECT_EQ(row.netlink_groups, 0x11U);
  EXPECT_EQ(row.receive_queue, 832U);
  EXPECT_EQ(row.inode, 12U);
  EXPECT_FALSE(row.has_user);
}

TEST(NetlinkDiag, OneThatConnectedIsEstablished) {
  netlink_diag_msg connected = body();
  connected.ndiag_state = 1;
  connected.ndiag_dst_portid = 9;
  Row row;
  ASSERT_TRUE(netlink.parse(Answer{connected}.bytes(), row));
  EXPECT_EQ(row.state, State::established);
  EXPECT_EQ(row.remote_port, 9U);
}

TEST(NetlinkDiag, AnswersCutShortOrOfAnotherFamilyAreRefused) {
  const Answer whole{body()};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(netlink.parse(whole.bytes().first(size), row)) << size;
  }
  netlink_diag_msg other = body();
  other.ndiag_family = AF_INET;
  EXPECT_FALSE(netlink.parse(Answer{other}.bytes(), row));
}

TEST(NetlinkLine, SaysTheSame) {
  Row row;
  ASSERT_TRUE(
      is_read(netlink, "00000000512da659 15  812        00000011 832      7        0     2        5        4711", row));
  EXPECT_EQ(row.netlink_family, NETLINK_KOBJECT_UEVENT);
  EXPECT_EQ(row.local_port, 812U);
  EXPECT_EQ(row.netlink_groups, 0x11U);
  EXPECT_EQ(row.receive_queue, 832U);
  EXPECT_EQ(row.send_queue, 7U);
  EXPECT_EQ(row.references, 2U);
  EXPECT_EQ(row.inode, 4711U);
  EXPECT_FALSE(is_read(netlink, "00000000512da659 15  812", row));
}

}  // namespace
}  // namespace portolan::sockets
