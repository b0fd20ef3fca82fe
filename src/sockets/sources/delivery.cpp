#include "sockets/sources/delivery.h"

#include <linux/inet_diag.h>

#include <bit>
#include <cstring>

#include "sockets/sources/diag_request.h"

namespace portolan::sockets {
namespace {

constexpr std::uint8_t family_v4 = 2;
constexpr std::uint8_t family_v6 = 10;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint32_t every_state = 0xffff'ffff;

constexpr std::uint16_t network_order(net::Port port) {
  const std::uint16_t value = port.value();
  return std::endian::native == std::endian::little ? static_cast<std::uint16_t>(value >> 8U | value << 8U) : value;
}

void set(std::uint32_t (&words)[4], const net::IpAddress& address) {  // NOLINT(*-avoid-c-arrays): the kernel's
  std::memcpy(words, address.bytes().data(), address.bytes().size());
}

}  // namespace

void append_delivery_question(std::vector<std::uint8_t>& datagram, const Arrival& arrival) {
  const bool is_udp = arrival.protocol == SocketKind::udp;
  inet_diag_req_v2 body{};
  body.sdiag_family = arrival.target.is_v4() ? family_v4 : family_v6;
  body.sdiag_protocol = is_udp ? protocol_udp : protocol_tcp;
  body.idiag_states = every_state;
  // TCP takes its own end for the source, UDP the packet's source.
  set(is_udp ? body.id.idiag_src : body.id.idiag_dst, arrival.source);
  set(is_udp ? body.id.idiag_dst : body.id.idiag_src, arrival.target);
  (is_udp ? body.id.idiag_sport : body.id.idiag_dport) = network_order(arrival.source_port);
  (is_udp ? body.id.idiag_dport : body.id.idiag_sport) = network_order(arrival.target_port);
  body.id.idiag_if = arrival.interface;
  for (auto& half : body.id.idiag_cookie) half = INET_DIAG_NOCOOKIE;
  append_struct(datagram, nlmsghdr{.nlmsg_len = sizeof(nlmsghdr) + sizeof body,
                                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                                   .nlmsg_flags = NLM_F_REQUEST,
                                   .nlmsg_seq = 0,
                                   .nlmsg_pid = 0});
  append_struct(datagram, body);
}

}  // namespace portolan::sockets
