// How many sockets of a protocol a network namespace has: /proc/net/protocols. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portolan::sockets {

// `name` is the kernel's ("TCPv6"). nullopt where the text does not have it.
std::optional<std::uint64_t> counted(std::string_view text, std::string_view name);

}  // namespace portolan::sockets
