#include "os/packet/watched_connection.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "os/monotonic_clock.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"
#include "wire/protocol.h"

namespace portolan::os {
namespace {

constexpr std::size_t longest_kept = 4'096;  // of a packet: its headers, and what is shown of what it carries
constexpr std::size_t most_at_once = 256;
constexpr int wanted_room = 4 * 1024 * 1024;

std::unexpected<Error> failure(std::string_view sentence) {
  const int error = errno;
  const bool refused = error == EPERM || error == EACCES;
  return fail({refused ? Errc::privilege : Errc::io, said_as(sentence, error_text(error)), error_name(error)});
}

// Lets in TCP from or to this port of ours (whose other end is looked at later), ICMP errors, and how an address is
// found on its link. For a packet socket of type SOCK_DGRAM, whose packets begin at the network header. IPv6 extension
// headers are not stepped over: the kernel puts none in front of its TCP, and others hardly do.
std::array<sock_filter, 18> filter_for(net::Port port) {
  constexpr auto load = [](unsigned how, std::uint32_t at) {
    return sock_filter{static_cast<std::uint16_t>(BPF_LD | how), 0, 0, at};
  };
  constexpr auto when_equal = [](std::uint32_t value, unsigned here, unsigned yes, unsigned no) {
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(yes - here - 1),
                       static_cast<std::uint8_t>(no - here - 1), value};
  };
  constexpr unsigned v6 = 8;  // the numbers of instructions
  constexpr unsigned ports = 12;
  constexpr unsigned keep = 16;
  constexpr unsigned drop = 17;
  return {{
      load(BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL)),  // 0
      when_equal(ETH_P_ARP, 1, keep, 2),
      when_equal(ETH_P_IPV6, 2, v6, 3),
      when_equal(ETH_P_IP, 3, 4, drop),
      {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0},  // 4: X is the length of the IPv4 header
      load(BPF_B | BPF_ABS, 9),
      when_equal(wire::protocol_icmp, 6, keep, 7),
      when_equal(wire::protocol_tcp, 7, ports, drop),
      {BPF_LDX | BPF_IMM, 0, 0, 40},  // v6
      load(BPF_B | BPF_ABS, 6),
      when_equal(wire::protocol_icmpv6, 10, keep, 11),
      when_equal(wire::protocol_tcp, 11, ports, drop),
      load(BPF_H | BPF_IND, 0),  // ports: the source's
      when_equal(port.value(), 13, keep, 14),
      load(BPF_H | BPF_IND, 2),  // and the destination's
      when_equal(port.value(), 15, keep, drop),
      {BPF_RET | BPF_K, 0, 0, longest_kept},  // keep
      {BPF_RET | BPF_K, 0, 0, 0},             // drop
  }};
}

// Sees packets both ways from here on. The filter first, bind() last: until then it receives nothing.
Result<FileDescriptor> watch(net::Port port) {
  FileDescriptor socket{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket.is_open()) return failure(message("cannot open a packet socket: {}"));
  auto program = filter_for(port);
  const sock_fprog filter{program.size(), program.data()};
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    return failure(message("cannot attach a filter to a packet socket: {}"));
  }
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) {
    return failure(message("cannot have packets stamped with their time: {}"));
  }
  // As far as the system allows.
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &wanted_room, sizeof wanted_room);
  sockaddr_ll everything{};
  everything.sll_family = AF_PACKET;
  everything.sll_protocol = htons(ETH_P_ALL);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everything), sizeof everything) != 0) {
    return failure(message("cannot bind a packet socket: {}"));
  }
  return socket;
}

struct Bound {
  FileDescriptor socket;
  net::Port port;
};

// A socket whose port is known before its first packet leaves.
Result<Bound> bind_somewhere(const net::IpAddress& target) {
  const bool v4 = target.is_v4();
  FileDescriptor socket{::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return failure(message("cannot open a TCP socket: {}"));
  const SocketAddress any = socket_address(v4 ? net::IpAddress{} : net::IpAddress::v6({}));
  if (::bind(socket.get(), any.get(), any.size) != 0)
    return failure(message("cannot take a port for a connection: {}"));
  SocketAddress own;
  own.size = sizeof own.storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own.storage), &own.size) != 0) {
    return failure(message("cannot learn the port of a connection: {}"));
  }
  // The port stands at the same place in both families.
  sockaddr_in head{};
  std::memcpy(&head, &own.storage, sizeof head);
  return Bound{std::move(socket), net::Port{ntohs(head.sin_port)}};
}

std::optional<Duration> stamp_of(msghdr& message) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(item), sizeof stamp);
    return std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec};
  }
  return std::nullopt;
}

}  // namespace

WatchedConnection::WatchedConnection(FileDescriptor packets, FileDescriptor connection, const net::IpAddress& target,
                                     net::Port port, net::Port own_port)
    : packets_{std::move(packets)},
      connection_{std::move(connection)},
      target_{target},
      port_{port},
      own_port_{own_port},
      opened_{MonotonicClock{}.now()} {}

Result<WatchedConnection> WatchedConnection::open(const net::IpAddress& target, net::Port port) {
  auto bound = bind_somewhere(target);
  if (!bound) return fail(bound.error());
  if (bound->port == port) {
    // On this machine itself it would meet itself (RFC 9293 §3.5). While the port is held, another is given.
    auto another = bind_somewhere(target);
    if (!another) return fail(another.error());
    bound = std::move(another);
  }
  auto packets = watch(bound->port);
  if (!packets) return fail(packets.error());
  return WatchedConnection{std::move(*packets), std::move(bound->socket), target, port, bound->port};
}

void WatchedConnection::begin() {
  const SocketAddress to = socket_address(target_, port_);
  if (::connect(connection_.get(), to.get(), to.size) == 0) {
    outcome_.progress = Progress::connected;
  } else if (errno != EINPROGRESS && errno != EINTR) {
    outcome_ = {Progress::failed, error_name(errno)};
  }
}

WatchedConnection::Outcome WatchedConnection::outcome() {
  if (outcome_.progress != Progress::under_way) return outcome_;
  pollfd ready{connection_.get(), POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) return outcome_;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(connection_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  outcome_ = error == 0 ? Outcome{Progress::connected} : Outcome{Progress::failed, error_name(error)};
  return outcome_;
}

Result<std::vector<explain::Passed>> WatchedConnection::wait(Instant deadline) {
  const Duration left = std::max(Duration::zero(), deadline - MonotonicClock{}.now());
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec wait{whole.count(), (left - whole).count()};
  const short event = outcome_.progress == Progress::under_way ? POLLOUT : POLLIN;
  // Who is at its end has nothing more to tell, and would be ready for ever.
  std::array<pollfd, 2> ready{
      pollfd{packets_.get(), POLLIN, 0},
      pollfd{ended_ || outcome_.progress == Progress::failed ? -1 : connection_.get(), event, 0}};
  if (::ppoll(ready.data(), ready.size(), &wait, nullptr) < 0 && errno != EINTR)
    return failure(message("cannot wait for packets: {}"));
  return packets();
}

Result<std::vector<explain::Passed>> WatchedConnection::packets() {
  std::vector<explain::Passed> passed;
  std::vector<std::uint8_t> room(longest_kept);
  while (passed.size() < most_at_once) {
    sockaddr_ll link{};
    alignas(cmsghdr) std::array<std::uint8_t, 128> control{};
    iovec part{room.data(), room.size()};
    msghdr message{};
    message.msg_name = &link;
    message.msg_namelen = sizeof link;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(packets_.get(), &message, MSG_DONTWAIT);
    if (size < 0) {
      if (errno == EINTR) continue;
      // An interface that went down tells it here, and says nothing about the connection.
      if (errno == EAGAIN || errno == ENETDOWN) break;
      return failure(portolan::message("cannot receive packets: {}"));
    }
    const bool leaving = link.sll_pkttype == PACKET_OUTGOING;
    // By loopback each packet is seen as it leaves and as it arrives.
    if (leaving && link.sll_hatype == ARPHRD_LOOPBACK) continue;
    const auto stamp = stamp_of(message);
    passed.push_back({.at = stamp ? instant_of(*stamp, sample_clocks(), opened_) : MonotonicClock{}.now(),
                      .leaving = leaving,
                      .interface = static_cast<std::uint32_t>(link.sll_ifindex),
                      .type = static_cast<net::EtherType>(ntohs(link.sll_protocol)),
                      .bytes = {room.begin(), room.begin() + size}});
  }
  return passed;
}

void WatchedConnection::say(std::string_view words) {
  (void)::send(connection_.get(), words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

WatchedConnection::Heard WatchedConnection::hear() {
  Heard heard;
  std::array<char, explain::Connection::most_heard> room{};
  const ssize_t size = ::recv(connection_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (size > 0) heard.bytes.assign(room.data(), static_cast<std::size_t>(size));
  heard.ended = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
  ended_ = ended_ || heard.ended;
  return heard;
}

void WatchedConnection::end_speech() { (void)::shutdown(connection_.get(), SHUT_WR); }

void WatchedConnection::close() {
  ended_ = true;
  connection_.reset(-1);
}

std::uint64_t WatchedConnection::unseen() const {
  tpacket_stats counts{};
  socklen_t size = sizeof counts;
  return ::getsockopt(packets_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0 ? counts.tp_drops : 0;
}

}  // namespace portolan::os
