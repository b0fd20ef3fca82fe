#include "os/net/route_oracle.h"

#include <linux/rtnetlink.h>

#include <cerrno>
#include <utility>

#include "os/system_error.h"

namespace portolan::os {
namespace {

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
  constexpr std::uint8_t tcp = 6;
  constexpr std::uint8_t udp = 17;
  question_.clear();
  append_question(question_, {.target = arrival.target,
                              .source = arrival.source,
                              .arrives_by = arrival.interface,
                              .protocol = arrival.protocol == sockets::SocketKind::udp ? udp : tcp,
                              .source_port = arrival.source_port.value(),
                              .target_port = arrival.target_port.value()});
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
