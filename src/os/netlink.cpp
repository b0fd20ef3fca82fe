#include "os/netlink.h"

#include <fmt/core.h>
#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/system_error.h"

namespace portolan::os {
namespace {

// The kernel fills dump datagrams up to the size of the reader's buffer, 32 KiB at most
// (net/netlink/af_netlink.c, netlink_dump). Answers to single questions are far smaller.
constexpr std::size_t datagram_size = 32'768;
constexpr unsigned batch_limit = 32;
constexpr std::size_t answer_size = datagram_size / batch_limit;
constexpr int receive_buffer = 2 * 1024 * 1024;
constexpr int dump_tries = 8;
constexpr int dump_patience_ms = 5'000;

// NLMSG_ALIGN, without its signed arithmetic.
constexpr std::size_t align(std::size_t size) { return (size + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO; }

std::unexpected<Error> failure(const char* what, int error) {
  return fail(Errc::io, fmt::format("cannot {} the kernel's routing tables: {}", what, error_text(error)));
}

// The attributes of a message whose body begins with a `Body`, by number.
template <class Body>
class Attributes {
 public:
  explicit Attributes(MessageBytes message) {
    const nlmsghdr* header = &header_of(message);
    if (mnl_nlmsg_get_payload_len(header) < sizeof(Body)) return;
    body = static_cast<const Body*>(mnl_nlmsg_get_payload(header));
    mnl_attr_parse(header, sizeof(Body), &Attributes::note, &table_);
  }
  [[nodiscard]] const nlattr* find(std::size_t number) const {
    return number < table_.size() ? table_[number] : nullptr;
  }
  [[nodiscard]] MessageBytes bytes(std::size_t number) const {
    const nlattr* attribute = find(number);
    if (attribute == nullptr) return {};
    return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
  }
  [[nodiscard]] std::optional<std::uint32_t> u32(std::size_t number) const {
    const MessageBytes raw = bytes(number);
    if (raw.size() < sizeof(std::uint32_t)) return std::nullopt;
    std::uint32_t value = 0;
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }

  const Body* body = nullptr;  // nullptr: the message is too short

 private:
  using Table = std::array<const nlattr*, 64>;
  static int note(const nlattr* attribute, void* data) {
    auto& table = *static_cast<Table*>(data);
    const std::uint16_t number = mnl_attr_get_type(attribute);
    if (number < table.size()) table[number] = attribute;
    return MNL_CB_OK;
  }
  Table table_{};
};

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

std::optional<std::uint32_t> metric_of(const nlattr* metrics, std::uint16_t wanted) {
  std::optional<std::uint32_t> value;
  if (metrics == nullptr) return value;
  const auto* end = static_cast<const std::uint8_t*>(mnl_attr_get_payload(metrics)) + mnl_attr_get_payload_len(metrics);
  const auto* attribute = static_cast<const nlattr*>(mnl_attr_get_payload(metrics));
  while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const std::uint8_t*>(attribute)))) {
    if (mnl_attr_get_type(attribute) == wanted && mnl_attr_get_payload_len(attribute) >= sizeof(std::uint32_t)) {
      value = mnl_attr_get_u32(attribute);
    }
    attribute = mnl_attr_next(attribute);
  }
  return value;
}

bool is_type(MessageBytes message, std::uint16_t type) {
  return message.size() >= sizeof(nlmsghdr) && header_of(message).nlmsg_type == type;
}

}  // namespace

const nlmsghdr& header_of(MessageBytes message) { return *reinterpret_cast<const nlmsghdr*>(message.data()); }

std::vector<MessageBytes> split_messages(std::span<const std::uint8_t> datagram) {
  std::vector<MessageBytes> messages;
  while (datagram.size() >= sizeof(nlmsghdr)) {
    const std::size_t size = header_of(datagram).nlmsg_len;
    if (size < sizeof(nlmsghdr) || size > datagram.size()) break;
    messages.push_back(datagram.first(size));
    datagram = datagram.subspan(std::min(align(size), datagram.size()));
  }
  return messages;
}

std::optional<Interface> parse_link(MessageBytes message) {
  if (!is_type(message, RTM_NEWLINK)) return std::nullopt;
  const Attributes<ifinfomsg> link{message};
  if (link.body == nullptr) return std::nullopt;
  Interface interface;
  interface.index = static_cast<std::uint32_t>(link.body->ifi_index);
  interface.type = link.body->ifi_type;
  interface.flags = link.body->ifi_flags;
  const MessageBytes name = link.bytes(IFLA_IFNAME);
  interface.name.assign(name.begin(), std::find(name.begin(), name.end(), 0));
  interface.mac = mac_of(link.bytes(IFLA_ADDRESS));
  interface.mtu = link.u32(IFLA_MTU).value_or(interface.mtu);
  return interface;
}

std::optional<Neighbour> parse_neighbour(MessageBytes message) {
  if (!is_type(message, RTM_NEWNEIGH)) return std::nullopt;
  const Attributes<ndmsg> entry{message};
  if (entry.body == nullptr) return std::nullopt;
  const auto address = address_of(entry.bytes(NDA_DST));
  if (!address) return std::nullopt;
  return Neighbour{static_cast<std::uint32_t>(entry.body->ndm_ifindex), *address, mac_of(entry.bytes(NDA_LLADDR))};
}

std::optional<Route> parse_route(MessageBytes message) {
  if (!is_type(message, RTM_NEWROUTE)) return std::nullopt;
  const Attributes<rtmsg> entry{message};
  if (entry.body == nullptr) return std::nullopt;
  Route route;
  route.type = entry.body->rtm_type;
  route.interface = entry.u32(RTA_OIF).value_or(0);
  route.source = address_of(entry.bytes(RTA_PREFSRC));
  route.gateway = address_of(entry.bytes(RTA_GATEWAY));
  if (!route.gateway) route.gateway = via_of(entry.bytes(RTA_VIA));
  route.mtu = metric_of(entry.find(RTA_METRICS), RTAX_MTU);
  return route;
}

std::optional<int> parse_error(MessageBytes message) {
  if (!is_type(message, NLMSG_ERROR) || message.size() < sizeof(nlmsghdr) + sizeof(int)) return std::nullopt;
  int error = 0;
  std::memcpy(&error, message.data() + sizeof(nlmsghdr), sizeof error);
  return -error;
}

void append_question(std::vector<std::uint8_t>& datagram, const RouteQuestion& question) {
  alignas(nlmsghdr) std::array<std::uint8_t, 128> room{};
  nlmsghdr* header = mnl_nlmsg_put_header(room.data());
  header->nlmsg_type = RTM_GETROUTE;
  header->nlmsg_flags = NLM_F_REQUEST;
  header->nlmsg_seq = question.sequence;
  auto* body = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  const auto address = question.target.bytes();
  body->rtm_family = question.target.is_v4() ? AF_INET : AF_INET6;
  body->rtm_dst_len = static_cast<unsigned char>(address.size() * 8);
  mnl_attr_put(header, RTA_DST, address.size(), address.data());
  const std::uint32_t interface = question.interface != 0 ? question.interface : question.target.zone();
  if (interface != 0) mnl_attr_put_u32(header, RTA_OIF, interface);
  datagram.insert(datagram.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(align(header->nlmsg_len)));
}

Result<NetlinkSocket> NetlinkSocket::open() {
  FileDescriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (!socket.is_open()) return failure("reach", errno);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) != 0) {
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  return NetlinkSocket{std::move(socket)};
}

Result<void> NetlinkSocket::send(std::span<const std::uint8_t> datagram) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  for (;;) {
    const ssize_t sent = ::sendto(socket_.get(), datagram.data(), datagram.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent >= 0) return {};
    if (errno != EINTR) return failure("ask", errno);
  }
}

Result<bool> NetlinkSocket::receive(const std::function<void(MessageBytes)>& visit) {
  buffer_.resize(datagram_size);
  std::array<mmsghdr, batch_limit> headers{};
  std::array<iovec, batch_limit> parts{};
  for (std::size_t i = 0; i < batch_limit; ++i) {
    parts[i] = {buffer_.data() + i * answer_size, answer_size};
    headers[i].msg_hdr.msg_iov = &parts[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  bool whole = true;
  for (;;) {
    const int count = ::recvmmsg(socket_.get(), headers.data(), batch_limit, MSG_DONTWAIT, nullptr);
    if (count < 0 && errno == EAGAIN) return whole;
    if (count < 0 && errno == ENOBUFS) {
      whole = false;
    } else if (count < 0 && errno != EINTR) {
      return failure("read", errno);
    }
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      for (const MessageBytes message : split_messages({buffer_.data() + at * answer_size, headers[at].msg_len})) {
        visit(message);
      }
    }
  }
}

Result<std::vector<std::vector<std::uint8_t>>> NetlinkSocket::dump(std::uint16_t type) {
  std::vector<std::vector<std::uint8_t>> messages;
  for (int tries = 0; tries < dump_tries; ++tries) {
    messages.clear();
    const auto consistent = dump_once(type, messages);
    if (!consistent) return fail(consistent.error());
    if (*consistent) return messages;
  }
  return messages;  // they change all the time: the last reading is as good as any
}

Result<bool> NetlinkSocket::dump_once(std::uint16_t type, std::vector<std::vector<std::uint8_t>>& messages) {
  alignas(nlmsghdr) std::array<std::uint8_t, 64> request{};
  nlmsghdr* header = mnl_nlmsg_put_header(request.data());
  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = ++sequence_;
  // A link question begins with an ifinfomsg, which is longer than the others' bodies; all zeros asks for
  // everything in each of them.
  mnl_nlmsg_put_extra_header(header, type == RTM_GETLINK ? sizeof(ifinfomsg) : sizeof(ndmsg));
  if (const auto sent = send({request.data(), header->nlmsg_len}); !sent) return fail(sent.error());

  bool consistent = true;
  for (;;) {
    pollfd watched{socket_.get(), POLLIN, 0};
    if (::poll(&watched, 1, dump_patience_ms) == 0) return failure("read", ETIMEDOUT);
    buffer_.resize(datagram_size);
    const ssize_t size = ::recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0 && errno == ENOBUFS) {
      consistent = false;
      continue;
    }
    if (size < 0) return failure("read", errno);
    for (const MessageBytes message : split_messages({buffer_.data(), static_cast<std::size_t>(size)})) {
      if (header_of(message).nlmsg_seq != sequence_) continue;  // of a dump that was given up
      if ((header_of(message).nlmsg_flags & NLM_F_DUMP_INTR) != 0) consistent = false;
      if (header_of(message).nlmsg_type == NLMSG_DONE) return consistent;
      if (const auto error = parse_error(message)) return failure("read", *error);
      messages.emplace_back(message.begin(), message.end());
    }
  }
}

}  // namespace portolan::os
