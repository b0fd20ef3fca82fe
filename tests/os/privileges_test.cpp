#include "os/privileges.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

TEST(Privileges, WhoOnlyLooksKeepsNoRightToChangeAnything) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    keep_rights_to_look();
    EXPECT_TRUE(may_look_at_processes());
    EXPECT_FALSE(can_open_raw_socket());
    EXPECT_EQ(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    for (const int right : {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_SETUID, CAP_SYS_MODULE, CAP_KILL}) {
      EXPECT_EQ(::prctl(PR_CAPBSET_READ, right, 0, 0, 0), 1) << "the test says nothing without it";
    }
    EXPECT_EQ(output_of("grep CapPrm /proc/self/status | tr -d '\\n'"), "CapPrm:\t000000c0002c1404");
  });
}

// As `unshare -r` leaves an ordinary user: all capabilities, but none over the network.
TEST(Privileges, OverAnothersNetworkAreNone) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    ASSERT_TRUE(can_send_raw());
    // A process with threads, such as every one under the thread sanitizer, gets no user namespace.
    if (::unshare(CLONE_NEWUSER) != 0) {
      fmt::print("skipped: this process gets no user namespace\n");
      return;
    }
    EXPECT_FALSE(can_open_raw_socket());
    EXPECT_FALSE(can_send_raw());
  });
}

TEST(Privileges, AreThereThoughNoFileCanBeOpened) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const rlimit none{0, 0};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT_TRUE(can_send_raw());
    ASSERT_TRUE(drop_privileges().has_value());
    EXPECT_FALSE(can_send_raw());
  });
}

}  // namespace
}  // namespace portolan::os
