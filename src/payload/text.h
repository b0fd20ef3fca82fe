// Questions and answers that are text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "payload/payload.h"

namespace portolan::payload {

std::size_t write_text(std::string_view text, Buffer out);
std::string_view as_text(Bytes bytes);

// The cookie as eight hexadecimal digits: how it stands where only letters may.
std::string hex_text(std::uint32_t cookie);
// What an answer of the protocol is: genuine where the cookie stands in it.
Match match_hex_text(std::uint32_t cookie, std::string_view answer);

// Nothing but printable ASCII and white space, and something of it to be seen.
bool is_readable(Bytes bytes);

// The old services (RFC 864 to 867) answer any datagram, whatever stands in it, with text.
std::size_t build_any_datagram(std::uint32_t, Buffer out);
Match match_readable(std::uint32_t, Bytes answer);

}  // namespace portolan::payload
