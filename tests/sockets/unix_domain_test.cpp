#include <gtest/gtest.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "sockets/sources/sources.h"
#include "tests/sockets/diag_answer.h"

namespace portolan::sockets {
namespace {

using testing::Answer;

unix_diag_msg listener() {
  unix_diag_msg body{};
  body.udiag_family = AF_UNIX;
  body.udiag_type = SOCK_STREAM;
  body.udiag_state = 10;
  body.udiag_ino = 77;
  body.udiag_cookie[0] = 5;
  return body;
}

TEST(UnixDiag, AnAnswerBecomesARow) {
  Answer answer{listener()};
  // 8:3 as the kernel numbers devices.
  answer.with_text(UNIX_DIAG_NAME, std::string_view{"/run/x.sock\0", 12})
      .with_value(UNIX_DIAG_VFS, unix_diag_vfs{.udiag_vfs_ino = 99, .udiag_vfs_dev = 8U << 20U | 3U})
      .with_value(UNIX_DIAG_PEER, std::uint32_t{78})
      .with_value(UNIX_DIAG_RQLEN, unix_diag_rqlen{.udiag_rqueue = 1, .udiag_wqueue = 128})
      .with_value(UNIX_DIAG_UID, std::uint32_t{33})
      .with_value(UNIX_DIAG_SHUTDOWN, std::uint8_t{2});
  Row row;
  ASSERT_TRUE(unix_domain.parse(answer.bytes(), row));
  EXPECT_EQ(row.protocol, SocketKind::unix_domain);
  EXPECT_EQ(row.family, AddressFamily::unix_domain);
  EXPECT_EQ(row.state, State::listen);
  EXPECT_EQ(row.type, SOCK_STREAM);
  EXPECT_EQ(row.inode, 77U);
  EXPECT_EQ(row.cookie, 5U);
  EXPECT_EQ(row.path, "/run/x.sock");
  EXPECT_TRUE(row.has_file);
  EXPECT_EQ(row.file_inode, 99U);
  EXPECT_EQ(row.file_device, makedev(8, 3));
  EXPECT_EQ(row.peer_inode, 78U);
  EXPECT_EQ(row.receive_queue, 1U);
  EXPECT_EQ(row.send_queue, 128U);
  EXPECT_TRUE(row.has_user);
  EXPECT_EQ(row.user, 33U);
  EXPECT_EQ(row.shutdown, 2);
}

TEST(UnixDiag, LargeDeviceNumbersAreAsStatGivesThem) {
  Row row;
  Answer answer{listener()};
  answer.with_value(UNIX_DIAG_VFS, unix_diag_vfs{.udiag_vfs_ino = 1, .udiag_vfs_dev = 0xfffU << 20U | 0xabcdeU});
  ASSERT_TRUE(unix_domain.parse(answer.bytes(), row));
  EXPECT_EQ(row.file_device, makedev(0xfff, 0xabcde));
}

TEST(UnixDiag, AbstractNamesKeepTheirNuls) {
  Row row;
  Answer answer{listener()};
  answer.with_text(UNIX_DIAG_NAME, std::string_view{"\0a\0b", 4});
  ASSERT_TRUE(unix_domain.parse(answer.bytes(), row));
  EXPECT_EQ(row.path, (std::string_view{"\0a\0b", 4}));
}

TEST(UnixDiag, WithoutANameThePathIsEmpty) {
  Row row;
  ASSERT_TRUE(unix_domain.parse(Answer{listener()}.bytes(), row));
  EXPECT_EQ(row.path, "");
  EXPECT_FALSE(row.has_user);
  EXPECT_FALSE(row.has_file);
}

TEST(UnixDiag, AnswersCutShortOrOfAnotherFamilyAreRefused) {
  const Answer whole{listener()};
  Row row;
  for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
    EXPECT_FALSE(unix_domain.parse(whole.bytes().first(size), row)) << size;
  }
  unix_diag_msg other = listener();
  other.udiag_family = AF_INET;
  EXPECT_FALSE(unix_domain.parse(Answer{other}.bytes(), row));
}

TEST(UnixDiag, FilesAndMemoryAreAskedForWhenWanted) {
  const auto show = [](const Detail& wanted) {
    std::vector<std::uint8_t> bytes;
    unix_domain.request(bytes, wanted);
    return wire::read_struct<unix_diag_req>(std::span{bytes}.subspan(sizeof(nlmsghdr)))->udiag_show;
  };
  EXPECT_EQ(show({}), unsigned{UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID});
  EXPECT_TRUE(show({.unix_files = true}) & UDIAG_SHOW_VFS);
  EXPECT_TRUE(show({.memory = true}) & UDIAG_SHOW_MEMINFO);
}

}  // namespace
}  // namespace portolan::sockets
