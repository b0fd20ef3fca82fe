#include "os/local_facts.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <sstream>
#include <utility>

#include "os/file_descriptor.h"
#include "os/files.h"

namespace portolan::os {
namespace {

// ip_local_reserved_ports may name every second port.
constexpr std::size_t longest_setting = std::size_t{512} * 1024;

std::string setting(const char* name) {
  auto text = read_file(std::string{"/proc/sys/net/ipv4/"} + name, longest_setting);
  return text ? std::move(*text) : std::string{};
}

using File = sockets::Question::File;

// The number of the file system that `file` is on, as the kernel counts: stat(2) gives files of btrfs and overlayfs
// others, and mountinfo does not.
std::optional<std::uint64_t> device_of_mount(std::uint64_t mount) {
  constexpr std::size_t limit = std::size_t{16} << 20U;
  const auto mounts = read_file("/proc/self/mountinfo", limit);
  if (!mounts) return std::nullopt;
  std::istringstream lines{*mounts};
  for (std::string line; std::getline(lines, line);) {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    unsigned major = 0;
    unsigned minor = 0;
    if (std::sscanf(line.c_str(), "%" SCNu64 " %" SCNu64 " %u:%u", &id, &parent, &major, &minor) == 4 && id == mount) {
      return makedev(major, minor);
    }
  }
  return std::nullopt;
}

bool has_own_device_numbers(const FileDescriptor& file) {
  struct statfs facts{};
  return ::fstatfs(file.get(), &facts) == 0 &&
         (facts.f_type == OVERLAYFS_SUPER_MAGIC || static_cast<unsigned long>(facts.f_type) == BTRFS_SUPER_MAGIC);
}

// Right after it was opened: errno tells why it was not.
File judge(const FileDescriptor& file) {
  if (!file.is_open()) {
    const bool nothing_there = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG;
    return {.state = nothing_there ? File::State::none : File::State::unknown};
  }
  struct statx facts{};
  if (::statx(file.get(), "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_MNT_ID, &facts) != 0) return {};
  if (!S_ISSOCK(facts.stx_mode)) return {.state = File::State::none};
  File found{.state = File::State::socket,
             .inode = facts.stx_ino,
             .device = makedev(facts.stx_dev_major, facts.stx_dev_minor)};
  if ((facts.stx_mask & STATX_MNT_ID) != 0 && has_own_device_numbers(file)) {
    found.device = device_of_mount(facts.stx_mnt_id).value_or(found.device);
  }
  return found;
}

}  // namespace

sockets::PortLimits read_port_limits() {
  sockets::PortLimits limits;
  limits.ephemeral = sockets::parse_port_range_setting(setting("ip_local_port_range"));
  limits.first_unprivileged = sockets::parse_unprivileged_setting(setting("ip_unprivileged_port_start"));
  if (auto set_aside = sockets::parse_reserved_ports_setting(setting("ip_local_reserved_ports"))) {
    limits.set_aside = std::move(*set_aside);
  }
  return limits;
}

File find_socket(const std::string& path) {
  if (path.contains('\0')) return {.state = File::State::none};
  return judge(FileDescriptor{::open(path.c_str(), O_PATH | O_CLOEXEC)});
}

File find_socket_of(std::uint32_t pid, const std::string& path) {
  const FileDescriptor root{::open(fmt::format("/proc/{}/root", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!root.is_open()) return {};
  open_how how{.flags = O_PATH | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return judge(FileDescriptor{static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how))});
}

}  // namespace portolan::os
