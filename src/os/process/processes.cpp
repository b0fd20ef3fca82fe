#include "os/process/processes.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

namespace portolan::os {
namespace {

constexpr std::size_t most_short = 4'096;  // stat has some 300 bytes, cgroup one line a hierarchy
constexpr std::size_t most_command = 32'768;

std::int64_t milliseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds{now.tv_sec} +
                                                               std::chrono::nanoseconds{now.tv_nsec})
      .count();
}

// "" where there is none to be seen.
std::string link_of(const FileDescriptor& directory, const char* name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(directory.get(), name, target.data(), target.size());
  return {target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

// The kernel tells the start in ticks since boot. The moment of that stands in /proc/stat, too ("btime"), but to write
// that file the kernel adds up every interrupt of every processor.
Processes::Processes(ProcessFacts wanted, ContainerFiles containers)
    : wanted_{wanted},
      containers_{std::move(containers)},
      proc_{::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)},
      boot_ms_{milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME)},
      buffer_(most_command, '\0') {}

const sockets::Process* Processes::find(std::uint32_t pid) {
  const auto [place, is_new] = known_.try_emplace(pid);
  if (is_new) place->second = look_at(pid);
  return place->second.get();
}

std::string_view Processes::read(const FileDescriptor& process, const char* name, std::size_t most) {
  const FileDescriptor file{::openat(process.get(), name, O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return {};
  std::size_t size = 0;
  while (size < std::min(most, buffer_.size())) {
    const ssize_t count = ::read(file.get(), buffer_.data() + size, std::min(most, buffer_.size()) - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  return std::string_view{buffer_}.substr(0, size);
}

std::unique_ptr<const sockets::Process> Processes::look_at(std::uint32_t pid) {
  // All through one descriptor: should the process end and its number be given to another, none of that one's facts
  // get mixed in.
  const FileDescriptor directory{
      ::openat(proc_.get(), fmt::format("{}", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory.is_open()) return nullptr;
  const auto stat = sockets::parse_process_stat(read(directory, "stat", most_short));
  if (!stat) return nullptr;

  auto process = std::make_unique<sockets::Process>();
  process->pid = pid;
  process->program = stat->program;
  if (sockets::is_main_thread(process->program)) {
    auto better = sockets::program_of_file(link_of(directory, "exe"));
    // Only whoever may trace the process sees its file (proc_pid_readlink()).
    if (better.empty()) better = sockets::program_of_command_line(read(directory, "cmdline", most_command));
    if (!better.empty()) process->program = std::move(better);
  }
  const auto ticks_a_second = static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L));
  const auto after_boot = static_cast<std::int64_t>(stat->start_ticks * 1'000 / ticks_a_second);
  process->started = static_cast<std::uint64_t>(std::max<std::int64_t>(boot_ms_ + after_boot, 0) / 1'000);

  constexpr std::uint32_t kernel_thread = 0x0020'0000;  // PF_KTHREAD
  if (wanted_.command && (stat->flags & kernel_thread) == 0)
    process->command = sockets::parse_command_line(read(directory, "cmdline", most_command));

  // The directory belongs to the effective user, whether the process may be traced or not (task_dump_owner): the same
  // as in /proc/PID/status, which takes the kernel ten times as long.
  struct stat about{};
  if (::fstat(directory.get(), &about) == 0) process->user = about.st_uid;
  if (wanted_.network_namespace && ::fstatat(directory.get(), "ns/net", &about, 0) == 0)
    process->network_namespace = about.st_ino;

  if (wanted_.control_group) add_control_group(*process, directory);
  return process;
}

void Processes::add_control_group(sockets::Process& process, const FileDescriptor& directory) {
  sockets::CgroupFacts group = sockets::parse_cgroup(read(directory, "cgroup", most_short));
  process.unit = std::move(group.unit);
  process.container = std::move(group.container);
  if (process.container.empty()) return;
  const auto [name, is_new] = container_names_.try_emplace(process.container);
  if (is_new) name->second = container_name(process.container, containers_);
  process.container_name = name->second;
}

}  // namespace portolan::os
