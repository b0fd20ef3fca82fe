// The lines of /proc/net/unix (net/unix/af_unix.c, unix_seq_show). Pure.
#pragma once

#include <string_view>

#include "sockets/row.h"

namespace portolan::sockets {

// One line to a row, its reference count included; false for what is no such line. A name that the file shows with
// an @ in front becomes one of the abstract namespace, whose first byte is NUL; such a path is good until this
// thread's next call. NULs further on stay the @ that the file has for them.
bool parse_unix_line(std::string_view line, Row& row);

}  // namespace portolan::sockets
