// What the protocols share that speak in DNS messages (RFC 1035 §4.1): DNS itself, mDNS and NetBIOS names.
#pragma once

#include <cstdint>
#include <string_view>

#include "payload/payload.h"

namespace portolan::payload {

struct DnsQuestion {
  std::string_view name;  // as it goes over the wire, without the empty label that ends it
  std::uint16_t type = 0;
  std::uint16_t kind = 1;  // the class: IN, and what else a protocol packs into it
};

// One question, no recursion wanted; the id is of the cookie.
std::size_t build_dns_message(std::uint32_t cookie, DnsQuestion question, Buffer out);
Match match_dns_message(std::uint32_t cookie, Bytes answer);
// An empty answer with these flags besides the one of a response.
std::size_t answer_dns_message(Bytes question, std::uint16_t flags, Buffer out);

}  // namespace portolan::payload
