// Zeros in front of a number of an IPv4 address: inet_aton(3), and so curl and ping, takes 010 for eight, nmap for ten.
// Pure.
#pragma once

#include <optional>
#include <string_view>

namespace portolan {

// What is wrong with an IPv4 address, a part of one or a pattern of them ("10.0.0.1-9") that has one; it stands behind
// "'text' has ". nullopt: nothing is, or it is no such text.
std::optional<std::string_view> odd_zero(std::string_view text);

}  // namespace portolan
