#include "os/net/link_neighbours.h"

#include <fmt/core.h>
#include <ifaddrs.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "os/file_descriptor.h"
#include "os/monotonic_clock.h"
#include "os/net/netlink.h"
#include "os/seed.h"
#include "os/sockets/socket_address.h"
#include "os/stop_signals.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using Bytes = std::span<const std::uint8_t>;

// Nobody has so many neighbours: somebody makes them up.
constexpr std::size_t most = 65'536;
// Read in one go, so that who floods us does not keep us from looking at the clock.
constexpr int at_once = 1'024;
// Asked twice, in case the first question or its answer is lost.
constexpr Duration second_question = 400ms;
constexpr std::uint8_t listener_query = 130;
constexpr std::uint8_t listener_report = 131;     // RFC 2710
constexpr std::uint8_t listener_report_v2 = 143;  // RFC 3810
// A query for all groups, to be answered within half a second (RFC 3810 §5.1).
constexpr std::array<std::uint8_t, 28> query{
    listener_query, 0, 0, 0, 500 >> 8, 500 & 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 125};
// In front of it stands a router alert, or nobody takes it for one (RFC 3810 §5, RFC 2711).
constexpr std::array<std::uint8_t, 8> router_alert{0, 0, 5, 2, 0, 0, 1, 0};

in6_addr all_nodes() { return {{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}; }
in6_addr all_listening_routers() { return {{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16}}}; }

class Inquiry {
 public:
  static Result<Inquiry> open() {
    FileDescriptor socket{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6)};
    if (!socket.is_open()) {
      const bool denied = errno == EPERM || errno == EACCES;
      return fail(denied ? Errc::privilege : Errc::io, fmt::format("a raw socket: {}", error_text(errno)));
    }
    icmp6_filter filter;
    ICMP6_FILTER_SETBLOCKALL(&filter);
    for (const int type : {ICMP6_ECHO_REPLY, int{listener_report}, int{listener_report_v2}}) {
      ICMP6_FILTER_SETPASS(type, &filter);
    }
    const int off = 0;
    if (::setsockopt(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0 ||
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off) != 0) {
      return fail(Errc::io, fmt::format("a raw socket: {}", error_text(errno)));
    }
    return Inquiry{std::move(socket)};
  }

  // Reports are sent to a group; without it they are not heard, which is all that follows.
  void listen_on(unsigned link) const {
    const ipv6_mreq group{all_listening_routers(), link};
    (void)::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group);
  }

  // A link that takes nothing has nobody on it: what is there else is found all the same.
  void ask(unsigned link) const {
    std::array<std::uint8_t, 16> echo{ICMP6_ECHO_REQUEST};
    std::memcpy(&echo[4], cookie_.data(), cookie_.size());
    send(link, echo, {});
    send(link, query, router_alert);
  }

  // 0.0.0.0 where it is no answer to us.
  [[nodiscard]] std::optional<net::IpAddress> hear() const {
    std::array<std::uint8_t, 1500> bytes{};
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const ssize_t count =
        ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return std::nullopt;
    const bool is_echo = count > 0 && bytes[0] == ICMP6_ECHO_REPLY;
    const bool is_ours = static_cast<std::size_t>(count) >= 4 + cookie_.size() &&
                         std::equal(cookie_.begin(), cookie_.end(), bytes.begin() + 4);
    if (is_echo && !is_ours) return net::IpAddress{};
    return address_of(reinterpret_cast<const sockaddr*>(&from));
  }

  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  explicit Inquiry(FileDescriptor socket) : socket_{std::move(socket)} {
    const std::uint64_t secret = draw_seed();
    std::memcpy(cookie_.data(), &secret, sizeof secret);
  }

  // With a hop limit of 1, as RFC 3810 §5 wants it; nothing of this is to leave the link.
  void send(unsigned link, Bytes message, Bytes hop_by_hop) const {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_addr = all_nodes();
    to.sin6_scope_id = link;
    iovec part{const_cast<std::uint8_t*>(message.data()), message.size()};
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof router_alert)> room{};
    msghdr header{};
    header.msg_name = &to;
    header.msg_namelen = sizeof to;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = room.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int)) + (hop_by_hop.empty() ? 0 : CMSG_SPACE(hop_by_hop.size()));
    const int hops = 1;
    cmsghdr* note = CMSG_FIRSTHDR(&header);
    put(note, IPV6_HOPLIMIT, {reinterpret_cast<const std::uint8_t*>(&hops), sizeof hops});
    if (!hop_by_hop.empty()) put(CMSG_NXTHDR(&header, note), IPV6_HOPOPTS, hop_by_hop);
    (void)::sendmsg(socket_.get(), &header, MSG_DONTWAIT);
  }

  static void put(cmsghdr* note, int type, Bytes value) {
    note->cmsg_level = IPPROTO_IPV6;
    note->cmsg_type = type;
    note->cmsg_len = CMSG_LEN(value.size());
    std::memcpy(CMSG_DATA(note), value.data(), value.size());
  }

  FileDescriptor socket_;
  std::array<std::uint8_t, 8> cookie_{};  // identifier, sequence number and four bytes of data of the echo request
};

std::set<net::IpAddress> own_addresses() {
  std::set<net::IpAddress> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> list{first, ::freeifaddrs};
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (const auto address = address_of(one->ifa_addr)) addresses.insert(*address);
  }
  return addresses;
}

// Those of whom the kernel has a link-layer address.
void add_known(std::set<net::IpAddress>& found, std::span<const unsigned> links) {
  auto socket = NetlinkSocket::open();
  if (!socket) return;  // the links themselves are asked all the same
  (void)socket->visit_dump(RTM_GETNEIGH, AF_INET6, [&](MessageBytes message) {
    const auto neighbour = parse_neighbour(message);
    if (!neighbour || !neighbour->mac || (neighbour->state & (NUD_FAILED | NUD_INCOMPLETE | NUD_NOARP)) != 0) return;
    if (std::ranges::find(links, neighbour->interface) == links.end()) return;
    const net::IpAddress& address = neighbour->address;
    found.insert(address.is_link_local() ? address.with_zone(neighbour->interface) : address);
  });
}

}  // namespace

Result<std::vector<net::IpAddress>> neighbours_on(std::span<const std::string> links, Duration patience) {
  auto inquiry = Inquiry::open();
  if (!inquiry) return fail(inquiry.error());
  std::vector<unsigned> indices;
  for (const std::string& link : links) {
    if (const unsigned index = ::if_nametoindex(link.c_str()); index != 0) indices.push_back(index);
  }
  for (const unsigned link : indices) inquiry->listen_on(link);
  std::set<net::IpAddress> found;
  const MonotonicClock clock;
  const Instant began = clock.now();
  int asked = 0;
  for (Instant now = began; now < began + patience; now = clock.now()) {
    if (asked == 0 || (asked == 1 && now >= began + second_question)) {
      ++asked;
      for (const unsigned link : indices) inquiry->ask(link);
    }
    for (int i = 0; i < at_once; ++i) {
      const auto address = inquiry->hear();
      if (!address) break;
      found.insert(*address);
    }
    if (found.size() > most) {
      return fail(Errc::limit,
                  fmt::format("more than {} addresses have answered on one link, which no link has", most));
    }
    const Instant until = asked == 1 ? std::min(began + second_question, began + patience) : began + patience;
    wait_or_stop(inquiry->descriptor(), std::max(Duration::zero(), until - clock.now()));
    if (StopSignals::signal()) break;
  }
  add_known(found, indices);
  found.erase(net::IpAddress{});
  // Who has no address of the link yet reports its groups from none (RFC 3590 §4).
  std::erase_if(found, [](const net::IpAddress& address) { return address.without_zone() == net::IpAddress::v6({}); });
  for (const net::IpAddress& own : own_addresses()) found.erase(own);
  return std::vector<net::IpAddress>{found.begin(), found.end()};
}

}  // namespace portolan::os
