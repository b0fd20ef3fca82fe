// What the other end of a descriptor can show.
#pragma once

#include <cstddef>

namespace portolan::os {

bool is_terminal(int descriptor);

// Columns: what the terminal says, else COLUMNS, else 80.
std::size_t terminal_width(int descriptor);

// Colour is for terminals that know it, unless the user has set NO_COLOR (no-color.org) to anything.
bool wants_colour(int descriptor);

}  // namespace portolan::os
