// IKE: a first message that offers one common proposal. Whoever does not like it says so, which is an answer as well.
#pragma once

#include <cstdint>

#include "payload/payload.h"

namespace portolan::payload {

// The initiator's SPI is of the cookie. Version 1 (RFC 2409 §5.4) offers a main mode, version 2 (RFC 7296 §1.2) an
// IKE_SA_INIT.
std::size_t build_ikev1(std::uint32_t cookie, Buffer out);
Match match_ikev1(std::uint32_t cookie, Bytes answer);
std::size_t answer_ikev1(Bytes question, Buffer out);

std::size_t build_ikev2(std::uint32_t cookie, Buffer out);
Match match_ikev2(std::uint32_t cookie, Bytes answer);
std::size_t answer_ikev2(Bytes question, Buffer out);

// At port 4500 four zeros come first, which tell IKE from ESP (RFC 3948 §2.2).
inline constexpr std::size_t non_esp_marker = 4;
Bytes after_marker(Bytes bytes);   // empty where there is no marker
Buffer behind_marker(Buffer out);  // writes it

}  // namespace portolan::payload
