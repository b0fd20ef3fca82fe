// The JSON Schema of one line of a stream about sockets: sockets, services, ports, who.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json_schema.h"

namespace portolan::report {

// What gap_records' finish_stream() ends, `command` writes: between `start` and the gaps stand `records`.
struct StreamForm {
  std::string_view command;  // "portolan sockets --json"
  std::string_view schema;   // "portolan-sockets/1"
  std::string_view things;   // what `finish` counts: "sockets"
  ObjectSchema start;        // begun by stream_start_schema()
};
std::string stream_json_schema(const StreamForm& form, std::span<const std::string> records);
// As JsonStream::start() writes it.
ObjectSchema stream_start_schema(std::string_view schema);

}  // namespace portolan::report
