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
  body.vdiag_state = 10;
  body.vdiag_ino = 12;
  return body;
}

TEST(NewSource, AnAnswerBecomesARow) {
  Row row;
  ASSERT_TRUE(new_source.parse(Answer{body()}.bytes(), row));
  EXPECT_EQ(row.state, State::listen);
  EXPECT_EQ(row.inode, 12U);
}

TEST(NewSource, AnswersCutShortOrOfAnotherFamilyAreRefused) {
  const Answer whole{body()};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(new_source.parse(whole.bytes().first(size), row)) << size;
  }
  vsock_diag_msg other = body();
  other.vdiag_family = AF_INET;
  EXPECT_FALSE(new_source.parse(Answer{other}.bytes(), row));
}

}  // namespace
}  // namespace portolan::sockets
