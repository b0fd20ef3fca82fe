// A record with its name, in a stream.
#pragma once

#include <string_view>

#include "base/json_fields.h"
#include "base/json_stream.h"

namespace portolan {

// What `describe` says of it (json_fields.h).
template <class Record>
void write_record(JsonStream& stream, std::string_view name, const Record& record) {
  FieldWriter fields{stream.record(name)};
  describe(fields, record);
  stream.end();
}

}  // namespace portolan
