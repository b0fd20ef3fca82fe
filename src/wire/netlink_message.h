// Netlink messages and their attributes (linux/netlink.h, include/net/netlink.h): bytes that the kernel wrote, taken
// apart without trusting them. Pure.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace portolan::wire {

using MessageBytes = std::span<const std::uint8_t>;  // one message, its nlmsghdr first

// Copies a `T` from the beginning of `bytes`; nullopt where they are too few. The kernel aligns messages, a recording
// need not.
template <class T>
std::optional<T> read_struct(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// NLMSG_ALIGN and NLA_ALIGN, without their signed arithmetic.
constexpr std::size_t netlink_align(std::size_t size) { return (size + 3U) & ~std::size_t{3}; }

// Takes the first message off `datagram`. Empty at its end, and where what is left is no whole message.
inline MessageBytes next_message(std::span<const std::uint8_t>& datagram) {
  const auto header = read_struct<nlmsghdr>(datagram);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
    datagram = {};
    return {};
  }
  const MessageBytes message = datagram.first(header->nlmsg_len);
  datagram = datagram.subspan(std::min(netlink_align(header->nlmsg_len), datagram.size()));
  return message;
}

// Calls `visit(type, payload)` for each attribute; what does not form a whole attribute at the end is left out. `type`
// comes without the flags for nesting and byte order.
template <class Visit>
void for_each_attribute(std::span<const std::uint8_t> attributes, Visit visit) {
  while (const auto header = read_struct<nlattr>(attributes)) {
    if (header->nla_len < sizeof(nlattr) || header->nla_len > attributes.size()) return;
    visit(static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK),
          attributes.subspan(sizeof(nlattr), header->nla_len - sizeof(nlattr)));
    attributes = attributes.subspan(std::min(netlink_align(header->nla_len), attributes.size()));
  }
}

// Text that ends at its first NUL or with the attribute.
inline std::string_view netlink_text(std::span<const std::uint8_t> payload) {
  const std::string_view whole{reinterpret_cast<const char*>(payload.data()), payload.size()};
  return whole.substr(0, whole.find('\0'));
}

}  // namespace portolan::wire
