// The keyed hash that makes an answer genuine: only who has seen the question can give it back. Pure, of fixed layout,
// so that a receiver inside the kernel can compute the same.
#pragma once

#include <cstdint>

#include "base/hash.h"
#include "net/ip_address.h"
#include "net/port.h"

namespace portolan::probe {

struct CookieFields {
  net::IpAddress source;
  net::IpAddress target;
  net::Port port;
  std::uint16_t tag = 0;
  std::uint8_t technique = 0;
  std::uint8_t variant = 0;
};

// The lower half of SipHash-2-4 over 38 bytes: source and target (16 bytes each, an IPv4 address in the first four),
// then port, tag, technique and variant, numbers in network order.
std::uint32_t cookie_of(HashKey key, const CookieFields& fields);

}  // namespace portolan::probe
