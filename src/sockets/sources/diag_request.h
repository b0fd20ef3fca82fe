// The beginning of every sock_diag dump request. Private to the sources.
#pragma once

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "wire/netlink_message.h"

namespace portolan::sockets {

inline void append_bytes(std::vector<std::uint8_t>& datagram, std::span<const std::uint8_t> bytes) {
  datagram.insert(datagram.end(), bytes.begin(), bytes.end());
  datagram.resize(wire::netlink_align(datagram.size()));
}

template <class T>
void append_struct(std::vector<std::uint8_t>& datagram, const T& value) {
  append_bytes(datagram, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

inline void append_attribute(std::vector<std::uint8_t>& datagram, std::uint16_t type,
                             std::span<const std::uint8_t> payload) {
  append_struct(datagram, nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()), type});
  append_bytes(datagram, payload);
}

// Writes a message with `body`; more attributes may be appended before end_request().
template <class Body>
std::size_t begin_request(std::vector<std::uint8_t>& datagram, const Body& body,
                          std::uint16_t type = SOCK_DIAG_BY_FAMILY) {
  const std::size_t begin = datagram.size();
  append_struct(datagram, nlmsghdr{.nlmsg_len = 0,
                                   .nlmsg_type = type,
                                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                                   .nlmsg_seq = 0,
                                   .nlmsg_pid = 0});
  append_struct(datagram, body);
  return begin;
}

inline void end_request(std::vector<std::uint8_t>& datagram, std::size_t begin) {
  const auto length = static_cast<std::uint32_t>(datagram.size() - begin);
  std::memcpy(datagram.data() + begin, &length, sizeof length);
}

// The body of an answer, which has the type of its request; nullopt for another one, and for one cut short.
template <class Body>
std::optional<Body> body_of(wire::MessageBytes message) {
  const auto header = wire::read_struct<nlmsghdr>(message);
  if (!header || header->nlmsg_type < NLMSG_MIN_TYPE) return std::nullopt;
  return wire::read_struct<Body>(message.subspan(sizeof(nlmsghdr)));
}

template <class Body>
std::span<const std::uint8_t> attributes_of(wire::MessageBytes message) {
  return message.subspan(std::min(sizeof(nlmsghdr) + wire::netlink_align(sizeof(Body)), message.size()));
}

constexpr std::uint64_t cookie_of(const std::uint32_t (&halves)[2]) {  // NOLINT(*-avoid-c-arrays): the kernel's
  return std::uint64_t{halves[1]} << 32U | halves[0];
}

}  // namespace portolan::sockets
