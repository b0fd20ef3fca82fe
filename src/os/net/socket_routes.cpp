#include "os/net/socket_routes.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>

#include "base/escape.h"
#include "base/message.h"
#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/net/interfaces.h"
#include "os/net/no_way.h"
#include "os/sockets/port_probe.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

// Any port will do: nothing is sent.
constexpr net::Port discard{9};

bool is_multicast(const net::IpAddress& address) {
  const auto first = address.bytes().front();
  return address.is_v4() ? (first & 0xf0U) == 0xe0 : first == 0xff;
}

int connect_to(int socket, const net::IpAddress& target) {
  const SocketAddress address = socket_address(target, discard);
  return ::connect(socket, address.get(), address.size) == 0 ? 0 : errno;
}

// The kernel refuses a broadcast address with the same error as a route that prohibits (net/ipv4/datagram.c,
// __ip4_datagram_connect), but only as long as the socket does not say that it means it.
bool is_broadcast(int socket, const net::IpAddress& target) {
  const int on = 1;
  return target.is_v4() && ::setsockopt(socket, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
         connect_to(socket, target) == 0;
}

std::optional<net::IpAddress> own_address(int socket) {
  sockaddr_storage here{};
  socklen_t size = sizeof here;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size) != 0) return std::nullopt;
  return address_of(reinterpret_cast<const sockaddr*>(&here));
}

// net.ipv4.ip_nonlocal_bind, net.ipv6.ip_nonlocal_bind: then bind() takes any address (include/net/inet_sock.h,
// inet_can_nonlocal_bind), and only the source tells.
bool binds_to_any_address(const net::IpAddress& target) {
  constexpr std::size_t limit = 16;
  const auto setting = read_file(target.is_v4() ? "/proc/sys/net/ipv4/ip_nonlocal_bind"  //
                                                : "/proc/sys/net/ipv6/ip_nonlocal_bind",
                                 limit);
  return setting && !setting->starts_with('0');
}

// Its own addresses this machine reaches from themselves, or from the first one of the same network: 127.0.0.2 from
// 127.0.0.1. To be asked of what a connection leads to: bind() takes broadcast addresses, too.
bool is_own(const net::IpAddress& source, const net::IpAddress& target) {
  if (source.without_zone() == target.without_zone()) return true;
  if (target.is_loopback()) return true;
  return try_to_bind(sockets::SocketKind::udp, target, net::Port{0}) == sockets::Availability::free &&
         !binds_to_any_address(target);
}

std::unexpected<Error> not_found(const std::string& name, int error) {
  const bool forbidden = error == EPERM || error == EACCES;
  return fail({Errc::io,
               forbidden ? said("cannot find the way to {0}: {1}; it is asked for by a UDP socket, which a filter of "
                                "this container or service (seccomp) may forbid",
                                name, error_text(error))
                         : said("cannot find the way to {0}: {1}", name, error_text(error)),
               error_name(error),
               {name}});
}

std::unexpected<Error> cannot_send_through(const std::string& interface, int error) {
  return fail({error == EPERM ? Errc::privilege : Errc::io,
               said("cannot send through '{0}': {1}; leave -e out", escape_terminal(interface), error_text(error)),
               error_name(error),
               {interface}});
}

}  // namespace

Result<std::unique_ptr<SocketRoutes>> SocketRoutes::open(std::string_view interface) {
  if (!interface.empty() && interface_index(interface) == 0) {
    std::vector<Interface> there_are;
    for (const auto& [index, name] : interface_names()) there_are.emplace_back().name = name;
    return fail(no_such_interface(interface, there_are));
  }
  return std::unique_ptr<SocketRoutes>{new SocketRoutes{interface}};
}

std::vector<Result<net::Path>> SocketRoutes::route(std::span<const net::IpAddress> targets) {
  std::vector<Result<net::Path>> paths;
  paths.reserve(targets.size());
  for (const net::IpAddress& target : targets) paths.push_back(route(target));
  return paths;
}

Result<net::Path> SocketRoutes::route(const net::IpAddress& target) const {
  const std::string name = net::to_string(target);
  const std::uint32_t forced = interface_.empty() ? 0 : interface_index(interface_);
  if (auto why = no_target(target, forced != 0)) return fail(std::move(*why));
  if (is_multicast(target)) return fail(multicast(name));
  const FileDescriptor socket{::socket(target.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) {
    // A kernel without IPv6 has no way there; without room nothing is known.
    return errno == EAFNOSUPPORT ? Result<net::Path>{fail(no_route(name, ENETUNREACH))} : not_found(name, errno);
  }
  int error = connect_to(socket.get(), target);
  const auto source_of = [&] { return error == 0 ? own_address(socket.get()) : std::nullopt; };
  auto source = source_of();
  if (forced != 0 && (!source || !is_own(*source, target))) {
    if (is_loopback_interface(interface_)) return fail(leads_home(name, interface_));
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface_.data(),
                     static_cast<socklen_t>(interface_.size())) != 0) {
      return cannot_send_through(interface_, errno);
    }
    error = connect_to(socket.get(), target);
    source = source_of();
  }
  if (error == EACCES && is_broadcast(socket.get(), target)) return fail(broadcast(name));
  if (error != 0) return fail(no_route(name, error));
  if (!source) return not_found(name, EADDRNOTAVAIL);
  const bool local = is_own(*source, target);
  net::Path path;
  path.kind = local ? net::Path::Kind::local : net::Path::Kind::kernel;
  path.by_kernel = local ? net::Path::ByKernel::loopback : net::Path::ByKernel::connections;
  path.interface = forced != 0 ? forced : target.zone();
  path.source = *source;
  path.next_hop = target;
  return path;
}

}  // namespace portolan::os
