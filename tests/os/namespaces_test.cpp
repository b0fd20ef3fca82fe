#include "os/process/namespaces.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>
#include <thread>

#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

using ::testing::HasSubstr;

FileDescriptor here() { return FileDescriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)}; }

TEST(Namespaces, WorkElsewhereLeavesTheCallerWhereItIs) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    const std::uint64_t home = namespace_inode(here());
    FileDescriptor there;
    peer.enter([&there] { there = here(); });
    std::uint64_t seen = 0;
    ASSERT_TRUE(in_network_namespace(there, [&seen] { seen = namespace_inode(here()); }));
    EXPECT_EQ(seen, namespace_inode(there));
    EXPECT_NE(seen, home);
    EXPECT_EQ(namespace_inode(here()), home);
  });
}

TEST(Namespaces, WhatIsNoNamespaceIsAnError) {
  const FileDescriptor file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  bool worked = false;
  const auto entered = in_network_namespace(file, [&worked] { worked = true; });
  ASSERT_FALSE(entered.has_value());
  EXPECT_THAT(entered.error().message, HasSubstr("cannot enter a network namespace"));
  EXPECT_FALSE(worked);
}

TEST(Namespaces, WhichCannotBeEnteredAndWhatItNeedsIsSaid) {
  EXPECT_EQ(cannot_enter("we\x1b", {Errc::privilege, "cannot enter", "EPERM"}).message,
            "cannot enter the network namespace 'we\\x1B': that needs root");
  EXPECT_EQ(cannot_enter("/dev/null", {Errc::usage, "what was named is none", "EINVAL"}).message,
            "'/dev/null': what was named is none");
}

TEST(Namespaces, AllAreFoundOnceAndTheOwnOneFirst) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    FileDescriptor there;
    peer.enter([&there] { there = here(); });
    std::vector<model::Remark> gaps;
    const auto found = find_network_namespaces(gaps);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->front().inode, namespace_inode(here()));
    const auto count = [&found](std::uint64_t inode) {
      return std::ranges::count_if(*found, [inode](const NetworkNamespace& one) { return one.inode == inode; });
    };
    EXPECT_EQ(count(namespace_inode(there)), 1);
    EXPECT_EQ(count(namespace_inode(here())), 1);
  });
}

// An empty file in the place of a namespace, as `ip netns delete` leaves it for a moment, and a machine that went down
// for longer.
TEST(Namespaces, ANameThatIsLeftOfOneIsNone) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (!has_own_mounts()) return;
    ASSERT_EQ(::mount("none", "/run", "tmpfs", 0, nullptr), 0);
    ASSERT_EQ(::mkdir("/run/netns", 0755), 0);
    const FileDescriptor left{::open("/run/netns/left", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)};
    ASSERT_TRUE(left.is_open());
    std::vector<model::Remark> gaps;
    const auto found = find_network_namespaces(gaps);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(std::ranges::count(*found, namespace_inode(left), &NetworkNamespace::inode), 0);
    for (const char* which : {"left", "/proc/self/ns/pid", "/dev/null"}) {
      const auto handle = open_network_namespace(which);
      ASSERT_FALSE(handle.has_value()) << which;
      EXPECT_EQ(handle.error().code, Errc::usage);
      EXPECT_EQ(handle.error().message,
                fmt::format("there is no network namespace '{}' (what has that name is none, or is none any more); "
                            "`ip netns list` shows those with a name",
                            which));
    }
  });
}

TEST(Namespaces, AFifoWhereOneShouldBeKeepsNobodyWaiting) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (!has_own_mounts()) return;
    ASSERT_EQ(::mount("none", "/run", "tmpfs", 0, nullptr), 0);
    ASSERT_EQ(::mkdir("/run/netns", 0755), 0);
    ASSERT_EQ(::mkfifo("/run/netns/fifo", 0600), 0);
    std::vector<model::Remark> gaps;
    const auto found = find_network_namespaces(gaps);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->front().inode, namespace_inode(here()));
    for (const char* which : {"fifo", "/run/netns/fifo"}) {
      const auto handle = open_network_namespace(which);
      ASSERT_FALSE(handle.has_value()) << which;
      EXPECT_THAT(handle.error().message, HasSubstr("what has that name is none"));
    }
  });
}

TEST(Namespaces, ThoseOfASingleThreadAreFound) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    std::promise<std::uint64_t> moved;
    std::promise<void> done;
    std::thread apart{[&] {
      const bool able = ::unshare(CLONE_NEWNET) == 0;
      moved.set_value(able ? namespace_inode(here()) : 0);
      done.get_future().wait();
    }};
    const std::uint64_t there = moved.get_future().get();
    EXPECT_NE(there, 0U);
    EXPECT_NE(there, namespace_inode(here()));
    std::vector<model::Remark> gaps;
    const auto found = find_network_namespaces(gaps);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(std::ranges::count(*found, there, &NetworkNamespace::inode), 1);
    done.set_value();
    apart.join();
  });
}

TEST(Namespaces, OneIsOpenedByPathAndByNumber) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    FileDescriptor there;
    peer.enter([&there] { there = here(); });
    const std::uint64_t inode = namespace_inode(there);
    for (const std::string& which : {fmt::format("/proc/{}/ns/net", peer.process()), std::to_string(inode)}) {
      const auto handle = open_network_namespace(which);
      ASSERT_TRUE(handle.has_value()) << handle.error().message;
      EXPECT_EQ(namespace_inode(*handle), inode);
    }
  });
}

TEST(Namespaces, AnUnknownOneIsNamedInTheError) {
  for (const char* which : {"no-such-namespace", "1", "/no/such/path"}) {
    const auto handle = open_network_namespace(which);
    ASSERT_FALSE(handle.has_value());
    EXPECT_EQ(handle.error().code, Errc::usage);
    EXPECT_THAT(handle.error().message, HasSubstr(which));
  }
}

}  // namespace
}  // namespace portolan::os
