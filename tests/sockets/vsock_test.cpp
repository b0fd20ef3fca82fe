#include <gtest/gtest.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include "sockets/sources/sources.h"
#include "tests/sockets/diag_answer.h"

namespace portolan::sockets {
namespace {

using testing::Answer;

vsock_diag_msg body() {
  vsock_diag_msg body{};
  body.vdiag_family = AF_VSOCK;
  body.vdiag_type = SOCK_STREAM;
  body.vdiag_state = 1;
  body.vdiag_src_cid = 3;
  body.vdiag_src_port = 1024;
  body.vdiag_dst_cid = 2;
  body.vdiag_dst_port = 22;
  body.vdiag_ino = 12;
  return body;
}

TEST(VsockDiag, AnAnswerBecomesARow) {
  Row row;
  ASSERT_TRUE(vsock.parse(Answer{body()}.bytes(), row));
  EXPECT_EQ(row.protocol, SocketKind::vsock);
  EXPECT_EQ(row.state, State::established);
  EXPECT_EQ(row.local_cid, 3U);
  EXPECT_EQ(row.local_port, 1024U);
  EXPECT_EQ(row.remote_cid, 2U);
  EXPECT_EQ(row.remote_port, 22U);
  EXPECT_EQ(row.inode, 12U);
}

TEST(VsockDiag, AnswersCutShortOrOfAnotherFamilyAreRefused) {
  const Answer whole{body()};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(vsock.parse(whole.bytes().first(size), row)) << size;
  }
  vsock_diag_msg other = body();
  other.vdiag_family = AF_INET;
  EXPECT_FALSE(vsock.parse(Answer{other}.bytes(), row));
}

}  // namespace
}  // namespace portolan::sockets
