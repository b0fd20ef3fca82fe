// A socket list as CSV (RFC 4180). Gaps are the caller's to tell: a table of values has no place for sentences.
#pragma once

#include <memory>

#include "report/sockets/socket_list.h"

namespace portolan::report {

std::unique_ptr<SocketSink> make_socket_csv(Output& output, sockets::RowNames& names, const SocketListOptions& options);

}  // namespace portolan::report
