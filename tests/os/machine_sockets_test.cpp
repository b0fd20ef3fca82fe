#include "os/sockets/machine_sockets.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/vm_sockets.h>  // behind sys/socket.h, which it needs
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <future>
#include <map>
#include <thread>
#include <vector>

#include "sockets/row_store.h"
#include "sockets/sources/sources.h"
#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

using sockets::NoOwner;
using sockets::Row;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::uint64_t inode_of(const FileDescriptor& socket) {
  struct stat facts{};
  EXPECT_EQ(::fstat(socket.get(), &facts), 0);
  return facts.st_ino;
}

// Rows of a query by inode; the store keeps them.
std::map<std::uint64_t, const Row*> rows_of(const SocketQuery& query, sockets::RowStore& store) {
  std::map<std::uint64_t, const Row*> rows;
  const auto answer = list_sockets(query, [&](const Row& row) {
    const Row& kept = store.keep(row);
    EXPECT_TRUE(rows.emplace(kept.inode, &kept).second) << "twice: " << kept.inode;
    return true;
  });
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  return rows;
}

SocketQuery tcp() {
  SocketQuery query;
  query.sources = {&sockets::tcp4, &sockets::tcp6};
  query.owners = OwnerMethod::proc;
  return query;
}

TEST(MachineSockets, AListenerHasItsHolder) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    sockets::RowStore store;
    const auto rows = rows_of(tcp(), store);
    ASSERT_TRUE(rows.contains(inode_of(listener)));
    const Row& row = *rows.at(inode_of(listener));
    EXPECT_EQ(row.no_owner, NoOwner::has_one);
    ASSERT_EQ(row.holders.size(), 1U);
    EXPECT_EQ(row.holders.front().pid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_EQ(row.holders.front().fd, static_cast<std::uint32_t>(listener.get()));
  });
}

TEST(MachineSockets, WithoutOwnersTheReasonIsThatNobodyAsked) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    SocketQuery query = tcp();
    query.owners = std::nullopt;
    sockets::RowStore store;
    const auto rows = rows_of(query, store);
    ASSERT_TRUE(rows.contains(inode_of(listener)));
    EXPECT_EQ(rows.at(inode_of(listener))->no_owner, NoOwner::not_asked);
  });
}

TEST(MachineSockets, AFilterSeesTheHolders) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    SocketQuery query = tcp();
    const auto mine = sockets::Filter::parse("pid = " + std::to_string(::getpid()), {});
    const auto another = sockets::Filter::parse("pid = 1", {});
    ASSERT_TRUE(mine && another);
    query.filter = &*mine;
    sockets::RowStore store;
    EXPECT_EQ(rows_of(query, store).size(), 1U);
    query.filter = &*another;
    EXPECT_THAT(rows_of(query, store), IsEmpty());
  });
}

TEST(MachineSockets, ConnectionsThatNobodyAcceptedAreSaidToWait) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    const FileDescriptor client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port_of(listener));
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    sockets::RowStore store;
    const auto rows = rows_of(tcp(), store);
    ASSERT_TRUE(rows.contains(0));
    EXPECT_EQ(rows.at(0)->no_owner, NoOwner::not_accepted);
  });
}

TEST(MachineSockets, WhatOnlyADescriptorTellsOfIsListedToo) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    const FileDescriptor unbound{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    SocketQuery query;
    query.sources.assign(sockets::sources().begin(), sockets::sources().end());
    query.owners = OwnerMethod::proc;
    query.unlisted = Completeness::all;
    sockets::RowStore store;
    const auto rows = rows_of(query, store);
    ASSERT_TRUE(rows.contains(inode_of(unbound)));
    const Row& row = *rows.at(inode_of(unbound));
    EXPECT_EQ(row.protocol, sockets::SocketKind::tcp);
    EXPECT_EQ(row.family, sockets::AddressFamily::none);
    EXPECT_EQ(row.state, sockets::State::closed);
    ASSERT_FALSE(row.holders.empty());
    EXPECT_EQ(row.holders.front().pid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_EQ(rows.count(inode_of(listener)), 1U);

    query.unlisted = std::nullopt;
    sockets::RowStore other;
    EXPECT_FALSE(rows_of(query, other).contains(inode_of(unbound)));
  });
}

// A copy of the descriptor says what no list does.
TEST(MachineSockets, WhatIsInNoListIsAskedItself) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listening{::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!listening.is_open()) GTEST_SKIP() << "this kernel has no vsock";
    sockaddr_vm any{};
    any.svm_family = AF_VSOCK;
    any.svm_cid = VMADDR_CID_ANY;
    any.svm_port = 5'555;
    ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    const FileDescriptor closed{::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ASSERT_EQ(::listen(listening.get(), 3), 0);
    // A thread with a file table of its own.
    std::promise<std::uint64_t> opened;
    std::promise<void> done;
    std::thread apart{[&] {
      EXPECT_EQ(::unshare(CLONE_FILES), 0);
      std::vector<FileDescriptor> many;
      for (int i = 0; i < 30; ++i) many.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      const FileDescriptor unbound{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
      opened.set_value(inode_of(unbound));
      done.get_future().wait();
    }};
    const std::uint64_t unbound = opened.get_future().get();
    for (const auto completeness : {Completeness::all, Completeness::some}) {
      SocketQuery query;
      query.sources.assign(sockets::sources().begin(), sockets::sources().end());
      query.owners = OwnerMethod::proc;
      query.unlisted = completeness;
      sockets::RowStore store;
      const auto rows = rows_of(query, store);
      // Where the kernel has vsock_diag, its list tells the same.
      EXPECT_TRUE(rows.contains(inode_of(listening)));
      if (rows.contains(inode_of(listening))) {
        EXPECT_EQ(rows.at(inode_of(listening))->state, sockets::State::listen);
        EXPECT_EQ(rows.at(inode_of(listening))->local_port, 5'555U);
      }
      EXPECT_TRUE(rows.contains(inode_of(closed)));
      if (rows.contains(inode_of(closed))) {
        EXPECT_EQ(rows.at(inode_of(closed))->state, sockets::State::closed);
      }
      // It is of a kind with a list: only who has seen all of that can tell that it is in none.
      EXPECT_EQ(rows.contains(unbound), completeness == Completeness::all);
    }
    done.set_value();
    apart.join();
  });
}

// Lets socket() fail for netlink, or for sock_diag alone, in this process from now on.
void deny_netlink(int error, bool only_diag) {
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  constexpr std::size_t argument = offsetof(seccomp_data, args);
  const auto leave_unless = [](std::uint32_t value, std::uint8_t left) {
    return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, left);
  };
  std::vector<sock_filter> code{load(offsetof(seccomp_data, nr)), leave_unless(SYS_socket, only_diag ? 5 : 3),
                                load(argument), leave_unless(AF_NETLINK, only_diag ? 3 : 1)};
  if (only_diag) {
    code.push_back(load(argument + 2 * sizeof(std::uint64_t)));
    code.push_back(leave_unless(NETLINK_SOCK_DIAG, 1));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(MachineSockets, WithoutSockDiagTheFilesAreReadAndThatIsSaid) {
  NEEDS_PRIVATE_NETWORK();
  for (const int error : {EPROTONOSUPPORT, EAFNOSUPPORT, EACCES, EPERM, ENOSYS}) {
    for (const bool only_diag : {false, true}) {
      in_private_network([=] {
        const FileDescriptor listener = listen_on(0);
        deny_netlink(error, only_diag);
        SocketQuery query;
        query.sources.assign(sockets::sources().begin(), sockets::sources().end());
        query.owners = OwnerMethod::proc;
        std::map<std::uint64_t, std::uint32_t> ports;
        const auto answer = list_sockets(query, [&ports](const Row& row) {
          if (row.no_owner == NoOwner::has_one) ports[row.inode] = row.local_port;
          return true;
        });
        ASSERT_TRUE(answer.has_value()) << answer.error().message;
        EXPECT_EQ(ports[inode_of(listener)], port_of(listener));
        ASSERT_EQ(answer->gaps.size(), 1U) << "one sentence";
        EXPECT_EQ(answer->gaps[0].code, model::RemarkCode::lists_from_files);
      });
    }
  }
}

TEST(MachineSockets, WhatIsMissingInAllNamespacesIsSaidOnce) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    deny_netlink(EACCES, true);
    std::vector<SocketNamespace> spaces;
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
      auto space = SocketNamespace::enter(FileDescriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)});
      ASSERT_TRUE(space.has_value()) << space.error().message;
      spaces.push_back(std::move(*space));
    }
    SocketQuery query;
    query.sources.assign(sockets::sources().begin(), sockets::sources().end());
    const auto answer = list_sockets(spaces, query, [](const Row&) { return true; });
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    ASSERT_EQ(answer->gaps.size(), 1U) << "one sentence";
    EXPECT_EQ(answer->gaps[0].code, model::RemarkCode::lists_from_files);
  });
}

TEST(MachineSockets, WithoutProcWhatTheKernelSaysIsTold) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor listener = listen_on(0);
    if (!has_own_mounts()) return;
    ASSERT_EQ(::mount("none", "/proc", "tmpfs", 0, nullptr), 0);
    SocketQuery query;
    query.sources.assign(sockets::sources().begin(), sockets::sources().end());
    std::map<std::uint64_t, NoOwner> owners;
    const auto answer =
        list_sockets(query, [&owners](const Row& row) { return owners[row.inode] = row.no_owner, true; });
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(owners.at(inode_of(listener)), NoOwner::out_of_sight);
    ASSERT_EQ(answer->gaps.size(), 1U) << "one sentence";
    EXPECT_EQ(answer->gaps[0].code, model::RemarkCode::proc_missing);
    // With neither there is nobody left to ask, and no list is not an empty one.
    deny_netlink(EACCES, false);
    EXPECT_FALSE(list_sockets(query, [](const Row&) { return true; }).has_value());
  });
}

TEST(MachineSockets, EnoughIsEnough) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor one = listen_on(0);
    const FileDescriptor other = listen_on(0);
    std::size_t seen = 0;
    const auto answer = list_sockets(tcp(), [&seen](const Row&) { return ++seen < 1; });
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(seen, 1U);
  });
}

TEST(MachineSockets, ManyNamespacesAreOneList) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    const FileDescriptor near = listen_on(4'000);
    FileDescriptor far;
    FileDescriptor handle;
    peer.enter([&] {
      far = listen_on(4'000);
      handle = FileDescriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
    });
    std::vector<SocketNamespace> spaces;
    auto home = SocketNamespace::current();
    auto there = SocketNamespace::enter(std::move(handle));
    ASSERT_TRUE(home && there);
    spaces.push_back(std::move(*home));
    spaces.push_back(std::move(*there));
    std::vector<std::uint64_t> inodes;
    std::vector<std::uint64_t> where;
    ASSERT_TRUE(list_sockets(spaces, tcp(), [&](const Row& row) {
      inodes.push_back(row.inode);
      where.push_back(row.network_namespace);
      return true;
    }));
    EXPECT_THAT(inodes, UnorderedElementsAre(inode_of(near), inode_of(far)));
    EXPECT_THAT(where, UnorderedElementsAre(spaces[0].inode(), spaces[1].inode()));
  });
}

}  // namespace
}  // namespace portolan::os
