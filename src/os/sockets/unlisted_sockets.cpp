#include "os/sockets/unlisted_sockets.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "os/file_descriptor.h"
#include "os/process/namespaces.h"
#include "sockets/unlisted.h"

namespace portolan::os {
namespace {

using Text = std::array<char, 64>;

// The namespace of a process; a socket that it got from elsewhere is told as one of its own.
class ProcessNamespaces {
 public:
  std::uint64_t of(std::uint32_t pid) {
    const auto [at, is_new] = known_.try_emplace(pid, 0);
    if (!is_new) return at->second;
    struct stat facts{};
    if (::stat(fmt::format("/proc/{}/ns/net", pid).c_str(), &facts) == 0) at->second = facts.st_ino;
    return at->second;
  }

 private:
  std::unordered_map<std::uint32_t, std::uint64_t> known_;
};

// "" where the descriptor is gone, or is another socket by now.
std::string_view protocol_of(const sockets::OwnerIndex::Entry& entry, Text& room) {
  const std::string path = fmt::format("/proc/{}/fd/{}", entry.holder.pid, entry.holder.fd);
  const ssize_t size = ::getxattr(path.c_str(), "system.sockprotoname", room.data(), room.size());
  if (size <= 0) return "";
  Text link{};
  const ssize_t linked = ::readlink(path.c_str(), link.data(), link.size());
  const std::string expected = fmt::format("socket:[{}]", entry.inode);
  if (linked < 0 || std::string_view{link.data(), static_cast<std::size_t>(linked)} != expected) return "";
  const std::string_view name{room.data(), static_cast<std::size_t>(size)};
  return name.substr(0, name.find('\0'));
}

// The namespace of a socket that another process holds: a copy of its descriptor tells. 0 where that may not be had.
std::uint64_t namespace_cookie_of(const sockets::Holder& holder) {
  const FileDescriptor process{static_cast<int>(::syscall(SYS_pidfd_open, holder.pid, 0))};
  if (!process.is_open()) return 0;
  const FileDescriptor copy{static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), holder.fd, 0))};
  return copy.is_open() ? namespace_cookie(copy) : 0;
}

// Where the socket is: in the listed namespace of its holder, in another listed one, or (nullopt) somewhere else.
struct Place {
  std::uint64_t inode = 0;
  bool certain = false;
};
std::optional<Place> place_of(const sockets::Holder& holder, std::uint64_t process_namespace,
                              std::span<const ListedNamespace> namespaces) {
  const std::uint64_t cookie = namespace_cookie_of(holder);
  if (cookie != 0) {
    const auto found = std::ranges::find(namespaces, cookie, &ListedNamespace::cookie);
    return found != namespaces.end() ? std::optional{Place{found->inode, true}} : std::nullopt;
  }
  const auto found = std::ranges::find(namespaces, process_namespace, &ListedNamespace::inode);
  return found != namespaces.end() ? std::optional{Place{0, false}} : std::nullopt;
}

}  // namespace

void visit_unlisted(const sockets::OwnerIndex& owners, std::span<const std::uint64_t> listed,
                    std::span<const ListedNamespace> namespaces, const std::function<bool(sockets::Row&)>& visit) {
  ProcessNamespaces processes;
  std::uint64_t before = 0;
  for (const sockets::OwnerIndex::Entry& entry : owners.entries()) {
    if (entry.inode == before || std::ranges::binary_search(listed, entry.inode)) continue;
    Text room{};
    const std::string_view name = protocol_of(entry, room);
    if (name.empty()) continue;
    before = entry.inode;
    const auto place = place_of(entry.holder, processes.of(entry.holder.pid), namespaces);
    if (!place) continue;
    sockets::Row row = sockets::unlisted_row(name);
    row.inode = entry.inode;
    row.network_namespace = place->inode;
    if (!place->certain) row.state = sockets::State::unknown;
    owners.join(row);
    if (!visit(row)) return;
  }
}

}  // namespace portolan::os
