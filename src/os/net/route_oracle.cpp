#include "os/net/route_oracle.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "os/system_error.h"

namespace portolan::os {
namespace {

void append_question(std::vector<std::uint8_t>& datagram, const sockets::Arrival& arrival) {
  alignas(nlmsghdr) std::array<std::uint8_t, 256> room{};
  nlmsghdr* header = mnl_nlmsg_put_header(room.data());
  header->nlmsg_type = RTM_GETROUTE;
  header->nlmsg_flags = NLM_F_REQUEST;
  auto* body = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  const auto target = arrival.target.bytes();
  const auto source = arrival.source.bytes();
  body->rtm_family = arrival.target.is_v4() ? AF_INET : AF_INET6;
  body->rtm_dst_len = static_cast<unsigned char>(target.size() * 8);
  body->rtm_src_len = static_cast<unsigned char>(source.size() * 8);
  mnl_attr_put(header, RTA_DST, target.size(), target.data());
  mnl_attr_put(header, RTA_SRC, source.size(), source.data());
  mnl_attr_put_u32(header, RTA_IIF, arrival.interface);
  mnl_attr_put_u8(header, RTA_IP_PROTO, arrival.protocol == sockets::SocketKind::udp ? IPPROTO_UDP : IPPROTO_TCP);
  mnl_attr_put_u16(header, RTA_SPORT, htons(arrival.source_port.value()));
  mnl_attr_put_u16(header, RTA_DPORT, htons(arrival.target_port.value()));
  datagram.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(wire::netlink_align(header->nlmsg_len)));
}

WayIn way_of(const Route& route) {
  switch (route.type) {
    case RTN_LOCAL:
    case RTN_ANYCAST:
    case RTN_BROADCAST:
    case RTN_MULTICAST:
      return {.where = WayIn::Where::here, .interface = 0, .gateway = std::nullopt, .cause = {}};
    case RTN_UNICAST:
      return {.where = WayIn::Where::forwarded, .interface = route.interface, .gateway = route.gateway, .cause = {}};
    default:
      return {
          .where = WayIn::Where::nowhere, .interface = 0, .gateway = std::nullopt, .cause = error_name(EHOSTUNREACH)};
  }
}

}  // namespace

Result<RouteOracle> RouteOracle::open() {
  auto socket = NetlinkSocket::open();
  if (!socket) return fail(socket.error());
  return RouteOracle{std::move(*socket)};
}

Result<WayIn> RouteOracle::way_of(const sockets::Arrival& arrival) {
  append_question(question_, arrival);
  if (const auto sent = socket_.send(question_); !sent) return fail(sent.error());
  RouteAnswer answer = std::unexpected{EBADMSG};
  const auto received = socket_.receive([&answer](MessageBytes message) { answer = parse_route_answer(message); });
  if (!received) return fail(received.error());
  if (answer) return os::way_of(*answer);
  WayIn way{
      .where = WayIn::Where::nowhere, .interface = 0, .gateway = std::nullopt, .cause = error_name(answer.error())};
  switch (answer.error()) {
    case EINVAL:
    case EXDEV:  // the reverse path filter (net/ipv4/fib_frontend.c, fib_validate_source)
      way.where = WayIn::Where::refused;
      return way;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EACCES:
      return way;
    default:
      return fail({Errc::io, "the kernel does not tell where a packet goes: " + error_text(answer.error()),
                   error_name(answer.error())});
  }
}

}  // namespace portolan::os
