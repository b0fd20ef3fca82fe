#include "os/sockets/socket_owners_proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/message.h"
#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/process/pid_namespace.h"
#include "os/system_error.h"
#include "os/thread/thread_group.h"

namespace portolan::os {
namespace {

using sockets::OwnerIndex;
using sockets::OwnerSight;
using Id = std::uint32_t;  // of a process or a thread

template <class Number = Id>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// --- directories of /proc

// An entry of /proc/PID/fd takes 24 bytes, so that this holds some 1,300.
using Entries = std::array<char, 32'768>;

// Some more entries of the directory; 0: it has no more; -1: it is gone.
long read_entries(const FileDescriptor& directory, Entries& entries) {
  return ::syscall(SYS_getdents64, directory.get(), entries.data(), entries.size());
}

// Calls `visit(name)` for each entry whose name is a number; the name ends with NUL.
template <class Visit>
void for_each_number(const Entries& entries, long size, Visit visit) {
  for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
    const char* const entry = entries.data() + at;
    std::uint16_t length = 0;
    std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof length);
    const char* const name = entry + offsetof(dirent64, d_name);
    if (*name >= '0' && *name <= '9') visit(name);
    at += length;
  }
}

// Where the directory goes on behind these entries.
off_t end_of(const Entries& entries, long size) {
  std::int64_t next = 0;
  for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
    std::uint16_t length = 0;
    std::memcpy(&length, entries.data() + at + offsetof(dirent64, d_reclen), sizeof length);
    std::memcpy(&next, entries.data() + at + offsetof(dirent64, d_off), sizeof next);
    at += length;
  }
  return next;
}

// The kernel stops before the first entry that does not fit.
bool is_full(long size) {
  constexpr long longest = 48;
  return size > static_cast<long>(sizeof(Entries)) - longest;
}

FileDescriptor open_directory(const FileDescriptor& parent, const char* name) {
  return FileDescriptor{::openat(parent.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

std::unexpected<Error> list_failure(int error) {
  return fail({Errc::io, said("cannot list processes: {}", error_text(error)), error_name(error)});
}

Result<std::vector<Id>> list_processes(const FileDescriptor& proc) {
  std::vector<Id> processes;
  const auto entries = std::make_unique<Entries>();  // as large as a small stack
  while (const long size = read_entries(proc, *entries)) {
    if (size < 0) return list_failure(errno);
    for_each_number(*entries, size, [&](const char* name) {
      if (const auto id = number(name)) processes.push_back(*id);
    });
  }
  return processes;
}

// --- sharing the work

// A file table to read: that of a process, or of one of its threads that has its own.
struct Table {
  Id process = 0;
  Id thread = 0;   // 0: the process's
  off_t from = 0;  // where in its directory to go on
};

// Hands out tables until all are done. What is left of a large one comes back, so that no thread sits alone over the
// last of them.
class WorkQueue {
 public:
  explicit WorkQueue(std::span<const Id> processes) : processes_{processes} {}

  // Waits while others may still bring some. nullopt: nothing is left.
  std::optional<Table> take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !brought_.empty() || !processes_.empty() || working_ == 0; });
    Table table;
    if (!brought_.empty()) {
      table = brought_.back();
      brought_.pop_back();
    } else if (!processes_.empty()) {
      table.process = processes_.front();
      processes_ = processes_.subspan(1);
    } else {
      return std::nullopt;
    }
    ++working_;
    return table;
  }
  // After each table that was taken.
  void finish() {
    const std::lock_guard lock{mutex_};
    if (--working_ == 0) changed_.notify_all();
  }
  void bring(const Table& table) {
    const std::lock_guard lock{mutex_};
    brought_.push_back(table);
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::span<const Id> processes_;
  std::vector<Table> brought_;
  std::size_t working_ = 0;  // threads that have taken and not finished
};

// --- one thread's part

class Worker {
 public:
  Worker(const FileDescriptor& proc, WorkQueue& queue) : proc_{proc}, queue_{queue} {}

  void run() {
    while (const auto table = queue_.take()) {
      look_at(*table);
      queue_.finish();
      if (failure != 0) return;
    }
  }

  std::vector<OwnerIndex::Entry> found;
  std::vector<Id> denied;     // may hold one more than once
  std::size_t processes = 0;  // whose table was opened
  std::size_t tables_denied = 0;
  int failure = 0;  // errno of what kept this program itself from looking

 private:
  void look_at(const Table& table);
  void look_for_more_tables(Id process);
  void read_links(const FileDescriptor& directory, Id process, long size);
  void note(int error, Id process);

  const FileDescriptor& proc_;
  WorkQueue& queue_;
  Entries entries_;
};

void Worker::look_at(const Table& table) {
  const bool is_new = table.thread == 0 && table.from == 0;
  const std::string name = table.thread == 0 ? fmt::format("{}/fd", table.process)
                                             : fmt::format("{}/task/{}/fd", table.process, table.thread);
  const FileDescriptor directory = open_directory(proc_, name.c_str());
  if (!directory.is_open()) {
    tables_denied += is_new && (errno == EACCES || errno == EPERM) ? 1U : 0U;
    note(errno, table.process);
  }
  // Even where it is refused: the table of a process whose first thread has ended belongs to nobody but root.
  if (is_new) look_for_more_tables(table.process);
  if (!directory.is_open()) return;
  if (is_new) ++processes;
  if (table.from != 0) ::lseek(directory.get(), table.from, SEEK_SET);
  while (const long size = read_entries(directory, entries_)) {
    if (size < 0) return;  // it has ended
    const bool goes_on = is_full(size);
    if (goes_on) queue_.bring({table.process, table.thread, end_of(entries_, size)});
    read_links(directory, table.process, size);
    if (goes_on) return;
  }
}

// Threads share the table of their process, unless they have called unshare(CLONE_FILES), or the first thread has
// ended and left it to the others. As a rule one system call finds that there are none, or that all are the same.
void Worker::look_for_more_tables(Id process) {
  const std::string name = fmt::format("{}/task", process);
  struct stat about{};
  constexpr nlink_t links_of_one_thread = 3;  // 2 and one for each thread (proc_task_getattr)
  if (::fstatat(proc_.get(), name.c_str(), &about, 0) != 0 || about.st_nlink <= links_of_one_thread) return;

  const FileDescriptor directory = open_directory(proc_, name.c_str());
  if (!directory.is_open()) return;
  // One thread for each table, in the order in which the kernel sorts them, so that not all need be compared with all.
  std::vector<Id> tables{process};
  long size = 0;
  while ((size = read_entries(directory, entries_)) > 0) {
    bool comparable = true;
    for_each_number(entries_, size, [&](const char* entry) {
      const auto thread = number(entry);
      if (!comparable || !thread || *thread == process) return;
      auto first = tables.begin();
      for (auto last = tables.end(); first != last;) {
        const auto middle = first + (last - first) / 2;
        const long order = ::syscall(SYS_kcmp, *thread, *middle, KCMP_FILES, 0, 0);
        if (order == 0) return;
        // ESRCH: one of the two has ended. Without the right to compare, or in a kernel without, none can be.
        if (order < 0) {
          comparable = errno == ESRCH;
          return;
        }
        order == 1 ? last = middle : first = middle + 1;
      }
      tables.insert(first, *thread);
    });
    if (!comparable) break;
  }
  for (const Id thread : tables) {
    if (thread != process) queue_.bring({process, thread, 0});
  }
}

void Worker::read_links(const FileDescriptor& directory, Id process, long size) {
  constexpr std::string_view before = "socket:[";
  bool refused = false;
  for_each_number(entries_, size, [&](const char* name) {
    std::array<char, 32> target;  // what is longer is no socket
    if (refused) return;
    const ssize_t length = ::readlinkat(directory.get(), name, target.data(), target.size());
    if (length < 0) {
      refused = errno == EACCES || errno == EPERM;
      note(errno, process);
      return;
    }
    std::string_view text{target.data(), static_cast<std::size_t>(length)};
    if (!text.starts_with(before) || !text.ends_with(']')) return;
    text.remove_prefix(before.size());
    text.remove_suffix(1);
    const auto inode = number<std::uint64_t>(text);
    const auto fd = number(name);
    if (inode && fd) found.push_back({*inode, {process, *fd}});
  });
}

// What kept us from looking: a right, a shortage of our own, or (anything else) that it has ended.
void Worker::note(int error, Id process) {
  if (error == EACCES || error == EPERM) denied.push_back(process);
  if (error == EMFILE || error == ENFILE || error == ENOMEM) failure = error;
}

// --- all of it

std::size_t open_files() {
  const auto text = read_file("/proc/sys/fs/file-nr", 4'096);
  return text ? number<std::size_t>(std::string_view{*text}.substr(0, text->find('\t'))).value_or(0) : 0;
}

std::size_t worth_threads(const ProcCost& cost) {
  // Microseconds. To start a thread takes some 50, but on a busy machine it is milliseconds before it gets its turn.
  constexpr std::size_t worth_a_thread = 4'000;
  const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  return std::clamp<std::size_t>(cost.microseconds() / worth_a_thread, 1, processors);
}

// The first works in this thread. Those that cannot be started leave their share to the others.
void run_all(std::deque<Worker>& workers) {
  ThreadGroup threads;
  for (std::size_t i = 1; i < workers.size(); ++i) {
    if (!threads.start([&worker = workers[i]] { worker.run(); })) break;
  }
  workers.front().run();
}

OwnerIndex collect(std::deque<Worker>& workers, OwnerSight sight) {
  std::vector<OwnerIndex::Entry>& found = workers.front().found;
  std::vector<Id>& denied = workers.front().denied;
  sight.processes = workers.front().processes;
  for (const Worker& worker : workers) {
    sight.tables_denied += worker.tables_denied;
    if (&worker == &workers.front()) continue;
    found.insert(found.end(), worker.found.begin(), worker.found.end());
    denied.insert(denied.end(), worker.denied.begin(), worker.denied.end());
    sight.processes += worker.processes;
  }
  std::ranges::sort(denied);
  sight.processes_denied += denied.size() - std::ranges::unique(denied).size();
  return OwnerIndex{std::move(found), sight};
}

}  // namespace

std::size_t ProcCost::microseconds() const {
  constexpr std::size_t for_a_process = 10;
  constexpr std::size_t for_a_file = 4;
  return processes * for_a_process + files * for_a_file;
}

ProcCost estimate_proc_cost() {
  // Beside its own entries, /proc counts a link for each process (proc_root_getattr).
  struct stat about{};
  const std::size_t processes = ::stat("/proc", &about) == 0 ? about.st_nlink : 0;
  return {processes, open_files()};
}

std::size_t count_hidden_processes() {
  const FileDescriptor proc{::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const auto processes = proc.is_open() ? list_processes(proc) : Result<std::vector<Id>>{};
  if (!processes) return 1;
  // Every namespace has a process 1.
  std::size_t hidden = std::ranges::find(*processes, Id{1}) == processes->end() ? 1 : 0;
  for (const Id process : *processes) {
    std::array<char, 64> target;
    // The same right as for its descriptors (proc_ns_readlink, proc_fd_access_allowed).
    const std::string name = fmt::format("{}/ns/net", process);
    const bool refused =
        ::readlinkat(proc.get(), name.c_str(), target.data(), target.size()) < 0 && (errno == EACCES || errno == EPERM);
    hidden += refused ? 1U : 0U;
  }
  return hidden;
}

Result<OwnerIndex> find_owners_in_proc(std::size_t threads) {
  const FileDescriptor proc{::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!proc.is_open()) return list_failure(errno);
  const auto processes = list_processes(proc);
  if (!processes) return fail(processes.error());
  if (processes->empty())
    return fail({Errc::io, std::string{translated("cannot list processes: /proc shows none; is it mounted?")},
                 error_name(ENOENT)});

  OwnerSight sight{.whole_machine = in_first_pid_namespace()};
  // Every namespace has a process 1. Where it is not shown, /proc is mounted with "hidepid", and how many others it
  // keeps from us cannot be known.
  if (std::ranges::find(*processes, Id{1}) == processes->end()) sight.processes_denied = 1;

  if (threads == 0) threads = worth_threads({processes->size(), open_files()});
  WorkQueue queue{*processes};
  std::deque<Worker> workers;
  while (workers.size() < threads) workers.emplace_back(proc, queue);
  run_all(workers);
  for (const Worker& worker : workers) {
    if (worker.failure != 0)
      return fail({Errc::io, said("cannot look at the files of processes: {}", error_text(worker.failure)),
                   error_name(worker.failure)});
  }
  return collect(workers, sight);
}

}  // namespace portolan::os
