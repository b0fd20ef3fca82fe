#include "os/packet/packet_link.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "os/privileges.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"
#include "wire/fragments.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t batch_limit = 64;  // batches of 16 to 32 already give all that batching gives
constexpr int send_buffer = 4 * 1024 * 1024;
// Waits shorter than this are spent polling: going to sleep and waking up takes about as long.
constexpr Duration shortest_sleep = 60us;
constexpr Duration longest_sleep = 1h;
// A link without carrier says ENOBUFS to every frame, as a full queue does. A queue moves within
// this time.
constexpr Duration stuck_after = 1s;
// The kernel stamps a frame a moment before the frame shows in the ring.
constexpr Duration stamp_slack = 1ms;

std::unexpected<Error> open_failure() {
  const int error = errno;
  if (error == EPERM || error == EACCES) {
    return fail({Errc::privilege,
                 said("cannot open a raw IP socket: {}; run as root, give the program CAP_NET_RAW, or use the connect "
                      "scan (-sT)",
                      error_text(error)),
                 error_name(error)});
  }
  return fail({Errc::io, said("cannot open a raw IP socket: {}", error_text(error)), error_name(error)});
}

void widen_send_buffer(int socket) {
  // Beyond net.core.wmem_max with CAP_NET_ADMIN; without it, as far as that allows.
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer, sizeof send_buffer) != 0) {
    (void)::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  }
}

// The ring's socket sends as well: every packet socket costs the kernel some 10 ms to close, because
// it waits for all processors to have forgotten it.
void prepare_sending(int socket) {
  const int on = 1;
  // Past the queueing discipline: the engine paces by itself. A driver's queue that is full shows as ENOBUFS.
  (void)::setsockopt(socket, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  widen_send_buffer(socket);
}

// A raw socket of protocol IPPROTO_RAW sends whole packets and receives nothing (raw(7)).
Result<FileDescriptor> open_raw(int family) {
  FileDescriptor socket{::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)};
  if (!socket.is_open()) {
    if (family == AF_INET6 && errno == EAFNOSUPPORT) return FileDescriptor{};  // a kernel without IPv6
    return open_failure();
  }
  const int on = 1;
  const int level = family == AF_INET ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  const int option = family == AF_INET ? IP_HDRINCL : IPV6_HDRINCL;
  if (::setsockopt(socket.get(), level, option, &on, sizeof on) != 0) return open_failure();
  widen_send_buffer(socket.get());
  return socket;
}

SocketAddress link_layer_address(const net::Path& path, const engine::Head& head) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(static_cast<std::uint16_t>(head.type));
  address.sll_ifindex = static_cast<int>(path.interface);
  address.sll_halen = 6;  // ignored by devices without link-layer addresses
  std::copy(head.to.bytes.begin(), head.to.bytes.end(), address.sll_addr);
  SocketAddress made;
  made.size = sizeof address;
  std::memcpy(&made.storage, &address, sizeof address);
  return made;
}

// Whom a whole packet is for: a raw IP socket wants it said again.
SocketAddress network_address(const probe::Attempt& attempt) {
  return socket_address(attempt.target.with_zone(attempt.path.next_hop.zone()));
}

// Room for one of either; aligned as the kernel reads it.
struct alignas(cmsghdr) SourceNote {
  std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
};

// Names the source of an IPv4 packet, because rules may go by it (ip(7)): connect() looks for the way once more when it
// knows its source, over IPv4 only. And names the interface where one is forced (RFC 3542 §6).
template <class Info>
void note_source(msghdr& message, SourceNote& note, int level, int type, const Info& info) {
  message.msg_control = note.bytes.data();
  message.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = level;
  head->cmsg_type = type;
  head->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(head), &info, sizeof info);
}

void note_source(msghdr& message, SourceNote& note, const net::Path& path, std::uint32_t interface) {
  if (path.source.is_v4()) {
    const auto source = path.source.bytes();
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(interface);
    std::memcpy(&info.ipi_spec_dst, source.data(), source.size());
    note_source(message, note, IPPROTO_IP, IP_PKTINFO, info);
  } else if (interface != 0) {
    in6_pktinfo info{};
    info.ipi6_ifindex = interface;
    note_source(message, note, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

SendFailure send_failure_of(int error) {
  switch (error) {
    case EINTR:
      return SendFailure::again;
    case EAGAIN:   // the socket's buffer is full
    case ENOBUFS:  // the device's queue is full
    case ENOMEM:
      return SendFailure::full;
    case EBADF:
    case ENOTSOCK:
    case EFAULT:
    case EOPNOTSUPP:
      return SendFailure::broken;
    default:
      // EPERM: a firewall on the way out. ENETDOWN, ENXIO, ENODEV: the device went away. EHOSTUNREACH,
      // ENETUNREACH: no route any more. EMSGSIZE, EINVAL: the device cannot carry this frame.
      return SendFailure::refused;
  }
}

// Messages of one sendmmsg call, with the packets that they send.
struct PacketLink::Batch {
  std::array<mmsghdr, batch_limit> messages{};
  std::array<iovec, batch_limit> parts{};
  std::array<SocketAddress, batch_limit> addresses{};
  std::array<SourceNote, batch_limit> notes{};
  std::array<std::array<std::uint8_t, wire::longest_packet>, batch_limit> packets{};

  void fill(std::size_t at, const engine::Shot& shot, Way way, std::uint32_t forced) {
    const engine::Head head = engine::build(shot, packets[at]);
    addresses[at] =
        way == Way::link_layer ? link_layer_address(shot.attempt.path, head) : network_address(shot.attempt);
    parts[at] = {packets[at].data(), head.size};
    msghdr& header = messages[at].msg_hdr;
    header = {};
    header.msg_name = &addresses[at].storage;
    header.msg_namelen = addresses[at].size;
    header.msg_iov = &parts[at];
    header.msg_iovlen = 1;
    const net::Path& path = shot.attempt.path;
    if (way != Way::link_layer && path.kind != net::Path::Kind::local) note_source(header, notes[at], path, forced);
  }
};

PacketLink::PacketLink(PacketRing ring, int wake)
    : ring_{std::move(ring)}, wake_{wake}, batch_{std::make_unique<Batch>()}, empty_at_{clock_.now()} {}
PacketLink::~PacketLink() = default;

std::optional<Error> PacketLink::missing() {
  // The kernel looks at the right, and then at the type, of which there is no such one (net/packet/af_packet.c,
  // packet_create()).
  const FileDescriptor none{::socket(AF_PACKET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int error = none.is_open() ? 0 : errno;
  const bool refused =
      error == EAFNOSUPPORT || error == EACCES || error == ENOSYS || (error == EPERM && can_send_raw());
  if (!refused) return std::nullopt;
  return Error{Errc::io, said("packet sockets are refused: {}", error_text(error)), error_name(error)};
}

Result<std::unique_ptr<PacketLink>> PacketLink::open(const Expected& expected, int wake, const std::string& interface) {
  assert(expected.tags.count > 0 && expected.tags.first + expected.tags.count <= 65'536);
  auto ipv4 = open_raw(AF_INET);
  if (!ipv4) return fail(ipv4.error());
  auto ipv6 = open_raw(AF_INET6);
  if (!ipv6) return fail(ipv6.error());
  auto ring = PacketRing::open(expected);
  if (!ring) return fail(ring.error());
  prepare_sending(ring->descriptor());
  // The kernel otherwise adds up to 50 us to every wait to save wake-ups (prctl(2)).
  (void)::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  std::unique_ptr<PacketLink> link{new PacketLink{std::move(*ring), wake}};
  link->ipv4_ = std::move(*ipv4);
  link->ipv6_ = std::move(*ipv6);
  if (!interface.empty()) link->forced_ = ::if_nametoindex(interface.c_str());
  return link;
}

// A packet to one of this machine's own addresses must pass the kernel's routing on its way out, too: one
// that appears on the loopback interface without it is a martian and is dropped.
PacketLink::Way PacketLink::way_of(const engine::Shot& shot) {
  const bool of_the_link = shot.probe->asks == probe::Asks::links;
  if (of_the_link || shot.attempt.path.by_kernel == net::Path::ByKernel::no) return Way::link_layer;
  return shot.attempt.target.is_v4() ? Way::ipv4 : Way::ipv6;
}

int PacketLink::socket_of(Way way) const {
  switch (way) {
    case Way::ipv4:
      return ipv4_.get();
    case Way::ipv6:
      return ipv6_.get();
    case Way::link_layer:
      break;
  }
  return ring_.descriptor();
}

Result<std::size_t> PacketLink::send(std::span<const engine::Shot> shots) {
  std::size_t sent = 0;
  refused_shots_.clear();
  while (sent < shots.size()) {
    const Way way = way_of(shots[sent]);
    if (leaves_in_fragments(shots[sent])) {
      const auto taken = send_in_fragments(way, shots[sent], sent);
      if (!taken) return fail(taken.error());
      if (*taken == 0) break;
      ++sent;
      continue;
    }
    const std::size_t limit = std::min(shots.size() - sent, batch_limit);
    std::size_t count = 1;
    while (count < limit && way_of(shots[sent + count]) == way && !leaves_in_fragments(shots[sent + count])) ++count;
    const auto taken = send_run(way, shots.subspan(sent, count), sent);
    if (!taken) return fail(taken.error());
    sent += *taken;
    if (*taken < count) break;
  }
  return sent;
}

Result<std::size_t> PacketLink::send_run(Way way, std::span<const engine::Shot> shots, std::size_t first) {
  if (socket_of(way) < 0) {  // IPv6 on a kernel without it
    for (std::size_t i = 0; i < shots.size(); ++i) refuse(shots[i], first + i, EAFNOSUPPORT);
    return shots.size();
  }
  for (std::size_t i = 0; i < shots.size(); ++i) batch_->fill(i, shots[i], way, forced_);
  std::size_t done = 0;
  while (done < shots.size()) {
    const int count =
        ::sendmmsg(socket_of(way), &batch_->messages[done], static_cast<unsigned>(shots.size() - done), MSG_DONTWAIT);
    if (count > 0) {
      if (!full_since_.empty()) full_since_.erase(shots[done].attempt.path.interface);
      done += static_cast<std::size_t>(count);
      continue;
    }
    // The error is that of the first message: later ones only cut the count short.
    const auto failure = weigh(errno, shots[done], first + done);
    if (!failure) return fail(failure.error());
    if (*failure == SendFailure::full) return done;
    if (*failure == SendFailure::refused) ++done;
  }
  return done;
}

Result<std::size_t> PacketLink::send_in_fragments(Way way, const engine::Shot& shot, std::size_t place) {
  if (socket_of(way) < 0) {
    refuse(shot, place, EAFNOSUPPORT);
    return 1;
  }
  batch_->fill(0, shot, way, forced_);
  const wire::Bytes packet = std::span{batch_->packets[0]}.first(batch_->parts[0].iov_len);
  std::array<std::uint8_t, wire::longest_packet + wire::longest_fragment_header> room{};
  wire::Fragments fragments{packet, shot.attempt.dress.fragment, shot.attempt.cookie};
  while (const std::size_t size = fragments.next(room)) {
    batch_->parts[0] = {room.data(), size};
    while (::sendmsg(socket_of(way), &batch_->messages[0].msg_hdr, MSG_DONTWAIT) < 0) {
      const auto failure = weigh(errno, shot, place);
      if (!failure) return fail(failure.error());
      if (*failure == SendFailure::full) return 0;
      if (*failure == SendFailure::refused) return 1;
    }
  }
  return 1;
}

Result<SendFailure> PacketLink::weigh(int error, const engine::Shot& shot, std::size_t place) {
  const SendFailure failure = send_failure_of(error);
  if (failure == SendFailure::broken) {
    return fail({Errc::io, said("cannot send: {}", error_text(error)), error_name(error)});
  }
  if (failure == SendFailure::again) return failure;
  if (failure == SendFailure::full && !is_stuck(shot.attempt.path.interface)) return failure;
  refuse(shot, place, error);
  return SendFailure::refused;
}

void PacketLink::refuse(const engine::Shot& shot, std::size_t place, int error) {
  refused_shots_.push_back(place);
  refusals_.add(shot.attempt.target, error_name(error));
}

bool PacketLink::is_stuck(std::uint32_t interface) {
  const Instant now = clock_.now();
  const Instant since = full_since_.try_emplace(interface, now).first->second;
  return now - since >= stuck_after;
}

Result<std::span<const engine::Received>> PacketLink::receive(Instant deadline) {
  ring_.give_back();
  if (!ring_.has_frames()) {
    if (const auto waited = wait(deadline); !waited) return fail(waited.error());
  }
  return ring_.take(empty_at_ - stamp_slack);
}

Result<void> PacketLink::wait(Instant deadline) {
  std::array<pollfd, 2> watched{{{ring_.descriptor(), POLLIN, 0}, {wake_, POLLIN, 0}}};  // -1 is ignored
  for (;;) {
    const Instant now = clock_.now();
    if (ring_.has_frames()) return {};
    empty_at_ = now;
    if (now >= deadline) return {};
    if (deadline - now < shortest_sleep) continue;
    const Duration sleep = std::min(deadline - now - shortest_sleep / 2, longest_sleep);
    const timespec timeout{std::chrono::duration_cast<std::chrono::seconds>(sleep).count(), (sleep % 1s).count()};
    const int ready = ::ppoll(watched.data(), watched.size(), &timeout, nullptr);
    if (ready < 0 && errno != EINTR) {
      return fail(Errc::io, said("cannot wait for packets: {}", error_text(errno)));
    }
    if (ready < 0 || watched[1].revents != 0) return {};
    if ((watched[0].revents & POLLNVAL) != 0)
      return fail(Errc::io, std::string{translated("cannot wait for packets: the socket is gone")});
    if ((watched[0].revents & POLLERR) != 0) {  // a device went away: nothing is lost, the error is read off
      int error = 0;
      socklen_t size = sizeof error;
      (void)::getsockopt(ring_.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
}

}  // namespace portolan::os
