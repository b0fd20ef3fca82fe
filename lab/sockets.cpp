#include "lab/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

namespace portolan::lab {
namespace {

constexpr int longest_wait_ms = 10'000;

int checked(int result, std::string_view what) {
  if (result < 0) throw std::runtime_error(fmt::format("lab: {}: {}", what, std::strerror(errno)));
  return result;
}

int option_of(const Handle& socket, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket.number(), level, name, &value, &size) == 0 ? value : 0;
}

struct stat status_of(const Handle& file) {
  struct stat status{};
  checked(::fstat(file.number(), &status), "fstat");
  return status;
}

std::optional<SocketAddress> peer_of(const Handle& socket) {
  SocketAddress address;
  if (::getpeername(socket.number(), reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0) return {};
  return address;
}

std::string protocol_of(int family, int type, int protocol) {
  switch (family) {
    case AF_UNIX:
      return "unix";
    case AF_PACKET:
      return "packet";
    case AF_NETLINK:
      return "netlink";
    case AF_VSOCK:
      return "vsock";
    case AF_INET:
    case AF_INET6:
      break;
    default:
      return "other";
  }
  if (type == SOCK_RAW) return "raw";
  switch (protocol) {
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_MPTCP:
      return "mptcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_UDPLITE:
      return "udplite";
    default:
      return "icmp";
  }
}

std::string state_of(const Handle& socket, const std::string& protocol) {
  static constexpr std::array<const char*, 12> names{"",           "ESTABLISHED", "SYN-SENT",  "SYN-RECV",
                                                     "FIN-WAIT-1", "FIN-WAIT-2",  "TIME-WAIT", "CLOSED",
                                                     "CLOSE-WAIT", "LAST-ACK",    "LISTEN",    "CLOSING"};
  if (protocol == "tcp" || protocol == "mptcp") return names.at(static_cast<std::size_t>(tcp_state(socket)));
  if (option_of(socket, SOL_SOCKET, SO_ACCEPTCONN) != 0) return "LISTEN";
  const bool connects = protocol != "packet" && protocol != "netlink" && protocol != "other";
  return connects && peer_of(socket) ? "ESTABLISHED" : "UNCONN";
}

std::string device_name(unsigned index) {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) == nullptr ? std::string{} : std::string{name.data()};
}

ZooEnd ip_end(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.family() == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  ZooEnd end{text.data(), ntohs(v6.sin6_port)};
  if (v6.sin6_scope_id != 0) end.address += "%" + device_name(v6.sin6_scope_id);
  return end;
}

void describe_unix(ZooSocket& socket, const SocketAddress& local) {
  const auto& address = reinterpret_cast<const sockaddr_un&>(local.storage);
  const std::size_t size = local.size - offsetof(sockaddr_un, sun_path);
  if (size == 0) return;
  // A path ends with NUL or with the space for it; an abstract name is as long as it was said to be.
  const bool abstract = address.sun_path[0] == '\0';
  socket.path.assign(address.sun_path, abstract ? size : ::strnlen(address.sun_path, sizeof address.sun_path));
}

void describe_ends(ZooSocket& socket, const Handle& handle) {
  if (socket.protocol == "other") return;  // AF_XDP, for one, has no names
  const SocketAddress local = name_of(handle);
  switch (socket.family) {
    case AF_INET:
    case AF_INET6: {
      const auto peer = peer_of(handle);
      socket.local = ip_end(local);
      socket.remote = peer ? ip_end(*peer) : ZooEnd{socket.family == AF_INET ? "0.0.0.0" : "::", 0};
      return;
    }
    case AF_UNIX:
      return describe_unix(socket, local);
    case AF_NETLINK:
      socket.local.port = reinterpret_cast<const sockaddr_nl&>(local.storage).nl_pid;
      return;
    case AF_VSOCK:
      socket.local.port = reinterpret_cast<const sockaddr_vm&>(local.storage).svm_port;
      return;
    case AF_PACKET: {
      const auto& link = reinterpret_cast<const sockaddr_ll&>(local.storage);
      socket.local.port = ntohs(link.sll_protocol);
      if (link.sll_ifindex != 0) socket.device = device_name(static_cast<unsigned>(link.sll_ifindex));
      return;
    }
    default:
      return;
  }
}

std::string bound_device(const Handle& socket) {
  std::array<char, IF_NAMESIZE> name{};
  socklen_t size = name.size();
  if (::getsockopt(socket.number(), SOL_SOCKET, SO_BINDTODEVICE, name.data(), &size) != 0 || size == 0) return {};
  return name.data();
}

}  // namespace

SocketAddress ip_address(const std::string& text, std::uint16_t port) {
  const std::string host = text.substr(0, text.find('%'));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return address_as(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) throw std::logic_error("no address: " + text);
  if (host.size() < text.size()) v6.sin6_scope_id = ::if_nametoindex(text.c_str() + host.size() + 1);
  return address_as(v6);
}

SocketAddress unix_address(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() > sizeof address.sun_path) throw std::logic_error("a path too long for a socket");
  path.copy(address.sun_path, sizeof address.sun_path);
  SocketAddress whole = address_as(address);
  whole.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  return whole;
}

Handle open_socket(int family, int type, int protocol) {
  return Handle{checked(::socket(family, type | SOCK_CLOEXEC, protocol),
                        fmt::format("a socket of family {}, type {}, protocol {}", family, type, protocol))};
}

void set_option(const Handle& socket, int level, int name, int value) {
  checked(::setsockopt(socket.number(), level, name, &value, sizeof value),
          fmt::format("setting option {} of level {}", name, level));
}

void bind_to_device(const Handle& socket, const std::string& device) {
  checked(::setsockopt(socket.number(), SOL_SOCKET, SO_BINDTODEVICE, device.c_str(),
                       static_cast<socklen_t>(device.size() + 1)),
          "binding to " + device);
}

void bind_to(const Handle& socket, const SocketAddress& address) {
  checked(::bind(socket.number(), address.get(), address.size), "binding a socket");
}

void listen_on(const Handle& socket) { checked(::listen(socket.number(), 16), "listening"); }

Handle bound_socket(int family, int type, int protocol, const SocketAddress& address) {
  Handle socket = open_socket(family, type, protocol);
  bind_to(socket, address);
  return socket;
}

Handle tcp_listener(const std::string& address, std::uint16_t port) {
  const SocketAddress at = ip_address(address, port);
  Handle listener = bound_socket(at.family(), SOCK_STREAM, 0, at);
  listen_on(listener);
  return listener;
}

Handle unix_listener(int type, std::string_view path) {
  Handle listener = bound_socket(AF_UNIX, type, 0, unix_address(path));
  listen_on(listener);
  return listener;
}

void start_to_connect(const Handle& socket, const SocketAddress& address) {
  const int flags = checked(::fcntl(socket.number(), F_GETFL), "flags of a socket");
  ::fcntl(socket.number(), F_SETFL, flags | O_NONBLOCK);
  const int status = ::connect(socket.number(), address.get(), address.size);
  if (status != 0 && errno != EINPROGRESS) checked(status, "starting to connect");
}

void connect_to(const Handle& socket, const SocketAddress& address) {
  checked(::connect(socket.number(), address.get(), address.size), "connecting");
}

void wait_for_connection(const Handle& listener) {
  pollfd queue{listener.number(), POLLIN, 0};
  if (::poll(&queue, 1, longest_wait_ms) != 1) throw std::runtime_error("lab: no connection has come");
}

Handle accept_from(const Handle& listener) {
  wait_for_connection(listener);
  return Handle{checked(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC), "accepting")};
}

SocketAddress name_of(const Handle& socket) {
  SocketAddress address;
  checked(::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address.storage), &address.size),
          "the name of a socket");
  return address;
}

Ends tcp_pair(const std::string& from, const std::string& to, int protocol) {
  const SocketAddress at = ip_address(to);
  const SocketAddress source = ip_address(from);
  const Handle listener = bound_socket(at.family(), SOCK_STREAM, protocol, at);
  listen_on(listener);
  const std::uint32_t port = ip_end(name_of(listener)).port;
  Handle client = open_socket(source.family(), SOCK_STREAM, protocol);
  bind_to(client, source);
  const bool to_any = to == "::" || to == "0.0.0.0";
  connect_to(client, ip_address(to_any ? from : to, static_cast<std::uint16_t>(port)));
  return {std::move(client), accept_from(listener)};
}

Ends socket_pair(int type) {
  std::array<int, 2> ends{};
  checked(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()), "a pair of sockets");
  return {Handle{ends[0]}, Handle{ends[1]}};
}

int tcp_state(const Handle& socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  checked(::getsockopt(socket.number(), IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
  return info.tcpi_state;
}

void wait_for_state(const Handle& socket, int state) {
  for (int waited = 0; tcp_state(socket) != state; ++waited) {
    if (waited == longest_wait_ms) {
      throw std::runtime_error(
          fmt::format("lab: a socket stays in state {}, {} was to come", tcp_state(socket), state));
    }
    ::poll(nullptr, 0, 1);  // there is no event for most changes of state
  }
}

std::uint64_t inode_of(const Handle& file) { return status_of(file).st_ino; }

ZooSocket describe(const Handle& socket) {
  ZooSocket said;
  said.family = option_of(socket, SOL_SOCKET, SO_DOMAIN);
  said.type = option_of(socket, SOL_SOCKET, SO_TYPE);
  said.protocol = protocol_of(said.family, said.type, option_of(socket, SOL_SOCKET, SO_PROTOCOL));
  said.state = state_of(socket, said.protocol);
  said.device = bound_device(socket);
  said.only_v6 = said.family == AF_INET6 && option_of(socket, IPPROTO_IPV6, IPV6_V6ONLY) != 0;
  describe_ends(said, socket);
  const struct stat status = status_of(socket);
  said.inode = status.st_ino;
  said.user = status.st_uid;
  socklen_t size = sizeof said.cookie;
  ::getsockopt(socket.number(), SOL_SOCKET, SO_COOKIE, &said.cookie, &size);
  return said;
}

ZooSocket far_end_of(const ZooSocket& near, std::string state, std::string nobody) {
  ZooSocket far = near;
  std::swap(far.local, far.remote);
  far.state = std::move(state);
  far.nobody = std::move(nobody);
  far.inode = 0;
  far.cookie = 0;
  far.holders.clear();
  return far;
}

}  // namespace portolan::lab
