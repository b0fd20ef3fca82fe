#include "os/process/namespaces.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
