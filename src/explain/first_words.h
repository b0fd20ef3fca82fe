// What a client says first, where it is for the client to begin. Pure.
#pragma once

#include <string_view>

namespace portolan::explain {

// The least that a server of this name (of the registry) answers; "" where it speaks first, or it is not known who
// does.
std::string_view first_words(std::string_view service);

}  // namespace portolan::explain
