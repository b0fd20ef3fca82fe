// Environment variables.
#pragma once

#include <string_view>

namespace portolan::os {

// "" where it is not set. Good until the environment changes, which only the beginning does (os/terminal/language.h).
std::string_view environment(const char* name);
// Whether it is set at all, to nothing too.
bool has_environment(const char* name);

}  // namespace portolan::os
