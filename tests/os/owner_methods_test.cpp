// Both ways of finding owners find the same.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "os/file_descriptor.h"
#include "os/sockets/socket_owners.h"
#include "os/sockets/socket_owners_bpf.h"
#include "os/sockets/socket_owners_proc.h"
#include "socket_keepers.h"

namespace portolan::os {
namespace {

using namespace testing;
using sockets::OwnerIndex;

// A little of everything that makes the two ways differ: copies, shared sockets, threads with their own tables, threads
// without, large tables.
void hold_stable_sockets(const Child::Say& say) {
  std::vector<FileDescriptor> files;
  for (int i = 0; i < 300; ++i) {
    files.push_back(a_socket());
    if (i % 7 == 0) files.emplace_back(::dup(files.back().get()));
    if (i % 5 == 0) files.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  std::vector<FileDescriptor> of_thread;
  std::thread own{[&] {
    if (::unshare(CLONE_FILES) == 0) of_thread.push_back(a_socket());
    say(0);
    ::pause();
  }};
  std::thread ordinary{[] { ::pause(); }};
  for (const FileDescriptor& file : files) say(inode_of(file.get()));
  say(1);
  ::pause();
}

TEST(OwnerMethods, AgreeWhileOthersComeAndGo) {
  const auto first = find_owners(OwnerMethod::bpf);
  if (!first) GTEST_SKIP() << "no BPF here: " << first.error().message;
  std::set<std::uint64_t> stable;
  const Child one{hold_stable_sockets};
  const Child other{hold_stable_sockets};
  for (const Child* child : {&one, &other}) {
    int marks = 0;  // the thread has its table, and all files are told
    while (marks < 2) {
      const std::uint64_t inode = child->hear();
      if (inode < 2) {
        ++marks;
      } else {
        stable.insert(inode);
      }
    }
  }
  const Child churn{[](const auto& say) {
    for (bool told = false;; told = true) {
      const pid_t process = ::fork();
      if (process == 0) {
        for (int i = 0; i < 30; ++i) (void)a_socket().release();
        ::_exit(0);
      }
      const FileDescriptor file = a_socket();
      if (!told) say(1);
      ::waitpid(process, nullptr, 0);
    }
  }};
  EXPECT_EQ(churn.hear(), 1U);

  const auto stable_entries = [&](OwnerMethod method) {
    const auto index = find_owners(method);
    EXPECT_TRUE(index) << index.error().message;
    std::vector<OwnerIndex::Entry> entries = index->entries();
    std::erase_if(entries, [&](const OwnerIndex::Entry& entry) { return !stable.contains(entry.inode); });
    return entries;
  };
  for (int i = 0; i < 5; ++i) {
    const auto by_proc = stable_entries(OwnerMethod::proc);
    ASSERT_GE(by_proc.size(), stable.size());
    ASSERT_EQ(by_proc, stable_entries(OwnerMethod::bpf));
  }
}

// What one of the two ways knows and the other does not, of what was there before and after both: all processes of this
// machine, whatever those are.
std::set<OwnerIndex::Entry> disagreements() {
  const auto bpf_before = find_owners(OwnerMethod::bpf);
  const auto proc = find_owners(OwnerMethod::proc);
  const auto bpf_after = find_owners(OwnerMethod::bpf);
  EXPECT_TRUE(bpf_before && proc && bpf_after);
  const auto found = proc->entries();
  const auto before = bpf_before->entries();
  const auto after = bpf_after->entries();
  std::set<OwnerIndex::Entry> some;
  for (const auto& entry : found) {
    if (!std::ranges::binary_search(before, entry) && !std::ranges::binary_search(after, entry)) some.insert(entry);
  }
  if (proc->sight().processes_denied > 0) return some;
  for (const auto& entry : before) {
    if (std::ranges::binary_search(after, entry) && !std::ranges::binary_search(found, entry)) some.insert(entry);
  }
  return some;
}

TEST(OwnerMethods, AgreeOnWhetherSomeMayNotBeLookedAt) {
  const auto files = find_owners_in_proc();
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(count_hidden_processes() > 0, files->sight().processes_denied > 0);
  const auto iterated = find_owners_with_bpf();
  if (!iterated) GTEST_SKIP() << "no BPF here: " << iterated.error().message;
  // So that the same is said of a socket that nobody in sight holds.
  EXPECT_EQ(iterated->sight().processes_denied > 0, files->sight().processes_denied > 0);
}

TEST(OwnerMethods, AgreeOnProcessesThatStayAsTheyAre) {
  if (const auto tried = find_owners(OwnerMethod::bpf); !tried)
    GTEST_SKIP() << "no BPF here: " << tried.error().message;
  // A descriptor that came and went while one of them looked does so once; what one way never sees stays.
  const auto first = disagreements();
  const auto second = disagreements();
  for (const auto& entry : first) {
    EXPECT_FALSE(second.contains(entry)) << entry.inode << " of " << entry.holder.pid
                                         << " is known to one of them only";
  }
}

}  // namespace
}  // namespace portolan::os
