// Real processes with real sockets, found by both methods.
#include "os/sockets/socket_owners.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/process/pid_namespace.h"
#include "os/sockets/socket_owners_bpf.h"
#include "os/sockets/socket_owners_proc.h"
#include "private_network.h"
#include "socket_keepers.h"
#include "tests/os/sanitizers.h"

namespace portolan::os {
namespace {

using namespace testing;
using sockets::NoOwner;
using sockets::OwnerIndex;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FindOwnersBy : public ::testing::TestWithParam<OwnerMethod> {
 protected:
  void SetUp() override {
    if (const auto found = find_owners(GetParam()); !found) {
      ASSERT_THAT(found.error().code, AnyOf(Errc::privilege, Errc::unsupported)) << found.error().message;
      ASSERT_EQ(GetParam(), OwnerMethod::bpf) << found.error().message;
      GTEST_SKIP() << "no BPF here: " << found.error().message;
    }
  }
  static OwnerIndex find() {
    auto found = find_owners(GetParam());
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(*found) : OwnerIndex{};
  }
};

std::string name_of_method(const ::testing::TestParamInfo<OwnerMethod>& method) {
  if (method.param == OwnerMethod::automatic) return "Choice";
  return method.param == OwnerMethod::proc ? "Proc" : "Bpf";
}

INSTANTIATE_TEST_SUITE_P(EachMethod, FindOwnersBy,
                         ::testing::Values(OwnerMethod::automatic, OwnerMethod::proc, OwnerMethod::bpf),
                         name_of_method);

TEST_P(FindOwnersBy, FindsSocketsOfEveryFamily) {
  struct Kind {
    int family;
    int type;
    int protocol;
  };
  std::vector<FileDescriptor> files;
  for (const Kind& kind : {Kind{AF_INET, SOCK_STREAM, 0}, Kind{AF_INET6, SOCK_DGRAM, 0}, Kind{AF_UNIX, SOCK_STREAM, 0},
                           Kind{AF_UNIX, SOCK_SEQPACKET, 0}, Kind{AF_NETLINK, SOCK_RAW, 0},
                           Kind{AF_INET, SOCK_RAW, IPPROTO_ICMP}, Kind{AF_PACKET, SOCK_DGRAM, 0},
                           Kind{AF_INET, SOCK_STREAM, 262}, Kind{AF_ALG, SOCK_SEQPACKET, 0}, Kind{AF_VSOCK, 1, 0}}) {
    FileDescriptor file{::socket(kind.family, kind.type | SOCK_CLOEXEC, kind.protocol)};
    if (file.is_open()) files.push_back(std::move(file));  // some kinds need a right or a module
  }
  ASSERT_GE(files.size(), 5U);
  const OwnerIndex index = find();
  for (const FileDescriptor& file : files)
    EXPECT_THAT(holders(index, inode_of(file.get())), ElementsAre(held_by_us(file)));
  EXPECT_GE(index.sight().processes, 1U);
}

TEST_P(FindOwnersBy, LeavesOutWhatIsNoSocket) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor reader{ends[0]};
  const FileDescriptor writer{ends[1]};
  const FileDescriptor file{::open("/proc/self/stat", O_RDONLY | O_CLOEXEC)};
  const OwnerIndex index = find();
  for (const OwnerIndex::Entry& entry : index.entries()) {
    EXPECT_NE(entry.holder, held_by_us(reader));
    EXPECT_NE(entry.holder, held_by_us(file));
  }
}

TEST_P(FindOwnersBy, NamesEveryDescriptorOfASocket) {
  const FileDescriptor file = a_socket();
  const FileDescriptor high{::fcntl(file.get(), F_DUPFD_CLOEXEC, 200)};
  const FileDescriptor low{::dup(file.get())};
  EXPECT_THAT(holders(find(), inode_of(file.get())), ElementsAre(held_by_us(file), held_by_us(low), held_by_us(high)));
}

TEST_P(FindOwnersBy, NamesAllProcessesThatShareOne) {
  const FileDescriptor file = a_socket();
  const Child one{[](const auto& say) { say(1); }};
  const Child other{[](const auto& say) { say(1); }};
  EXPECT_EQ(one.hear() + other.hear(), 2U);
  const auto found = holders(find(), inode_of(file.get()));
  EXPECT_THAT(found, ::testing::UnorderedElementsAre(held_by_us(file), held_by(one.process(), file.get()),
                                                     held_by(other.process(), file.get())));
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

void send_file(int through, int file) {
  char byte = 'x';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  EXPECT_EQ(::sendmsg(through, &message, 0), 1);
}

FileDescriptor receive_file(int through) {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  EXPECT_EQ(::recvmsg(through, &message, MSG_CMSG_CLOEXEC), 1);
  int file = -1;
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return FileDescriptor{file};
}

// What no descriptor holds: it is neither gone nor anybody's.
TEST_P(FindOwnersBy, DoesNotFindWhatIsUnderWayInAMessage) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const FileDescriptor here{ends[0]};
  const FileDescriptor there{ends[1]};
  FileDescriptor sent = a_socket();
  const std::uint64_t inode = inode_of(sent.get());
  send_file(here.get(), sent.get());
  sent.reset(-1);
  EXPECT_THAT(holders(find(), inode), IsEmpty());

  const Child receiver{[&](const auto& say) {
    const FileDescriptor file = receive_file(there.get());
    say(static_cast<std::uint64_t>(file.get()));
    ::pause();
  }};
  const auto fd = static_cast<int>(receiver.hear());
  EXPECT_THAT(holders(find(), inode), ElementsAre(held_by(receiver.process(), fd)));
}

TEST_P(FindOwnersBy, SeesTheTableThatAThreadHasForItself) {
  const Child child{[](const auto& say) {
    std::thread ordinary{[] { ::pause(); }};
    std::thread own{[&say] {
      if (::unshare(CLONE_FILES) != 0) return;
      const FileDescriptor file = a_socket();
      say(static_cast<std::uint64_t>(file.get()));
      say(inode_of(file.get()));
      ::pause();
    }};
    own.join();
  }};
  const auto fd = static_cast<int>(child.hear());
  EXPECT_THAT(holders(find(), child.hear()), ElementsAre(held_by(child.process(), fd)));
}

// The table belongs to the threads that are left; that of the process is empty.
TEST_P(FindOwnersBy, SeesAProcessWhoseFirstThreadHasEnded) {
  const Child child{[](const auto& say) {
    const FileDescriptor file = a_socket();
    std::thread other{[&say, &file] {
      const std::string path = fmt::format("/proc/{}/stat", ::getpid());
      for (;;) {
        const auto text = read_file(path);
        if (text && text->find(") Z ") != std::string::npos) break;
        ::sched_yield();
      }
      say(static_cast<std::uint64_t>(file.get()));
      say(inode_of(file.get()));
      for (;;) ::pause();
    }};
    ::syscall(SYS_exit, 0);  // the first thread only
  }};
  const auto fd = static_cast<int>(child.hear());
  EXPECT_THAT(holders(find(), child.hear()), ElementsAre(held_by(child.process(), fd)));
}

TEST_P(FindOwnersBy, TakesProcessesThatVanishForNoError) {
  const FileDescriptor file = a_socket();
  const FileDescriptor other{::dup(file.get())};
  const Child churn{[](const auto& say) {
    const pid_t parent = ::getpid();
    for (bool told = false;; told = true) {
      std::vector<pid_t> short_lived;
      for (int i = 0; i < 8; ++i) {
        const pid_t process = ::fork();
        if (process == 0) {
          end_with(parent);
          for (int k = 0; k < 40; ++k) (void)a_socket().release();
          for (;;) ::pause();
        }
        short_lived.push_back(process);
      }
      if (!told) say(1);
      for (const pid_t process : short_lived) {
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
      }
    }
  }};
  EXPECT_EQ(churn.hear(), 1U);
  for (int i = 0; i < 12; ++i) {
    const auto found = holders(find(), inode_of(file.get()));
    // The churning child and its children have got copies of both.
    ASSERT_THAT(found, Contains(held_by_us(file)));
    ASSERT_THAT(found, Contains(held_by_us(other)));
    ASSERT_THAT(found, Contains(held_by(churn.process(), file.get())));
  }
}

TEST_P(FindOwnersBy, SaysWhatASecondLookNeeds) {
  FileDescriptor file = a_socket();
  sockets::Row row;
  row.protocol = sockets::SocketKind::udp;
  row.inode = inode_of(file.get());
  const OwnerIndex index = find();
  index.join(row);
  EXPECT_EQ(row.no_owner, NoOwner::has_one);
  file.reset(-1);
  const OwnerIndex later = find();
  later.join(row);
  EXPECT_THAT(row.holders, IsEmpty());
  EXPECT_THAT(row.no_owner, AnyOf(NoOwner::gone, NoOwner::no_privilege, NoOwner::other_pid_namespace));
}

// --- large tables

// As many files as this user may open, but no more than the test needs.
std::size_t allow_files(rlim_t wanted) {
  rlimit limit{};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  return limit.rlim_cur;
}

// Their directories do not fit into one buffer, and are read in pieces, by whichever thread is free. Nor does what the
// BPF program writes.
TEST(FindOwners, ReadsLargeTablesInPieces) {
  in_child([] {
    const std::size_t most = allow_files(6'000);
    std::map<std::uint64_t, int> own;
    while (own.size() + 50 < most) {
      const int file = a_socket().release();
      ASSERT_GE(file, 0);
      own[inode_of(file)] = file;
    }
    std::vector<Result<OwnerIndex>> passes;
    for (const std::size_t threads : {1U, 2U, 5U}) passes.push_back(find_owners_in_proc(threads));
    if (auto bpf = find_owners_with_bpf()) passes.push_back(std::move(bpf));
    for (const auto& found : passes) {
      ASSERT_TRUE(found) << found.error().message;
      for (const auto& [inode, file] : own) ASSERT_THAT(holders(*found, inode), ElementsAre(held_by(::getpid(), file)));
    }
  });
}

TEST(FindOwnersInProc, SaysThatItMayOpenNoMoreFiles) {
#ifdef SANITIZER_NEEDS_FILES
  GTEST_SKIP() << "the sanitizer itself needs files; runs in the other builds";
#endif
  in_child([] {
    const FileDescriptor next = a_socket();
    for (const int more : {0, 1}) {  // not even /proc; /proc, but none of its files
      allow_files(static_cast<rlim_t>(next.get() + 1 + more));
      const auto found = find_owners_in_proc();
      ASSERT_FALSE(found) << more;
      EXPECT_EQ(found.error().code, Errc::io);
      EXPECT_THAT(found.error().message, ::testing::HasSubstr("Too many open files"));
    }
  });
}

TEST(FindOwnersInProc, NeedsNoSecondThread) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  in_child([] {
    become_ordinary_user();
    const rlimit none{0, 0};
    ASSERT_EQ(::setrlimit(RLIMIT_NPROC, &none), 0);
    const FileDescriptor own = a_socket();
    const auto found = find_owners_in_proc(4);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(holders(*found, inode_of(own.get())), Contains(held_by_us(own)));
  });
}

TEST(ProcCost, GrowsWithProcessesAndFiles) {
  EXPECT_LT((ProcCost{10, 100}.microseconds()), (ProcCost{1'000, 100}.microseconds()));
  EXPECT_LT((ProcCost{10, 100}.microseconds()), (ProcCost{10, 100'000}.microseconds()));
  const ProcCost here = estimate_proc_cost();
  EXPECT_GT(here.processes, 0U);
  EXPECT_GT(here.files, 3U);
}

// --- the kernel's own

std::uint64_t inode_of_udp_port(std::uint16_t port) {
  const auto text = read_file("/proc/self/net/udp");
  if (!text) return 0;
  const std::size_t at = text->find(fmt::format(":{:04X} 00000000:0000", port));
  if (at == std::string::npos) return 0;
  std::uint64_t inode = 0;
  // local, remote, state, queues, timer, retransmits, user, timeout, inode
  std::sscanf(text->c_str() + at, "%*s %*s %*s %*s %*s %*s %*s %*s %lu", &inode);
  return inode;
}

TEST_P(FindOwnersBy, FindsNobodyForASocketOfTheKernel) {
  if (!may_become_anybody()) GTEST_SKIP() << "needs root: in a user namespace not all processes may be seen";
  in_child([] {
    if (::unshare(CLONE_NEWNET) != 0 ||
        std::system("ip link set lo up && ip link add v type vxlan id 7 dstport 4789 local 127.0.0.1 && "
                    "ip link set v up") != 0) {
      fmt::print("skipped: no VXLAN here\n");
      return;
    }
    sockets::Row row;
    row.protocol = sockets::SocketKind::udp;
    row.state = sockets::State::closed;
    row.inode = inode_of_udp_port(4789);
    ASSERT_NE(row.inode, 0U) << "a kernel socket has an inode all the same";
    find().join(row);
    EXPECT_THAT(row.holders, IsEmpty());
    if (row.no_owner != NoOwner::gone) {
      fmt::print("skipped: not every process may be seen\n");
      return;
    }
    const OwnerIndex later = find();
    sockets::reconsider(row, later, inode_of_udp_port(4789) == row.inode);
    EXPECT_EQ(row.no_owner, NoOwner::kernel);
  });
}

}  // namespace
}  // namespace portolan::os
