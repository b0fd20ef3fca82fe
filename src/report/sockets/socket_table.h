// A socket list for people: aligned columns, as wide as the first rows need. Gaps are the caller's to tell, where
// people look for them.
#pragma once

#include <memory>

#include "report/sockets/socket_list.h"

namespace portolan::report {

std::unique_ptr<SocketSink> make_socket_table(Output& output, sockets::RowNames& names,
                                              const SocketListOptions& options);

}  // namespace portolan::report
