// TCP and MPTCP in all of their states.
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lab/zoo_builder.h"

namespace portolan::lab {
namespace {

void send_no_more(const Handle& socket) { ::shutdown(socket.number(), SHUT_WR); }

}  // namespace

void ZooBuilder::tcp_listeners() {
  keep("tcp listener, any address", tcp_listener("0.0.0.0", 1080), {server_});
  keep("tcp listener, one address", tcp_listener("127.0.0.1", 1081), {server_});
  keep("tcp listener, other port of an odd name", tcp_listener("127.0.0.1", 1082), {odd_});
  const Handle dual = open_socket(AF_INET6, SOCK_STREAM);
  set_option(dual, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  bind_to(dual, ip_address("::", 1083));
  listen_on(dual);
  keep("tcp6 listener, dual-stack", dual, {server_});
  const Handle only = open_socket(AF_INET6, SOCK_STREAM);
  set_option(only, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  bind_to(only, ip_address("::", 1080));  // beside IPv4's own listener
  listen_on(only);
  keep("tcp6 listener, IPv6 only", only, {server_});
  keep("tcp6 listener, one address", tcp_listener("2001:db8::1", 1084), {client_});
  // Two rows that differ in nothing but the socket.
  for (const char* name : {"tcp listener, shared port, first", "tcp listener, shared port, second"}) {
    const Handle listener = open_socket(AF_INET, SOCK_STREAM);
    set_option(listener, SOL_SOCKET, SO_REUSEPORT, 1);
    bind_to(listener, ip_address("127.0.0.1", 1085));
    listen_on(listener);
    keep(name, listener, {server_});
  }
}

void ZooBuilder::tcp_listeners_on_devices() {
  keep("tcp6 listener, link-local", tcp_listener("fe80::100%zoo0", 1086), {server_});
  const Handle listener = open_socket(AF_INET, SOCK_STREAM);
  bind_to_device(listener, "zoo0");
  bind_to(listener, ip_address("0.0.0.0", 1087));
  listen_on(listener);
  keep("tcp listener, one device", listener, {server_});
}

void ZooBuilder::tcp_connections() {
  keep_both("tcp established", tcp_pair("127.0.0.1", "127.0.0.1"));
  keep_both("tcp established, addresses of the wire", tcp_pair("198.18.0.1", "198.18.0.1"));
  keep_both("tcp6 established", tcp_pair("::1", "::1"));
  keep_both("tcp6 established, global address", tcp_pair("2001:db8::1", "2001:db8::1"));
  keep_both("tcp established, IPv4 client of a dual-stack listener", tcp_pair("127.0.0.1", "::"));
  keep_both("tcp6 established, both ends v4-mapped", tcp_pair("::ffff:127.0.0.1", "::ffff:127.0.0.1"));
  // Bytes that nobody has read yet, and bytes that cannot leave.
  const Ends waiting = tcp_pair("127.0.0.1", "127.0.0.1");
  if (::send(waiting.one.number(), "hello", 5, MSG_NOSIGNAL) != 5) throw std::runtime_error("lab: nothing was sent");
  keep_both("tcp established, unread bytes", waiting);
}

void ZooBuilder::tcp_openings() {
  for (const char* address : {"127.0.0.1", "2001:db8::1"}) {
    const SocketAddress nobody = ip_address(address, 1099);
    const Handle client = open_socket(nobody.family(), SOCK_STREAM);
    set_option(client, SOL_SOCKET, SO_MARK, all_gets_lost);
    start_to_connect(client, nobody);
    ZooSocket& entry = keep(fmt::format("tcp syn-sent to {}", address), client, {client_});
    entry.remote = {address, 1099};  // getpeername gives no peer before the connection
  }
  // Without the last step of the handshake the server's end is a request, of which accept() hears nothing.
  for (const char* address : {"127.0.0.1", "::1"}) {
    const Handle listener = tcp_listener(address);
    const Handle client = open_socket(ip_address(address).family(), SOCK_STREAM);
    set_option(client, SOL_SOCKET, SO_MARK, ack_gets_lost);
    keep(fmt::format("tcp listener with a request at {}", address), listener, {server_});
    connect_to(client, name_of(listener));
    const ZooSocket near = keep(fmt::format("tcp client of a request at {}", address), client, {client_});
    add(far_end_of(near, "SYN-RECV", "not accepted"), fmt::format("tcp syn-recv at {}", address));
  }
}

void ZooBuilder::tcp_not_accepted() {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const Handle listener = tcp_listener(address);
    const Handle client = open_socket(ip_address(address).family(), SOCK_STREAM);
    keep(fmt::format("tcp listener with a queue at {}", address), listener, {server_});
    connect_to(client, name_of(listener));
    wait_for_connection(listener);
    const ZooSocket near = keep(fmt::format("tcp client in a queue at {}", address), client, {client_});
    add(far_end_of(near, "ESTABLISHED", "not accepted"), fmt::format("tcp not accepted at {}", address));
  }
}

void ZooBuilder::tcp_active_closings() {
  const Ends first = tcp_pair("127.0.0.1", "127.0.0.1");
  set_option(first.one, SOL_SOCKET, SO_MARK, fin_gets_lost);
  send_no_more(first.one);
  wait_for_state(first.one, TCP_FIN_WAIT1);
  keep_both("tcp fin-wait-1", first);

  // The process is gone from its end, the kernel still sends.
  Ends orphaned = tcp_pair("127.0.0.1", "127.0.0.1");
  set_option(orphaned.one, SOL_SOCKET, SO_MARK, fin_gets_lost);
  const ZooSocket peer = keep("tcp peer of an orphan in fin-wait-1", orphaned.other, {server_});
  orphaned.one = Handle{};
  add(far_end_of(peer, "FIN-WAIT-1", "orphan"), "tcp fin-wait-1, orphan");

  const Ends second = tcp_pair("127.0.0.1", "127.0.0.1");
  send_no_more(second.one);
  wait_for_state(second.one, TCP_FIN_WAIT2);
  wait_for_state(second.other, TCP_CLOSE_WAIT);
  keep_both("tcp fin-wait-2 and close-wait", second);

  const Ends second6 = tcp_pair("::1", "::1");
  send_no_more(second6.one);
  wait_for_state(second6.one, TCP_FIN_WAIT2);
  wait_for_state(second6.other, TCP_CLOSE_WAIT);
  keep_both("tcp6 fin-wait-2 and close-wait", second6);
}

void ZooBuilder::tcp_passive_closings() {
  const Ends last = tcp_pair("127.0.0.1", "127.0.0.1");
  send_no_more(last.one);
  wait_for_state(last.one, TCP_FIN_WAIT2);
  set_option(last.other, SOL_SOCKET, SO_MARK, fin_gets_lost);
  send_no_more(last.other);
  wait_for_state(last.other, TCP_LAST_ACK);
  keep_both("tcp fin-wait-2 and last-ack", last);

  Ends orphaned = tcp_pair("127.0.0.1", "127.0.0.1");
  send_no_more(orphaned.one);
  wait_for_state(orphaned.one, TCP_FIN_WAIT2);
  set_option(orphaned.other, SOL_SOCKET, SO_MARK, fin_gets_lost);
  const ZooSocket peer = keep("tcp peer of an orphan in last-ack", orphaned.one, {client_});
  orphaned.other = Handle{};
  add(far_end_of(peer, "LAST-ACK", "orphan"), "tcp last-ack, orphan");

  // Both send a FIN, and one of the two is lost: its sender hears the other's before any answer to its own.
  const Ends both = tcp_pair("127.0.0.1", "127.0.0.1");
  set_option(both.one, SOL_SOCKET, SO_MARK, fin_gets_lost);
  send_no_more(both.one);
  send_no_more(both.other);
  wait_for_state(both.one, TCP_CLOSING);
  wait_for_state(both.other, TCP_FIN_WAIT2);
  keep_both("tcp closing and fin-wait-2", both);
}

void ZooBuilder::tcp_afterlife(const std::string& address, const std::string& family) {
  const Ends finished = tcp_pair(address, address);
  const ZooSocket near = describe(finished.one);
  send_no_more(finished.other);
  wait_for_state(finished.one, TCP_CLOSE_WAIT);
  send_no_more(finished.one);
  // Whoever said first that it sends no more keeps the addresses for a minute; its socket is closed as such.
  wait_for_state(finished.one, TCP_CLOSE);
  wait_for_state(finished.other, TCP_CLOSE);
  add(far_end_of(near, "TIME-WAIT", "time-wait"), family + " time-wait");

  Ends left = tcp_pair(address, address);
  // Its FIN is answered before it is closed: nobody can look at the state of what no process holds.
  send_no_more(left.other);
  wait_for_state(left.other, TCP_FIN_WAIT2);
  wait_for_state(left.one, TCP_CLOSE_WAIT);
  left.other = Handle{};
  const ZooSocket peer = keep(family + " peer of an orphan in fin-wait-2", left.one, {client_});
  add(far_end_of(peer, "FIN-WAIT-2", "orphan"), family + " fin-wait-2, orphan");
}

void ZooBuilder::tcp_nowhere() {
  keep("tcp, not even bound", open_socket(AF_INET, SOCK_STREAM), {client_}).listed = Listed::nowhere;
  const Handle reserved = bound_socket(AF_INET, SOCK_STREAM, 0, ip_address("127.0.0.1", 1088));
  keep("tcp, bound and nothing else", reserved, {client_}).listed = Listed::by_diag_only;
}

// The kernel opens a TCP socket for every way that a multipath connection takes, and gives it the inode of the socket
// that the process has (mptcp_subflow_create_socket).
void ZooBuilder::multipath() {
  try {
    const Handle listener = open_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    bind_to(listener, ip_address("127.0.0.1", 1095));
    listen_on(listener);
    keep("mptcp listener", listener, {server_});
    keep_both("mptcp established", tcp_pair("127.0.0.1", "127.0.0.1", IPPROTO_MPTCP));
  } catch (const std::runtime_error& error) {
    zoo_.missing_.emplace_back(fmt::format("no MPTCP: {}", error.what()));
  }
  std::vector<ZooSocket> ways;
  for (const ZooSocket& socket : zoo_.sockets_) {
    if (socket.protocol == "mptcp") ways.push_back(socket);
  }
  for (ZooSocket& way : ways) {
    way.protocol = "tcp";
    way.cookie = 0;
    const std::string name = way.name + ", its TCP";
    add(std::move(way), name);
  }
}

}  // namespace portolan::lab
