#include "os/net/netlink.h"

#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/message.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using wire::next_message;

// The kernel fills dump datagrams up to the size of the reader's buffer, 32 KiB at most
// (net/netlink/af_netlink.c, netlink_dump). Answers to single questions are far smaller.
constexpr std::size_t datagram_size = 32'768;
constexpr unsigned batch_limit = 32;
constexpr std::size_t answer_size = datagram_size / batch_limit;
constexpr int receive_buffer = 2 * 1024 * 1024;
constexpr int dump_tries = 8;
constexpr int largest_errno = 4'095;  // include/linux/err.h, MAX_ERRNO
constexpr int dump_patience_ms = 5'000;
// Messages were lost for want of room, so many times in a row: more of them will be. Each time takes a storm of changes
// that fills the whole buffer between two calls.
constexpr int most_overruns = 256;

std::unexpected<Error> failure(std::string_view sentence, int error) {
  return fail({Errc::io, said_as(sentence, error_text(error)), error_name(error)});
}

// The body of a message of that type; `message` is moved on to its attributes.
template <class Body>
std::optional<Body> take_body(MessageBytes& message, std::uint16_t type) {
  if (message.size() < sizeof(nlmsghdr) || header_of(message).nlmsg_type != type) return std::nullopt;
  message = message.subspan(sizeof(nlmsghdr));
  const auto body = wire::read_struct<Body>(message);
  if (body) message = message.subspan(std::min(wire::netlink_align(sizeof(Body)), message.size()));
  return body;
}

std::optional<net::IpAddress> address_of(MessageBytes raw) {
  if (raw.size() != 4 && raw.size() != 16) return std::nullopt;
  return net::IpAddress::from_bytes(raw);
}

std::optional<net::Mac> mac_of(MessageBytes raw) {
  net::Mac mac;
  if (raw.size() != mac.bytes.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), mac.bytes.begin());
  return mac;
}

// A gateway of the other family (RFC 5549) comes as its family, then its address.
std::optional<net::IpAddress> via_of(MessageBytes raw) {
  constexpr std::size_t family_size = sizeof(std::uint16_t);
  return raw.size() > family_size ? address_of(raw.subspan(family_size)) : std::nullopt;
}

}  // namespace

std::optional<Interface> parse_link(MessageBytes message) {
  const auto body = take_body<ifinfomsg>(message, RTM_NEWLINK);
  if (!body) return std::nullopt;
  Interface interface;
  interface.index = static_cast<std::uint32_t>(body->ifi_index);
  interface.type = body->ifi_type;
  interface.flags = body->ifi_flags;
  wire::for_each_attribute(message, [&](std::uint16_t type, MessageBytes payload) {
    if (type == IFLA_IFNAME) interface.name = wire::netlink_text(payload);
    if (type == IFLA_ADDRESS) interface.mac = mac_of(payload);
  });
  return interface;
}

std::optional<Neighbour> parse_neighbour(MessageBytes message) {
  const auto body = take_body<ndmsg>(message, RTM_NEWNEIGH);
  if (!body) return std::nullopt;
  std::optional<net::IpAddress> address;
  std::optional<net::Mac> mac;
  wire::for_each_attribute(message, [&](std::uint16_t type, MessageBytes payload) {
    if (type == NDA_DST) address = address_of(payload);
    if (type == NDA_LLADDR) mac = mac_of(payload);
  });
  if (!address) return std::nullopt;
  return Neighbour{static_cast<std::uint32_t>(body->ndm_ifindex), *address, mac, body->ndm_state};
}

std::optional<std::pair<std::uint32_t, net::Prefix>> parse_network(MessageBytes message) {
  const auto body = take_body<ifaddrmsg>(message, RTM_NEWADDR);
  if (!body) return std::nullopt;
  std::optional<net::Prefix> network;
  wire::for_each_attribute(message, [&](std::uint16_t type, MessageBytes payload) {
    const auto address = type == IFA_ADDRESS ? address_of(payload) : std::nullopt;
    if (address && body->ifa_prefixlen <= payload.size() * 8) {
      network = net::Prefix::around(*address, body->ifa_prefixlen);
    }
  });
  if (!network) return std::nullopt;
  return std::pair{body->ifa_index, *network};
}

std::optional<Route> parse_route(MessageBytes message) {
  const auto body = take_body<rtmsg>(message, RTM_NEWROUTE);
  if (!body) return std::nullopt;
  Route route;
  route.type = body->rtm_type;
  std::optional<net::IpAddress> via;
  bool has_way = false;
  bool has_next_hops = false;  // elsewhere: nested, or as an object of their own
  wire::for_each_attribute(message, [&](std::uint16_t type, MessageBytes payload) {
    if (type == RTA_OIF) route.interface = wire::read_struct<std::uint32_t>(payload).value_or(0);
    has_way |= type == RTA_OIF || type == RTA_GATEWAY || type == RTA_VIA;
    has_next_hops |= type == RTA_MULTIPATH || type == RTA_NH_ID;
    if (type == RTA_PREFSRC) route.source = address_of(payload);
    if (type == RTA_GATEWAY) route.gateway = address_of(payload);
    if (type == RTA_ENCAP_TYPE || type == RTA_NEWDST) route.encapsulated = true;
    if (type == RTA_VIA) via = via_of(payload);
  });
  if (!route.gateway) route.gateway = via;
  route.many_ways = has_next_hops && !has_way;
  return route;
}

RouteAnswer parse_route_answer(MessageBytes message) {
  if (const auto error = parse_error(message)) return std::unexpected{*error};
  const auto route = parse_route(message);
  if (!route) return std::unexpected{EBADMSG};
  return *route;
}

std::optional<int> parse_error(MessageBytes message) {
  if (header_of(message).nlmsg_type != NLMSG_ERROR) return std::nullopt;
  const auto error = wire::read_struct<int>(message.subspan(sizeof(nlmsghdr)));
  if (!error) return std::nullopt;
  return *error > 0 || *error < -largest_errno ? EBADMSG : -*error;
}

void append_question(std::vector<std::uint8_t>& datagram, const RouteQuestion& question) {
  alignas(nlmsghdr) std::array<std::uint8_t, 160> room{};
  nlmsghdr* header = mnl_nlmsg_put_header(room.data());
  header->nlmsg_type = RTM_GETROUTE;
  header->nlmsg_flags = NLM_F_REQUEST;
  header->nlmsg_seq = question.sequence;
  auto* body = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  const auto address = question.target.bytes();
  body->rtm_family = question.target.is_v4() ? AF_INET : AF_INET6;
  body->rtm_dst_len = static_cast<unsigned char>(address.size() * 8);
  if (question.matched) body->rtm_flags = RTM_F_FIB_MATCH;
  mnl_attr_put(header, RTA_DST, address.size(), address.data());
  mnl_attr_put_u8(header, RTA_IP_PROTO, question.protocol);  // as connect() asks; there are rules that go by it
  if (question.source_port != 0) mnl_attr_put_u16(header, RTA_SPORT, htons(question.source_port));
  if (question.target_port != 0) mnl_attr_put_u16(header, RTA_DPORT, htons(question.target_port));
  if (question.arrives_by != 0) mnl_attr_put_u32(header, RTA_IIF, question.arrives_by);
  if (question.source) {
    const auto source = question.source->bytes();
    body->rtm_src_len = static_cast<unsigned char>(source.size() * 8);
    mnl_attr_put(header, RTA_SRC, source.size(), source.data());
  }
  const std::uint32_t interface = question.interface != 0 ? question.interface : question.target.zone();
  if (interface != 0) mnl_attr_put_u32(header, RTA_OIF, interface);
  datagram.insert(datagram.end(), room.begin(),
                  room.begin() + static_cast<std::ptrdiff_t>(wire::netlink_align(header->nlmsg_len)));
}

Result<NetlinkSocket> NetlinkSocket::open(int protocol) {
  FileDescriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)};
  if (!socket.is_open()) return failure(message("cannot reach the kernel's routing tables: {}"), errno);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) != 0) {
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  return NetlinkSocket{std::move(socket)};
}

Result<NetlinkSocket> NetlinkSocket::listen(std::span<const int> groups) {
  auto socket = open();
  if (!socket) return socket;
  // A socket without an address of its own shares the kernel's and is told of nothing.
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  if (::bind(socket->socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    return failure(message("cannot listen to the kernel's routing tables: {}"), errno);
  }
  for (const int group : groups) {
    if (::setsockopt(socket->socket_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
      return failure(message("cannot listen to the kernel's routing tables: {}"), errno);
    }
  }
  return socket;
}

Result<void> NetlinkSocket::send(std::span<const std::uint8_t> datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = ::sendto(socket_.get(), datagram.data(), datagram.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return {};
    if (errno != EINTR) return failure(message("cannot ask the kernel's routing tables: {}"), errno);
  }
}

Result<bool> NetlinkSocket::receive(const Visit& visit) {
  buffer_.resize(datagram_size);
  std::array<mmsghdr, batch_limit> headers{};
  std::array<iovec, batch_limit> parts{};
  for (std::size_t i = 0; i < batch_limit; ++i) {
    parts[i] = {buffer_.data() + i * answer_size, answer_size};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  int overruns = 0;
  for (;;) {
    const int count = ::recvmmsg(socket_.get(), headers.data(), batch_limit, MSG_DONTWAIT, nullptr);
    if (count < 0 && errno == EAGAIN) return overruns == 0;
    if (count < 0 && errno == ENOBUFS && overruns < most_overruns) {
      ++overruns;
    } else if (count < 0 && errno != EINTR) {
      return failure(portolan::message("cannot read the kernel's routing tables: {}"), errno);
    }
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      std::span<const std::uint8_t> datagram{buffer_.data() + at * answer_size, headers[at].msg_len};
      for (auto message = next_message(datagram); !message.empty(); message = next_message(datagram)) visit(message);
    }
  }
}

Result<bool> NetlinkSocket::drain() {
  bool any = false;
  int overruns = 0;
  for (;;) {
    std::uint8_t beginning = 0;
    const ssize_t size = ::recv(socket_.get(), &beginning, sizeof beginning, MSG_DONTWAIT);
    const int error = size < 0 ? errno : 0;
    if (error == EAGAIN) return any;
    const bool overrun = error == ENOBUFS && overruns++ < most_overruns;
    if (error != 0 && error != EINTR && !overrun)
      return failure(portolan::message("cannot read the kernel's routing tables: {}"), error);
    any = any || error != EINTR;
  }
}

namespace {
// Every body of rtnetlink begins with the family, and zeros behind it ask for everything. A link question's is an
// ifinfomsg, which is longer than the others'.
std::span<const std::uint8_t> body_for(std::uint16_t type, std::uint8_t family, std::span<std::uint8_t> room) {
  room[0] = family;
  return room.first(type == RTM_GETLINK ? sizeof(ifinfomsg) : sizeof(ndmsg));
}
}  // namespace

Result<std::vector<std::vector<std::uint8_t>>> NetlinkSocket::dump(std::uint16_t type) {
  std::array<std::uint8_t, sizeof(ifinfomsg)> room{};
  std::vector<std::vector<std::uint8_t>> messages;
  for (int tries = 0; tries < dump_tries; ++tries) {
    messages.clear();
    const auto consistent = dump_once(type, body_for(type, AF_UNSPEC, room), [&](MessageBytes message) {
      messages.emplace_back(message.begin(), message.end());
    });
    if (!consistent) return fail(consistent.error());
    if (*consistent) return messages;
  }
  return messages;  // they change all the time: the last reading is as good as any
}

Result<void> NetlinkSocket::visit_dump(std::uint16_t type, std::uint8_t family, const Visit& visit) {
  std::array<std::uint8_t, sizeof(ifinfomsg)> room{};
  return visit_dump(type, body_for(type, family, room), visit);
}

Result<void> NetlinkSocket::visit_dump(std::uint16_t type, std::span<const std::uint8_t> body, const Visit& visit) {
  for (int tries = 0; tries < dump_tries; ++tries) {
    const auto consistent = dump_once(type, body, visit);
    if (!consistent) return fail(consistent.error());
    if (*consistent) return {};
  }
  return {};
}

Result<bool> NetlinkSocket::dump_once(std::uint16_t type, std::span<const std::uint8_t> body, const Visit& visit) {
  alignas(nlmsghdr) std::array<std::uint8_t, sizeof(nlmsghdr) + 128> request{};
  nlmsghdr* header = mnl_nlmsg_put_header(request.data());
  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = ++sequence_;
  std::ranges::copy(body, static_cast<std::uint8_t*>(mnl_nlmsg_put_extra_header(header, body.size())));
  if (const auto sent = send({request.data(), header->nlmsg_len}); !sent) return fail(sent.error());

  bool consistent = true;
  int overruns = 0;
  for (;;) {
    pollfd watched{socket_.get(), POLLIN, 0};
    if (::poll(&watched, 1, dump_patience_ms) == 0)
      return failure(portolan::message("cannot read the kernel's routing tables: {}"), ETIMEDOUT);
    buffer_.resize(datagram_size);
    const ssize_t size = ::recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0 && errno == ENOBUFS && overruns++ < most_overruns) {
      consistent = false;
      continue;
    }
    if (size < 0) return failure(portolan::message("cannot read the kernel's routing tables: {}"), errno);
    std::span<const std::uint8_t> datagram{buffer_.data(), static_cast<std::size_t>(size)};
    for (auto message = next_message(datagram); !message.empty(); message = next_message(datagram)) {
      const nlmsghdr answer = header_of(message);
      if (answer.nlmsg_seq != sequence_) continue;  // of a dump that was given up
      if ((answer.nlmsg_flags & NLM_F_DUMP_INTR) != 0) consistent = false;
      if (answer.nlmsg_type == NLMSG_DONE) return consistent;
      if (const auto error = parse_error(message)) {
        if (*error == EOPNOTSUPP) return consistent;  // this kernel was built without: there are none
        return failure(portolan::message("cannot read the kernel's routing tables: {}"), *error);
      }
      visit(message);
    }
  }
}

}  // namespace portolan::os
