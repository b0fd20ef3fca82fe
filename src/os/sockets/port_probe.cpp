#include "os/sockets/port_probe.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/sockets/socket_address.h"

namespace portolan::os {
namespace {

using sockets::Availability;
using sockets::SocketKind;

// To open a socket of a protocol that is not there makes the kernel load its module, which a question must not.
bool has_sctp() {
  constexpr std::size_t limit = 65'536;
  static const bool has = [] {
    const auto protocols = read_file("/proc/net/protocols", limit);
    return protocols && protocols->contains("\nSCTP ");
  }();
  return has;
}

FileDescriptor open_socket(SocketKind protocol, const net::IpAddress& address) {
  const int family = address.is_v4() ? AF_INET : AF_INET6;
  switch (protocol) {
    case SocketKind::tcp:
      return FileDescriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)};
    case SocketKind::udp:
      return FileDescriptor{::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP)};
    case SocketKind::sctp:
      return has_sctp() ? FileDescriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP)} : FileDescriptor{};
    default:
      return {};
  }
}

}  // namespace

Availability try_to_bind(SocketKind protocol, const net::IpAddress& address, net::Port port) {
  const FileDescriptor socket = open_socket(protocol, address);
  if (!socket.is_open()) return Availability::not_asked;
  const SocketAddress to = socket_address(address, port);
  if (::bind(socket.get(), to.get(), to.size) == 0) return Availability::free;
  switch (errno) {
    case EADDRINUSE:
      return Availability::in_use;
    case EACCES:
    case EPERM:
      return Availability::not_permitted;
    case EADDRNOTAVAIL:
      return Availability::no_such_address;
    default:
      return Availability::not_asked;
  }
}

}  // namespace portolan::os
