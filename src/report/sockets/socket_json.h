// A socket list as one JSON object a line: docs/sockets-json.md is the schema.
#pragma once

#include <memory>

#include "report/sockets/socket_list.h"

namespace portolan::report {

// Its number is raised when a reader of the previous one would be misled; new fields do not raise it.
inline constexpr std::string_view socket_schema = "portolan-sockets/1";

std::unique_ptr<SocketSink> make_socket_json(Output& output, sockets::RowNames& names,
                                             const SocketListOptions& options);

}  // namespace portolan::report
