// The columns by theme, one list a file; columns() is all of them in this order. Private to the columns.
#pragma once

#include <span>

#include "sockets/columns/column.h"

namespace portolan::sockets {

std::span<const Column> socket_column_list();  // what a socket is, and between which ends
std::span<const Column> owner_column_list();
std::span<const Column> tcp_column_list();     // timers and struct tcp_info
std::span<const Column> detail_column_list();  // memory, options
std::span<const Column> unix_column_list();
std::span<const Column> watch_column_list();

}  // namespace portolan::sockets
