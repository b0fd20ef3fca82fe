// What messages of ICMP and ICMPv6 are called. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portolan::report {

// "Echo request", "Host unreachable"; "" for a type that has no name here. Of unreachables only, what nmap puts into
// the sentence (the port, the protocol) is the caller's.
std::string_view icmp_words(std::uint8_t type, std::uint8_t code);
std::string_view icmpv6_words(std::uint8_t type, std::uint8_t code);

}  // namespace portolan::report
