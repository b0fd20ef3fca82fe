#include <gtest/gtest.h>
#include <linux/packet_diag.h>
#include <sys/socket.h>

#include "sockets/sources/sources.h"
#include "tests/sockets/diag_answer.h"

namespace portolan::sockets {
namespace {

using testing::Answer;
using testing::is_read;

packet_diag_msg body() {
  packet_diag_msg body{};
  body.pdiag_family = AF_PACKET;
  body.pdiag_type = SOCK_RAW;
  body.pdiag_num = 0x0806;
  body.pdiag_ino = 12;
  body.pdiag_cookie[0] = 3;
  return body;
}

TEST(PacketDiag, AnAnswerBecomesARow) {
  Answer answer{body()};
  packet_diag_info info{};
  info.pdi_index = 4;
  answer.with_value(PACKET_DIAG_INFO, info)
      .with_value(PACKET_DIAG_UID, std::uint32_t{65534})
      .with_value(PACKET_DIAG_MEMINFO, std::array<std::uint32_t, 9>{640, 212'992});
  Row row;
  ASSERT_TRUE(packet.parse(answer.bytes(), row));
  EXPECT_EQ(row.protocol, SocketKind::packet);
  EXPECT_EQ(row.family, AddressFamily::packet);
  EXPECT_EQ(row.state, State::closed);
  EXPECT_EQ(row.type, SOCK_RAW);
  EXPECT_EQ(row.local_port, 0x0806U);
  EXPECT_EQ(row.interface, 4U);
  EXPECT_EQ(row.inode, 12U);
  EXPECT_EQ(row.cookie, 3U);
  EXPECT_EQ(row.user, 65534U);
  EXPECT_EQ(row.receive_queue, 640U);
  EXPECT_EQ(row.memory.size(), 36U);
}

TEST(PacketDiag, AnswersCutShortOrOfAnotherFamilyAreRefused) {
  const Answer whole{body()};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(packet.parse(whole.bytes().first(size), row)) << size;
  }
  packet_diag_msg other = body();
  other.pdiag_family = AF_INET;
  EXPECT_FALSE(packet.parse(Answer{other}.bytes(), row));
}

TEST(PacketLine, SaysTheSame) {
  Row row;
  ASSERT_TRUE(is_read(packet, "00000000a3b12c45 3      3    0003   2     1 64     1000   20131 ", row));
  EXPECT_EQ(row.references, 3U);
  EXPECT_EQ(row.type, SOCK_RAW);
  EXPECT_EQ(row.local_port, 3U);
  EXPECT_EQ(row.interface, 2U);
  EXPECT_EQ(row.receive_queue, 64U);
  EXPECT_EQ(row.user, 1000U);
  EXPECT_EQ(row.inode, 20131U);
  EXPECT_FALSE(is_read(packet, "00000000a3b12c45 3      3    0003   2     1 64     1000", row));
}

}  // namespace
}  // namespace portolan::sockets
