// What stands in a DNS message (RFC 1035 §4.1), in few words. Pure; any bytes in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace portolan::explain {

// "id 4660", "question example.org A", "refused"; none where the bytes are no such message. Names are escaped for a
// terminal.
std::vector<std::string> dns_details(std::span<const std::uint8_t> message);

}  // namespace portolan::explain
