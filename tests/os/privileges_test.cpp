#include "os/privileges.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "os/file_descriptor.h"
#include "private_network.h"

namespace portolan::os {
namespace {

bool can_open_raw_socket() { return FileDescriptor{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 6)}.is_open(); }

TEST(Privileges, AreWhatTheKernelGrants) { EXPECT_EQ(can_send_raw(), can_open_raw_socket()); }

TEST(Privileges, OnceDroppedAreGoneForGood) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    ASSERT_TRUE(can_send_raw());
    ASSERT_TRUE(drop_privileges().has_value());
    EXPECT_FALSE(can_send_raw());
    EXPECT_FALSE(can_open_raw_socket());
    EXPECT_EQ(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    EXPECT_TRUE(drop_privileges().has_value());  // nothing left to drop is no failure
    EXPECT_EQ(output_of("grep CapEff /proc/self/status | tr -d '\\n'"), "CapEff:\t0000000000000000");
  });
}

}  // namespace
}  // namespace portolan::os
