// Users as this process's user namespace numbers them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portolan::os {

// The number that the kernel tells for every user that has none in this namespace (overflowuid, "nobody"), where no
// user has it for his own: whoever is told by it is not known. nullopt in the first user namespace, where all have one.
std::optional<std::uint32_t> number_of_unknown_users();

// The same, from /proc/self/uid_map and the overflow number. Pure.
std::optional<std::uint32_t> number_of_unknown_users(std::string_view uid_map, std::uint32_t overflow);

}  // namespace portolan::os
