#include "os/sockets/socket_files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "os/file_descriptor.h"

namespace portolan::os {
namespace {

using sockets::FileFacts;
using sockets::Row;

// Overlayfs and btrfs give files other device numbers in stat(2) than the kernel has for the file system, which is what
// sock_diag tells: there the inode has to do.
bool has_own_device_numbers(int file) {
  struct statfs facts{};
  return ::fstatfs(file, &facts) == 0 &&
         (facts.f_type == OVERLAYFS_SUPER_MAGIC || static_cast<unsigned long>(facts.f_type) == BTRFS_SUPER_MAGIC);
}

FileFacts judge(const Row& row, const FileDescriptor& file) {
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return {};
  const bool same_inode = static_cast<std::uint32_t>(facts.st_ino) == static_cast<std::uint32_t>(row.file_inode);
  const bool same =
      S_ISSOCK(facts.st_mode) && same_inode && (facts.st_dev == row.file_device || has_own_device_numbers(file.get()));
  if (!same) return {.state = FileFacts::State::replaced};
  return {.state = FileFacts::State::there, .mode = facts.st_mode & 07777U, .owner = facts.st_uid};
}

// The path as processes see it whose root is `root`: links that lead out of it do not. The last link is not followed,
// because bind(2) does not either.
FileFacts look(const Row& row, const FileDescriptor& root) {
  const std::string path{row.path};
  open_how how{.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  const long opened = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
  if (opened >= 0) return judge(row, FileDescriptor{static_cast<int>(opened)});
  const bool nothing_there = errno == ENOENT || errno == ENOTDIR;
  return {.state = nothing_there ? FileFacts::State::deleted : FileFacts::State::unknown};
}

FileFacts look_in(const Row& row, const std::string& root_path) {
  const FileDescriptor root{::open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  return root.is_open() ? look(row, root) : FileFacts{};
}

}  // namespace

FileFacts find_socket_file(const Row& row, std::uint64_t own_network_namespace) {
  if (!row.has_file || !row.path.starts_with('/')) return {};
  const FileFacts here = look_in(row, "/");
  if (here.state == FileFacts::State::there) return here;
  if (!row.holders.empty()) return look_in(row, "/proc/" + std::to_string(row.holders.front().pid) + "/root");
  const bool same_tree = row.network_namespace == 0 || row.network_namespace == own_network_namespace;
  return same_tree ? here : FileFacts{};
}

}  // namespace portolan::os
