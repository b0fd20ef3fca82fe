// The socket calls as the zoo needs them: what fails throws std::runtime_error, and what a socket says about itself
// is read with the calls that any program has.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "lab/lab.h"
#include "lab/socket_zoo.h"

namespace portolan::lab {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
};

// "127.0.0.1", "::1", "fe80::1%zoo0".
SocketAddress ip_address(const std::string& text, std::uint16_t port = 0);
// A path, or a name in the abstract namespace where it begins with NUL.
SocketAddress unix_address(std::string_view path);
template <class Layout>
SocketAddress address_as(const Layout& layout) {
  SocketAddress address;
  reinterpret_cast<Layout&>(address.storage) = layout;
  address.size = sizeof layout;
  return address;
}

Handle open_socket(int family, int type, int protocol = 0);
void set_option(const Handle& socket, int level, int name, int value);
void bind_to_device(const Handle& socket, const std::string& device);
void bind_to(const Handle& socket, const SocketAddress& address);
void listen_on(const Handle& socket);
Handle bound_socket(int family, int type, int protocol, const SocketAddress& address);
Handle tcp_listener(const std::string& address, std::uint16_t port = 0);
Handle unix_listener(int type, std::string_view path);
// Waits for no answer.
void start_to_connect(const Handle& socket, const SocketAddress& address);
void connect_to(const Handle& socket, const SocketAddress& address);
Handle accept_from(const Handle& listener);
// Until a connection waits in its queue.
void wait_for_connection(const Handle& listener);
SocketAddress name_of(const Handle& socket);

struct Ends {
  Handle one;
  Handle other;
};
// TCP, both ends connected; the listener between them is gone. With `to` "::" and `from` IPv4 the second end has
// a v4-mapped address.
Ends tcp_pair(const std::string& from, const std::string& to, int protocol = 0);
Ends socket_pair(int type);

// TCP_INFO's state: TCP_ESTABLISHED ...
int tcp_state(const Handle& socket);
// Throws when it has not come in ten seconds.
void wait_for_state(const Handle& socket, int state);

std::uint64_t inode_of(const Handle& file);

// All that the socket says of itself: everything but name, holders, peer and what concerns files.
ZooSocket describe(const Handle& socket);
// The far end of a connection that nobody holds: `near` turned round, without inode.
ZooSocket far_end_of(const ZooSocket& near, std::string state, std::string nobody);

}  // namespace portolan::lab
