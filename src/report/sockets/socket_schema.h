// The JSON Schema of one line of a socket list, made from the table of columns.
#pragma once

#include <string>

namespace portolan::report {

std::string socket_json_schema();

}  // namespace portolan::report
