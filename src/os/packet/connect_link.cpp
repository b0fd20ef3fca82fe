#include "os/packet/connect_link.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error_name.h"
#include "base/message.h"
#include "engine/engine.h"
#include "os/packet/source_ports.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"
#include "wire/build.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t spare_files = 64;       // for reports, names and the rest of the program
constexpr std::size_t connect_limit = 8'192;  // some 5 KiB of kernel memory each
constexpr std::size_t event_batch = 256;
constexpr Duration longest_sleep = 1h;
// This long without a socket to be had, and none of ours in the way: it is not going to change.
constexpr Duration stuck_after = 1s;
constexpr std::size_t longest_syn = 40 + 24;  // over IPv6, with the one option that is sent
constexpr std::uint64_t no_slot = UINT64_MAX;

// The kernel does not tell how far an answer has come.
constexpr wire::Dress unknown_way{.hop_limit = 0};

struct IcmpMessage {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
};

std::size_t raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  const rlimit wanted{files.rlim_max, files.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return files.rlim_max;
  return files.rlim_cur;
}

std::size_t limit_of_this_machine() {
  const std::size_t files = raise_file_limit();
  const net::PortRange ports = local_port_range();
  const std::size_t port_count = std::size_t{ports.last.value()} - ports.first.value() + 1;
  const std::size_t limit = std::min({files > 2 * spare_files ? files - spare_files : files / 2,
                                      port_count - port_count / 4,  // the rest is for other programs
                                      connect_limit});
  return std::max<std::size_t>(limit, 1);
}

bool is_out_of_room(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EAGAIN:
    case EADDRNOTAVAIL:  // all source ports towards this target are taken
      return true;
    default:
      return false;
  }
}

// How often the kernel has repeated a SYN that nobody has answered.
int repetitions_of(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_retransmits : 0;
}

// What became of a connection cannot be known: silence would be a guess.
std::unexpected<Error> not_told(const char* call) {
  const int error = errno;
  return fail({Errc::io,
               said("the kernel does not tell what became of a connection ({0}: {1})", call, error_text(error)),
               error_name(error)});
}

enum class Peer : std::uint8_t { itself, another };

// Where nobody listens on a port of this machine, and the kernel picks that very port as the source,
// the SYN meets itself: a simultaneous open (RFC 9293 §3.5) with nobody behind it.
Result<Peer> peer_of(int socket) {
  sockaddr_storage here{};
  sockaddr_storage there{};
  socklen_t here_size = sizeof here;
  socklen_t there_size = sizeof there;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0) return not_told("getsockname");
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0) {
    if (errno == ENOTCONN) return Peer::another;  // it was connected, and has been reset since
    return not_told("getpeername");
  }
  return here_size == there_size && std::memcmp(&here, &there, here_size) == 0 ? Peer::itself : Peer::another;
}

struct QueuedError {
  IcmpMessage message;
  std::optional<net::IpAddress> from;
};

// The ICMP error that ended (or, sent by this machine itself, should have ended) a connect: without
// it, a firewall's port-unreachable could not be told from a RST, nor one kind of error from another.
std::optional<QueuedError> queued_error(int socket) {
  std::array<std::uint8_t, 256> payload{};
  alignas(cmsghdr) std::array<std::uint8_t, 512> control{};
  iovec part{payload.data(), payload.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    const bool is_error = (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR) ||
                          (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_RECVERR);
    if (!is_error) continue;
    const auto* error = reinterpret_cast<const sock_extended_err*>(CMSG_DATA(item));
    if (error->ee_origin != SO_EE_ORIGIN_ICMP && error->ee_origin != SO_EE_ORIGIN_ICMP6) continue;
    return QueuedError{{error->ee_type, error->ee_code}, address_of(SO_EE_OFFENDER(error))};
  }
  return std::nullopt;
}

}  // namespace

// The SYN that the kernel sends for us, as far as its answer has to do with it.
struct ConnectLink::Syn {
  net::IpAddress target;  // with its zone
  net::IpAddress source;
  net::Port port;
  net::Port source_port;  // the attempt's tag: the kernel's own is known to nobody
  std::uint32_t sequence = 0;
  std::uint32_t interface = 0;
  bool local = false;  // to an address of this machine

  Syn() = default;
  explicit Syn(const probe::Attempt& attempt)
      : target{attempt.target},
        source{attempt.path.source},
        port{attempt.port},
        source_port{attempt.tag},
        sequence{attempt.cookie},
        interface{attempt.path.interface},
        local{attempt.path.kind == net::Path::Kind::local} {
    if (target.is_v4() || !target.is_link_local()) return;
    const std::uint32_t zone = attempt.path.next_hop.zone();
    target = target.with_zone(zone != 0 ? zone : interface);
  }

  [[nodiscard]] Key key() const { return {target, port}; }
};

struct ConnectLink::Pending {
  Syn syn;
  FileDescriptor socket;  // closed: it has ended, or the slot is free
  std::uint32_t generation = 0;
  int asked = 1;     // questions that it stands for
  int repeated = 0;  // by the kernel, once it has ended
  Instant started;
  Instant end;
};

struct ConnectLink::Reply {
  std::array<std::uint8_t, 40 + 8 + longest_syn> bytes{};
  std::size_t size = 0;
  net::EtherType type = net::EtherType::ipv4;
  std::uint32_t interface = 0;
  Instant at;

  Reply(std::uint32_t interface_index, Instant when) : interface{interface_index}, at{when} {}

  void write_segment(const Syn& syn, std::uint8_t flags) {
    size = wire::build_tcp({.source = syn.target,
                            .destination = syn.source,
                            .source_port = syn.port,
                            .destination_port = syn.source_port,
                            .sequence = 0,
                            .acknowledgement = syn.sequence + 1,
                            .flags = flags,
                            .dress = unknown_way},
                           bytes);
    type = syn.target.is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6;
  }

  void write_error(const Syn& syn, const net::IpAddress& from, IcmpMessage message) {
    type = syn.target.is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6;
    std::array<std::uint8_t, longest_syn> asked{};
    const std::size_t length = wire::build_tcp({.source = syn.source,
                                                .destination = syn.target,
                                                .source_port = syn.source_port,
                                                .destination_port = syn.port,
                                                .sequence = syn.sequence},
                                               asked);
    size = wire::build_icmp_error({.source = from,
                                   .destination = syn.source,
                                   .type = message.type,
                                   .code = message.code,
                                   .quoted = std::span{asked}.first(length),
                                   .hop_limit = unknown_way.hop_limit},
                                  bytes);
  }
};

std::size_t ConnectLink::KeyHash::operator()(const Key& key) const noexcept {
  return std::hash<net::IpAddress>{}(key.target) ^ (std::size_t{key.port.value()} * 0x9e3779b97f4a7c15U);
}

ConnectLink::ConnectLink(const ConnectOptions& options, FileDescriptor events, std::size_t limit)
    : options_{options}, events_{std::move(events)}, limit_{limit} {}
ConnectLink::~ConnectLink() = default;

Result<std::unique_ptr<ConnectLink>> ConnectLink::open(const ConnectOptions& options) {
  const std::size_t limit = limit_of_this_machine();
  FileDescriptor events{::epoll_create1(EPOLL_CLOEXEC)};
  if (!events.is_open()) {
    return fail({Errc::io, said("cannot wait for connections: {}", error_text(errno)), error_name(errno)});
  }
  if (options.wake >= 0) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = no_slot;
    if (::epoll_ctl(events.get(), EPOLL_CTL_ADD, options.wake, &event) != 0) {
      // ENOSPC: fs.epoll.max_user_watches.
      return fail({errno == ENOSPC ? Errc::limit : Errc::io, said("cannot wait for signals: {}", error_text(errno)),
                   error_name(errno)});
    }
  }
  return std::unique_ptr<ConnectLink>{new ConnectLink{options, std::move(events), limit}};
}

Result<std::size_t> ConnectLink::send(std::span<const engine::Shot> shots) {
  const Instant now = clock_.now();
  expire(now);
  refused_shots_.clear();
  for (std::size_t i = 0; i < shots.size(); ++i) {
    if (!shots[i].probe->connects) {  // nothing that connect() could ask
      refuse(shots[i].attempt.target, EOPNOTSUPP);
      refused_shots_.push_back(i);
      continue;
    }
    const Syn syn{shots[i].attempt};
    if (const auto earlier = by_key_.find(syn.key()); earlier != by_key_.end()) {
      if (stands_for_another(pending_[earlier->second])) continue;
      release(earlier->second);
    }
    if (is_full() && !make_room(now)) return i;
    const auto taken = start(syn, now);
    if (!taken) return fail(taken.error());
    if (*taken == Taken::no_room) return i;
    if (*taken == Taken::refused) refused_shots_.push_back(i);
  }
  return shots.size();
}

bool ConnectLink::stands_for_another(Pending& pending) {
  const int repeated = pending.socket.is_open() ? repetitions_of(pending.socket.get()) : pending.repeated;
  if (repeated < pending.asked) return false;
  ++pending.asked;
  return true;
}

// As long as the kernel repeats nothing that nobody asked for.
Duration ConnectLink::wait_of(const Syn& syn) const {
  const int attempt = (syn.source_port.value() - options_.tag_base) % engine::tags_an_engine;
  const int repetitions = std::clamp(options_.max_retries - attempt, 0, options_.repetitions);
  return std::min(options_.longest_wait, repetitions * Duration{1s} + options_.repeats_after);
}

Result<ConnectLink::Taken> ConnectLink::start(const Syn& syn, Instant now) {
  const bool v4 = syn.target.is_v4();
  FileDescriptor socket{::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) {
    return is_out_of_room(errno) ? note_full(syn, errno, now) : refuse(syn.target, errno);  // a kernel without IPv6
  }
  const int on = 1;
  const int level = v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  (void)::setsockopt(socket.get(), level, v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
  // A socket that is bound to a device does not reach this machine itself.
  const bool bound = !options_.interface.empty() && !syn.local;
  if (bound && ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, options_.interface.data(),
                            static_cast<socklen_t>(options_.interface.size())) != 0) {
    return refuse(syn.target, errno);
  }
  // Watched before anything is sent: where that fails (fs.epoll.max_user_watches), nobody was asked in vain.
  const std::uint32_t slot = take_slot();
  if (const int unwatched = watch(socket.get(), slot); unwatched != 0) {
    free_.push_back(slot);
    return note_full(syn, unwatched, now);
  }
  const SocketAddress address = socket_address(syn.target, syn.port);
  const int status = ::connect(socket.get(), address.get(), address.size);
  const int error = status == 0 ? 0 : errno;
  if (error == EINPROGRESS || error == EINTR) {
    full_since_.reset();
    add_pending(slot, syn, std::move(socket), now);
    return Taken::yes;
  }
  free_.push_back(slot);
  if (is_out_of_room(error)) return note_full(syn, error, now);
  full_since_.reset();
  const auto settled = settle(syn, socket.get(), error, now);
  if (!settled) return fail(settled.error());
  return *settled ? Taken::yes : Taken::refused;
}

// Full is no verdict: the frame stays with the engine. Unless nothing of ours is in the way and nothing
// changes: then waiting for room would be waiting for ever.
ConnectLink::Taken ConnectLink::note_full(const Syn& syn, int error, Instant now) {
  if (!full_since_ || by_key_.size() > ended_) full_since_ = now;
  if (now - *full_since_ < stuck_after) return Taken::no_room;
  return refuse(syn.target, error);
}

ConnectLink::Taken ConnectLink::refuse(const net::IpAddress& target, int error) {
  refusals_.add(target.without_zone(), error_name(error));
  return Taken::refused;
}

std::uint32_t ConnectLink::take_slot() {
  if (free_.empty()) {
    pending_.emplace_back();
    return static_cast<std::uint32_t>(pending_.size() - 1);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

// An errno, or 0.
int ConnectLink::watch(int socket, std::uint32_t slot) {
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.u64 = std::uint64_t{pending_[slot].generation} << 32U | slot;
  return ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno;
}

void ConnectLink::add_pending(std::uint32_t slot, const Syn& syn, FileDescriptor socket, Instant now) {
  Pending& pending = pending_[slot];
  pending.syn = syn;
  pending.socket = std::move(socket);
  pending.asked = 1;
  pending.started = now;
  pending.end = now + wait_of(syn);
  by_key_.emplace(syn.key(), slot);
  ends_.emplace(pending.end, slot);
  started_.push_back({slot, pending.generation, now});
}

void ConnectLink::release(std::uint32_t slot) {
  Pending& pending = pending_[slot];
  by_key_.erase(pending.syn.key());
  ends_.erase({pending.end, slot});
  if (!pending.socket.is_open()) --ended_;
  pending.socket.reset(-1);  // leaves the epoll set by that
  ++pending.generation;
  free_.push_back(slot);
}

bool ConnectLink::make_room(Instant now) {
  while (!started_.empty()) {
    const Started oldest = started_.front();
    const bool is_live = pending_[oldest.slot].generation == oldest.generation;
    if (is_live && now - oldest.at < options_.patience) return false;
    started_.pop_front();
    if (!is_live) continue;
    release(oldest.slot);
    return true;
  }
  return true;
}

// Its repetitions are remembered for as long as its question may be asked again.
void ConnectLink::end(std::uint32_t slot) {
  Pending& pending = pending_[slot];
  const int repeated = pending.socket.is_open() ? repetitions_of(pending.socket.get()) : 0;
  if (repeated < pending.asked) return release(slot);
  ends_.erase({pending.end, slot});
  pending.repeated = repeated;
  pending.end = std::max(pending.end, pending.started + options_.longest_wait) + 1s;
  pending.socket.reset(-1);
  ++pending.generation;
  ends_.emplace(pending.end, slot);
  ++ended_;
}

void ConnectLink::expire(Instant now) {
  while (!ends_.empty() && ends_.begin()->first <= now) end(ends_.begin()->second);
  const auto is_over = [this](const Started& started) {
    return pending_[started.slot].generation != started.generation;
  };
  while (!started_.empty() && is_over(started_.front())) started_.pop_front();
  // One that waits at the front must not let those behind it that are long over pile up.
  if (started_.size() > 2 * limit_) std::erase_if(started_, is_over);
}

Result<bool> ConnectLink::settle(const Syn& syn, int socket, int error, Instant now) {
  Reply reply{syn.interface, now};
  if (error == ECONNRESET || error == EPIPE) {
    // A RST that answers the SYN is ECONNREFUSED; these two mean one that came after the handshake
    // (net/ipv4/tcp_input.c, tcp_reset).
    reply.write_segment(syn, wire::syn | wire::ack);
  } else if (error == ECONNREFUSED) {
    reply.write_segment(syn, wire::rst | wire::ack);
  } else if (error == 0) {
    const auto peer = peer_of(socket);
    if (!peer) return fail(peer.error());
    reply.write_segment(syn, *peer == Peer::itself ? wire::rst | wire::ack : wire::syn | wire::ack);
    const linger reset{1, 0};
    (void)::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  } else {
    // All that comes from the network is in the error queue, and so is what the kernel tells of a neighbour
    // that does not answer (net/ipv4/tcp_ipv4.c, tcp_v4_err, queues it for every connect). What is left was
    // found on this machine alone, such as a route that is gone since the scan began.
    if (error == ETIMEDOUT) return true;
    refuse(syn.target, error);
    return false;
  }
  ready_.push_back(reply);
  return true;
}

Result<std::span<const engine::Received>> ConnectLink::receive(Instant deadline) {
  if (const auto done = collect(); !done) return fail(done.error());
  if (ready_.empty()) {
    if (const auto waited = wait(std::min(deadline, next_end())); !waited) return fail(waited.error());
    if (const auto done = collect(); !done) return fail(done.error());
  }
  expire(clock_.now());
  std::swap(handed_, ready_);
  ready_.clear();
  batch_.clear();
  for (const Reply& reply : handed_) {
    batch_.push_back({.at = reply.at,
                      .type = reply.type,
                      .interface = reply.interface,
                      .from = std::nullopt,
                      .bytes = std::span{reply.bytes}.first(reply.size),
                      .deduced = true});
  }
  return batch_;
}

Result<void> ConnectLink::wait(Instant deadline) {
  const Instant now = clock_.now();
  if (now >= deadline) return {};
  const Duration sleep = std::min(deadline - now, longest_sleep);
  const timespec timeout{std::chrono::duration_cast<std::chrono::seconds>(sleep).count(), (sleep % 1s).count()};
  pollfd watched{events_.get(), POLLIN, 0};  // an epoll set is readable when something in it is
  if (::ppoll(&watched, 1, &timeout, nullptr) < 0 && errno != EINTR) {
    return fail(Errc::io, said("cannot wait for connections: {}", error_text(errno)));
  }
  return {};
}

Result<void> ConnectLink::collect() {
  std::array<epoll_event, event_batch> events{};
  const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
  if (count < 0 && errno != EINTR) return not_told("epoll_wait");
  const Instant now = clock_.now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const auto slot = static_cast<std::uint32_t>(event.data.u64);
    if (event.data.u64 == no_slot || pending_[slot].generation != event.data.u64 >> 32U) continue;
    if (const auto done = look_at(pending_[slot], (event.events & (EPOLLERR | EPOLLHUP)) != 0, now); !done) return done;
    release(slot);
  }
  return {};
}

Result<void> ConnectLink::look_at(const Pending& pending, bool has_failed, Instant now) {
  const int socket = pending.socket.get();
  int error = 0;
  if (has_failed) {
    if (const auto icmp = queued_error(socket)) {
      Reply reply{pending.syn.interface, now};
      reply.write_error(pending.syn, icmp->from.value_or(pending.syn.source), icmp->message);
      ready_.push_back(reply);
      return {};
    }
    socklen_t size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return not_told("getsockopt");
    if (error == 0) return {};  // it ended, and nobody says how
  }
  const auto settled = settle(pending.syn, socket, error, now);  // refused or not, it was sent before
  return settled ? Result<void>{} : fail(settled.error());
}

}  // namespace portolan::os
