#include "os/sockets/unlisted_sockets.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/vm_sockets.h>  // behind sys/socket.h, which it needs
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/process/namespaces.h"
#include "os/sockets/socket_address.h"

namespace portolan::os {
namespace {

using Text = std::array<char, 64>;

// A descriptor, by the folder of the process below /proc or, where a thread has a table of its own, of that thread.
struct Place {
  std::string folder;        // "/proc/812", "/proc/812/task/815"
  std::uint32_t thread = 0;  // 0: the process's table
};

bool holds(const std::string& folder, const sockets::OwnerIndex::Entry& entry) {
  Text link{};
  const std::string path = fmt::format("{}/fd/{}", folder, entry.holder.fd);
  const ssize_t size = ::readlink(path.c_str(), link.data(), link.size());
  return size > 0 &&
         std::string_view{link.data(), static_cast<std::size_t>(size)} == fmt::format("socket:[{}]", entry.inode);
}

// nullopt where the descriptor is gone, or is another socket by now.
std::optional<Place> find(const sockets::OwnerIndex::Entry& entry) {
  Place place{.folder = fmt::format("/proc/{}", entry.holder.pid)};
  if (holds(place.folder, entry)) return place;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator{place.folder + "/task", error}) {
    const std::string name = thread.path().filename().string();
    std::uint32_t number = 0;
    (void)std::from_chars(name.data(), name.data() + name.size(), number);
    if (number != entry.holder.pid && holds(thread.path().string(), entry))
      return Place{thread.path().string(), number};
  }
  return std::nullopt;
}

// What the kernel calls its protocol; "" where it does not say.
std::string_view protocol_of(const Place& place, const sockets::Holder& holder, Text& room) {
  const std::string path = fmt::format("{}/fd/{}", place.folder, holder.fd);
  const ssize_t size = ::getxattr(path.c_str(), "system.sockprotoname", room.data(), room.size());
  if (size <= 0) return "";
  const std::string_view name{room.data(), static_cast<std::size_t>(size)};
  return name.substr(0, name.find('\0'));
}

// A copy of the descriptor can be asked as its own process asks. Not open where it may not be had.
FileDescriptor copy_of(const Place& place, const sockets::Holder& holder) {
  constexpr unsigned of_a_thread = O_EXCL;  // PIDFD_THREAD, since Linux 6.9
  const FileDescriptor process{static_cast<int>(place.thread == 0
                                                    ? ::syscall(SYS_pidfd_open, holder.pid, 0)
                                                    : ::syscall(SYS_pidfd_open, place.thread, of_a_thread))};
  if (!process.is_open()) return {};
  return FileDescriptor{static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), holder.fd, 0))};
}

int option_of(const FileDescriptor& socket, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket.get(), SOL_SOCKET, name, &value, &size) == 0 ? value : 0;
}

template <class Call>
std::optional<sockaddr_storage> address_by(Call call, const FileDescriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (call(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  return address;
}

void put_end(const sockaddr_storage& from, net::IpAddress& address, std::uint32_t& cid, std::uint32_t& port) {
  if (from.ss_family == AF_VSOCK) {
    const auto& vsock = reinterpret_cast<const sockaddr_vm&>(from);
    cid = vsock.svm_cid;
    port = vsock.svm_port;
  } else if (const auto ip = address_of(reinterpret_cast<const sockaddr*>(&from))) {
    address = *ip;
    port = ntohs(ip->is_v4() ? reinterpret_cast<const sockaddr_in&>(from).sin_port
                             : reinterpret_cast<const sockaddr_in6&>(from).sin6_port);
  }
}

// What the socket says of itself.
void describe(const FileDescriptor& socket, sockets::Row& row) {
  struct stat facts{};
  if (::fstat(socket.get(), &facts) == 0) {
    row.user = facts.st_uid;
    row.has_user = true;
  }
  row.type = static_cast<std::uint8_t>(option_of(socket, SO_TYPE));
  const auto peer = address_by(::getpeername, socket);
  row.state = option_of(socket, SO_ACCEPTCONN) != 0 ? sockets::State::listen
              : peer                                ? sockets::State::established
                                                    : sockets::State::closed;
  const auto own = address_by(::getsockname, socket);
  if (!own) return;
  constexpr std::uint32_t any_port = 0xffff'ffff;  // VMADDR_PORT_ANY: not bound
  if (own->ss_family == AF_VSOCK && reinterpret_cast<const sockaddr_vm&>(*own).svm_port == any_port) return;
  put_end(*own, row.local, row.local_cid, row.local_port);
  const bool is_ip = own->ss_family == AF_INET || own->ss_family == AF_INET6;
  if (own->ss_family == AF_VSOCK) row.family = sockets::AddressFamily::vsock;
  // Not bound: no address is worth telling.
  if (is_ip && row.local_port != 0 && row.protocol != sockets::SocketKind::other) {
    row.family = own->ss_family == AF_INET ? sockets::AddressFamily::v4 : sockets::AddressFamily::v6;
    row.remote = row.local.is_v4() ? net::IpAddress::v4(0) : net::IpAddress::v6({});
  }
  if (peer) put_end(*peer, row.remote, row.remote_cid, row.remote_port);
}

std::uint64_t namespace_inode_of(const std::string& folder) {
  struct stat facts{};
  return ::stat((folder + "/ns/net").c_str(), &facts) == 0 ? facts.st_ino : 0;
}

// The namespace of the socket, where it is a listed one: by what the socket says or, where it cannot be asked, by the
// namespace of its holder, who may have got it from elsewhere.
struct Whereabouts {
  std::uint64_t inode = 0;
  bool certain = false;
};
std::optional<Whereabouts> whereabouts_of(const FileDescriptor& copy, const Place& holder,
                                          std::span<const ListedNamespace> namespaces) {
  const std::uint64_t cookie = copy.is_open() ? namespace_cookie(copy) : 0;
  if (cookie != 0) {
    const auto found = std::ranges::find(namespaces, cookie, &ListedNamespace::cookie);
    return found != namespaces.end() ? std::optional{Whereabouts{found->inode, true}} : std::nullopt;
  }
  const auto found = std::ranges::find(namespaces, namespace_inode_of(holder.folder), &ListedNamespace::inode);
  return found != namespaces.end() ? std::optional{Whereabouts{}} : std::nullopt;
}

}  // namespace

void visit_unlisted(const sockets::OwnerIndex& owners, std::span<const std::uint64_t> listed,
                    std::span<const ListedNamespace> namespaces, Completeness completeness,
                    const std::function<bool(sockets::Row&)>& visit) {
  std::uint64_t before = 0;
  for (const sockets::OwnerIndex::Entry& entry : owners.entries()) {
    if (entry.inode == before || std::ranges::binary_search(listed, entry.inode)) continue;
    const auto holder = find(entry);
    if (!holder) continue;
    Text room{};
    const std::string_view name = protocol_of(*holder, entry.holder, room);
    if (name.empty()) continue;
    before = entry.inode;
    sockets::Row row = sockets::unlisted_row(name);
    if (completeness == Completeness::some && sockets::has_list(row.protocol)) continue;
    const FileDescriptor copy = copy_of(*holder, entry.holder);
    const auto place = whereabouts_of(copy, *holder, namespaces);
    if (!place) continue;
    row.inode = entry.inode;
    row.network_namespace = place->inode;
    if (copy.is_open()) describe(copy, row);
    if (!place->certain) row.state = sockets::State::unknown;
    owners.join(row);
    if (!visit(row)) return;
  }
}

sockets::KindMask kinds_without_list() {
  constexpr std::size_t limit = 65'536;
  const auto protocols = read_file("/proc/net/protocols", limit);
  return protocols ? sockets::kinds_without_list(*protocols) : ~sockets::KindMask{0};
}

}  // namespace portolan::os
