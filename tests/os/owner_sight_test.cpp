// What may be seen of the holders of sockets, and what is said where it may not.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "os/file_descriptor.h"
#include "os/process/pid_namespace.h"
#include "os/sockets/socket_owners.h"
#include "os/sockets/socket_owners_bpf.h"
#include "os/sockets/socket_owners_proc.h"
#include "private_network.h"
#include "socket_keepers.h"

namespace portolan::os {
namespace {

using namespace testing;
using sockets::NoOwner;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Root's sockets where this is root, and those of a process of the same user that lets nobody trace it (as ssh-agent
// does).
TEST(OwnerSight, OfAnOrdinaryUserNamesTheMissingRight) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  const FileDescriptor of_root = a_socket();
  in_child([&] {
    std::vector<std::uint64_t> of_others;
    if (::geteuid() == 0) of_others.push_back(inode_of(of_root.get()));
    ::close(of_root.get());
    become_ordinary_user();
    const FileDescriptor own = a_socket();
    const Child shy{[](const auto& say) {
      ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
      const FileDescriptor file = a_socket();
      say(inode_of(file.get()));
      ::pause();
    }};
    of_others.push_back(shy.hear());
    const auto index = find_owners();
    ASSERT_TRUE(index) << index.error().message;
    EXPECT_GE(index->sight().processes_denied, 1U);  // where hidepid keeps them out of sight, it says one
    EXPECT_THAT(holders(*index, inode_of(own.get())), Contains(held_by_us(own)));
    for (const std::uint64_t inode : of_others) {
      sockets::Row row;
      row.inode = inode;
      index->join(row);
      EXPECT_THAT(row.holders, IsEmpty());
      EXPECT_EQ(row.no_owner, NoOwner::no_privilege);
    }
    EXPECT_FALSE(may_find_owners_with_bpf());
    const auto bpf = find_owners(OwnerMethod::bpf);
    ASSERT_FALSE(bpf);
    EXPECT_THAT(bpf.error().code, AnyOf(Errc::privilege, Errc::unsupported));
  });
}

// "hidepid": other users' processes are not even listed.
TEST(OwnerSight, KnowsThatProcHidesProcesses) {
  if (!may_become_anybody()) GTEST_SKIP() << "needs root, to mount /proc another way";
  in_child([] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("proc", "/proc", "proc", 0, "hidepid=2") != 0) {
      fmt::print("skipped: this user may not mount /proc\n");
      return;
    }
    become_ordinary_user();
    const FileDescriptor own = a_socket();
    const auto index = find_owners();
    ASSERT_TRUE(index) << index.error().message;
    EXPECT_THAT(holders(*index, inode_of(own.get())), Contains(held_by_us(own)));
    EXPECT_GE(index->sight().processes_denied, 1U);
    sockets::Row row;
    row.inode = 0xFFFF'FFFF'FFFF;
    index->join(row);
    EXPECT_EQ(row.no_owner, NoOwner::no_privilege);
  });
}

TEST(OwnerSight, OfAnotherPidNamespaceIsNotTheWholeMachine) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
      fmt::print("skipped: this kernel does not let this user make pid namespaces\n");
      return;
    }
    in_child([] {
      if (::mount("proc", "/proc", "proc", 0, nullptr) != 0) {
        fmt::print("skipped: this user may not mount /proc\n");
        return;
      }
      ASSERT_EQ(::getpid(), 1);
      EXPECT_TRUE(proc_is_of_own_pid_namespace());
      EXPECT_FALSE(in_first_pid_namespace());
      const FileDescriptor file = a_socket();
      const auto index = find_owners();
      ASSERT_TRUE(index) << index.error().message;
      EXPECT_FALSE(index->sight().whole_machine);
      EXPECT_EQ(index->sight().processes_denied, 0U);
      EXPECT_THAT(holders(*index, inode_of(file.get())), ElementsAre(held_by_us(file)));
      sockets::Row row;
      row.inode = 0xFFFF'FFFF'FFFF;
      index->join(row);
      EXPECT_EQ(row.no_owner, NoOwner::other_pid_namespace);
      const auto bpf = find_owners(OwnerMethod::bpf);
      ASSERT_FALSE(bpf);
      EXPECT_EQ(bpf.error().code, Errc::unsupported);
    });
  });
}

TEST(OwnerSight, OfAForeignProcIsNotTheWholeMachine) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (::unshare(CLONE_NEWPID) != 0) {
      fmt::print("skipped: this kernel does not let this user make pid namespaces\n");
      return;
    }
    in_child([] {  // its /proc numbers processes as the parent's namespace does
      EXPECT_FALSE(proc_is_of_own_pid_namespace());
      EXPECT_FALSE(in_first_pid_namespace());
      EXPECT_FALSE(may_find_owners_with_bpf());
    });
  });
}

}  // namespace
}  // namespace portolan::os
