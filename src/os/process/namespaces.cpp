#include "os/process/namespaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <unordered_set>

#include "base/escape.h"
#include "os/files.h"
#include "os/process/namespace_thread.h"
#include "os/process/pid_namespace.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

constexpr const char* own_network = "/proc/self/ns/net";
constexpr const char* named_networks = "/run/netns";

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

template <class Visit>
void for_each_entry(const char* path, Visit visit) {
  const Directory directory{::opendir(path)};
  if (!directory) return;
  while (const dirent* entry = ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a directory
    const std::string_view name{entry->d_name};
    if (name != "." && name != "..") visit(name);
  }
}

// What is left of a name in /run/netns whose namespace went away, or is only being made, is an empty file
// (ip-netns(8)).
bool is_network_namespace(const FileDescriptor& handle) {
  struct statfs facts{};
  if (::fstatfs(handle.get(), &facts) == 0 && facts.f_type != NSFS_MAGIC) return false;
  const int type = ::ioctl(handle.get(), NS_GET_NSTYPE);
  return type < 0 || type == CLONE_NEWNET;  // where the kernel does not say, setns() will
}

}  // namespace

Result<void> in_network_namespace(const FileDescriptor& handle, const std::function<void()>& work) {
  const auto place = NamespaceThread::enter(handle);
  if (!place) return fail(place.error());
  (*place)->perform(work);
  return {};
}

std::uint64_t namespace_inode(const FileDescriptor& handle) {
  struct stat facts{};
  return ::fstat(handle.get(), &facts) == 0 ? facts.st_ino : 0;
}

std::uint64_t namespace_cookie(const FileDescriptor& socket) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  constexpr int so_netns_cookie = 71;  // asm-generic/socket.h; younger than Debian 12's headers
  return ::getsockopt(socket.get(), SOL_SOCKET, so_netns_cookie, &cookie, &size) == 0 ? cookie : 0;
}

Result<FileDescriptor> open_network_namespace(std::string_view which) {
  const bool is_path = which.find('/') != std::string_view::npos;
  FileDescriptor handle = open_at_once(is_path ? std::string{which} : fmt::format("{}/{}", named_networks, which));
  if (handle.is_open() && is_network_namespace(handle)) return handle;
  const int error = handle.is_open() ? EINVAL : errno;
  std::uint64_t inode = 0;
  const auto [end, bad] = std::from_chars(which.data(), which.data() + which.size(), inode);
  if (bad == std::errc{} && end == which.data() + which.size()) {
    std::vector<model::Remark> gaps;
    auto all = find_network_namespaces(gaps);
    if (!all) return fail(all.error());
    for (NetworkNamespace& one : *all) {
      if (one.inode == inode) return std::move(one.handle);
    }
  }
  if (error == EACCES || error == EPERM) {
    return fail(Errc::privilege, fmt::format("only root may enter the network namespace '{}'", escape_terminal(which)));
  }
  const std::string why = handle.is_open() ? "what has that name is none, or is none any more" : error_text(error);
  return fail(Errc::usage,
              fmt::format("there is no network namespace '{}' ({}); `ip netns list` shows those with a name",
                          escape_terminal(which), why));
}

Error cannot_enter(std::string_view which, const Error& error) {
  Error named = error;
  const std::string shown = escape_terminal(which);
  if (error.code == Errc::privilege) {
    named.message = fmt::format("cannot enter the network namespace '{}': that needs root", shown);
  } else {
    named.message = fmt::format("'{}': {}", shown, error.message);
  }
  return named;
}

Result<std::vector<NetworkNamespace>> find_network_namespaces(std::vector<model::Remark>& gaps) {
  std::vector<NetworkNamespace> found;
  std::unordered_set<std::uint64_t> known;
  const auto take = [&](const std::string& path) {
    // Most processes share a few namespaces: stat() tells which without opening each.
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) return errno;
    if (known.contains(facts.st_ino)) return 0;
    FileDescriptor handle = open_at_once(path);
    if (!handle.is_open()) return errno;
    // It went away meanwhile, and its sockets with it: nothing is missing.
    if (path != own_network && !is_network_namespace(handle)) return ENOENT;
    known.insert(facts.st_ino);
    found.push_back({std::move(handle), facts.st_ino});
    return 0;
  };
  if (!proc_is_there()) {
    found.emplace_back();
    gaps.push_back({model::RemarkCode::networks_unknown});
  } else if (const int error = take(own_network); error != 0) {
    return fail(Errc::io, fmt::format("cannot open {}: {}", own_network, error_text(error)));
  }
  for_each_entry(named_networks,
                 [&](std::string_view name) { (void)take(fmt::format("{}/{}", named_networks, name)); });
  std::uint64_t denied = 0;
  for_each_entry("/proc", [&](std::string_view name) {
    if (name.front() < '0' || name.front() > '9') return;
    const int error = take(fmt::format("/proc/{}/ns/net", name));
    denied += error == EACCES || error == EPERM ? 1U : 0U;
    // A thread may be in another one than the rest of its process (setns and unshare move threads).
    const std::string tasks = fmt::format("/proc/{}/task", name);
    struct stat facts{};
    constexpr nlink_t links_of_one_thread = 3;
    if (error != 0 || ::stat(tasks.c_str(), &facts) != 0 || facts.st_nlink <= links_of_one_thread) return;
    for_each_entry(tasks.c_str(),
                   [&](std::string_view thread) { (void)take(fmt::format("{}/{}/ns/net", tasks, thread)); });
  });
  if (denied > 0) {
    gaps.push_back({model::RemarkCode::namespaces_hidden, {denied, std::uint64_t{::geteuid()}}});
  }
  return found;
}

}  // namespace portolan::os
