// The lines of /proc/net/unix (net/unix/af_unix.c, unix_seq_show). Pure.
#pragma once

#include <span>

#include "sockets/row.h"

namespace portolan::sockets {

// One line to a row, its reference count included; false for what is no such line. The row's path is a part of the
// line. Where it begins with the @ that the file has for the NUL of the abstract namespace, the NUL is put back into
// the line. NULs further on stay the @ that the file has for them.
bool parse_unix_line(std::span<char> line, Row& row);

}  // namespace portolan::sockets
