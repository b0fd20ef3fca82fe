#include "os/sockets/socket_list.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "os/process/namespaces.h"
#include "sockets/sources/sources.h"
#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

using sockets::Row;
using ::testing::Contains;
using ::testing::IsEmpty;

std::uint64_t inode_of(const FileDescriptor& socket) {
  struct stat facts{};
  EXPECT_EQ(::fstat(socket.get(), &facts), 0);
  return facts.st_ino;
}

std::multiset<std::uint64_t> inodes(SocketNamespace& space, const sockets::Source& source,
                                    const sockets::Detail& wanted = {}) {
  std::multiset<std::uint64_t> found;
  std::vector<model::Remark> gaps;
  const auto listed =
      space.list(source, wanted, [&found](const Row& row) { return found.insert(row.inode), true; }, gaps);
  EXPECT_TRUE(listed.has_value()) << listed.error().message;
  EXPECT_THAT(gaps, IsEmpty());
  return found;
}

// Many sockets of one kind, so that a dump takes more datagrams than one thread reads alone.
std::vector<FileDescriptor> many_unix(std::size_t count) {
  std::vector<FileDescriptor> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    sockets.emplace_back(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    // Abstract, bound to a name that the kernel chooses: only such sockets are told apart from nothing.
    EXPECT_EQ(::bind(sockets.back().get(), reinterpret_cast<const sockaddr*>(&name), sizeof(sa_family_t)), 0);
  }
  return sockets;
}

TEST(SocketList, EverySocketComesOnceHoweverManyThereAre) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    for (const std::size_t count : {0U, 1U, 200U, 900U}) {
      const auto sockets = many_unix(count);
      std::multiset<std::uint64_t> made;
      for (const FileDescriptor& socket : sockets) made.insert(inode_of(socket));
      auto space = SocketNamespace::current();
      ASSERT_TRUE(space.has_value());
      EXPECT_EQ(inodes(*space, sockets::unix_domain), made) << count;
    }
  });
}

TEST(SocketList, AVisitorThatHasEnoughEndsItAndTheNextListIsWhole) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto sockets = many_unix(900);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    for (const std::size_t enough : {1U, 700U}) {
      std::size_t seen = 0;
      std::vector<model::Remark> gaps;
      ASSERT_TRUE(space->list(sockets::unix_domain, {}, [&](const Row&) { return ++seen < enough; }, gaps));
      EXPECT_EQ(seen, enough);
      EXPECT_EQ(inodes(*space, sockets::unix_domain).size(), 900U);
    }
  });
}

TEST(SocketList, UnixConnectionsThatNobodyAcceptedAreThereAndNobodyElse) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const FileDescriptor client{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const FileDescriptor liar{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto name = [](std::string_view text) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      text.copy(address.sun_path + 1, sizeof address.sun_path - 1);
      return std::pair{address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size())};
    };
    const auto [there, size] = name("there");
    // A line of /proc/net/unix that its owner made up.
    const auto [forged, forged_size] = name("x\n0: 00000003 00000000 00000000 0001 02     0 @forged");
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&there), size), 0);
    ASSERT_EQ(::bind(liar.get(), reinterpret_cast<const sockaddr*>(&forged), forged_size), 0);
    ASSERT_EQ(::listen(listener.get(), 5), 0);
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&there), size), 0);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    EXPECT_EQ(inodes(*space, sockets::unix_domain),
              (std::multiset<std::uint64_t>{0, inode_of(listener), inode_of(client), inode_of(liar)}));
  });
}

TEST(SocketList, NetlinkSocketsOfAGroupComeOnce) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor member{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = 1;
    ASSERT_EQ(::bind(member.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups), 0);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    EXPECT_EQ(inodes(*space, sockets::netlink).count(inode_of(member)), 1U);
  });
}

TEST(SocketList, BothFamiliesOfTcpAreOneListOrTwo) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor v6 = listen_on(0);
    const FileDescriptor v4{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::listen(v4.get(), 1), 0);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    const std::multiset both{inode_of(v4), inode_of(v6)};
    EXPECT_EQ(inodes(*space, sockets::tcp_both), both);
    sockets::Source refused = sockets::tcp_both;
    refused.request = [](std::vector<std::uint8_t>& datagram, const sockets::Detail& wanted) {
      sockets::tcp4.request(datagram, wanted);
      datagram[sizeof(nlmsghdr) + 1] = 254;  // a protocol that nobody has registered
    };
    EXPECT_EQ(inodes(*space, refused), both);
  });
}

TEST(SocketList, AFilterThatThisKernelRefusesIsLeftOut) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    sockets::Detail strange;
    strange.bytecode = {250, 4, 8, 0};  // an operation that no kernel has
    EXPECT_EQ(inodes(*space, sockets::tcp6, strange), (std::multiset{inode_of(listener)}));
  });
}

TEST(SocketList, AKindWithoutADumpComesFromItsFile) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor raw{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 99)};
    ASSERT_TRUE(raw.is_open());
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    sockets::Source only_file = sockets::raw4;
    only_file.request = nullptr;
    EXPECT_THAT(inodes(*space, only_file), Contains(inode_of(raw)));
    // Where this kernel has a dump too, both say the same.
    EXPECT_EQ(inodes(*space, only_file), inodes(*space, sockets::raw4));
  });
}

TEST(SocketList, AKindThatThisKernelDoesNotKnowIsEmpty) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    sockets::Source unknown = sockets::tcp4;
    unknown.request = [](std::vector<std::uint8_t>& datagram, const sockets::Detail& wanted) {
      sockets::tcp4.request(datagram, wanted);
      datagram[sizeof(nlmsghdr) + 1] = 254;  // a protocol that nobody has registered
    };
    unknown.proc_file = "no_such_file";
    EXPECT_THAT(inodes(*space, unknown), IsEmpty());
    // Who asked for it is told.
    unknown.proc_file = "";
    std::vector<model::Remark> gaps;
    ASSERT_TRUE(space->list(unknown, {.named = true}, [](const Row&) { return true; }, gaps));
    EXPECT_THAT(gaps, ::testing::ElementsAre(model::Remark{model::RemarkCode::no_such_list, {"tcp"}}));
    // Once, for both families.
    unknown.name = "tcp6";
    ASSERT_TRUE(space->list(unknown, {.named = true}, [](const Row&) { return true; }, gaps));
    EXPECT_THAT(gaps, ::testing::SizeIs(1));
  });
}

TEST(SocketList, LinesThatNobodyUnderstandsAreSaid) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    sockets::Source strange = sockets::tcp4;
    strange.request = nullptr;
    strange.proc_file = "snmp";
    std::vector<model::Remark> gaps;
    ASSERT_TRUE(space->list(strange, {}, [](const Row&) { return true; }, gaps));
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_EQ(gaps[0].code, model::RemarkCode::lines_not_understood);
    EXPECT_GT(gaps[0].number(0), 0U);
    EXPECT_EQ(gaps[0].text(1), "snmp");
  });
}

TEST(SocketList, OnlyTheStatesThatAreAskedFor) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    const FileDescriptor bound{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    ASSERT_EQ(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    const sockets::Detail listening{.states = sockets::mask_of(sockets::State::listen)};
    EXPECT_EQ(inodes(*space, sockets::tcp6, listening), (std::multiset{inode_of(listener)}));
    EXPECT_THAT(inodes(*space, sockets::udp6, listening), IsEmpty());
    EXPECT_EQ(inodes(*space, sockets::udp6), (std::multiset{inode_of(bound)}));
    sockets::Source file = sockets::udp6;
    file.request = nullptr;
    EXPECT_THAT(inodes(*space, file, listening), IsEmpty());
  });
}

TEST(SocketList, AnotherNamespaceIsListedFromOutside) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    FileDescriptor listener;
    FileDescriptor raw;
    FileDescriptor handle;
    peer.enter([&] {
      listener = listen_on(0);
      raw = FileDescriptor{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 99)};
      handle = FileDescriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    });
    ASSERT_TRUE(handle.is_open());
    const std::uint64_t number = namespace_inode(handle);
    auto space = SocketNamespace::enter(std::move(handle));
    ASSERT_TRUE(space.has_value()) << space.error().message;
    auto home = SocketNamespace::current();
    ASSERT_TRUE(home.has_value());
    EXPECT_EQ(space->inode(), number);
    EXPECT_NE(space->inode(), home->inode());
    EXPECT_THAT(inodes(*space, sockets::tcp6), Contains(inode_of(listener)));
    EXPECT_THAT(inodes(*home, sockets::tcp6), IsEmpty());
    sockets::Source file = sockets::raw4;
    file.request = nullptr;
    EXPECT_THAT(inodes(*space, file), Contains(inode_of(raw)));
    EXPECT_THAT(inodes(*home, file), IsEmpty());
    std::vector<model::Remark> gaps;
    ASSERT_TRUE(space->list(
        sockets::tcp6, {},
        [number](const Row& row) {
          EXPECT_EQ(row.network_namespace, number);
          return true;
        },
        gaps));
  });
}

}  // namespace
}  // namespace portolan::os
