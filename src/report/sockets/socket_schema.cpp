#include "report/sockets/socket_schema.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "report/sockets/socket_json.h"
#include "report/sockets/stream_schema.h"
#include "report/sockets/summary_json.h"
#include "sockets/columns/column.h"

namespace portolan::report {
namespace {

using sockets::Column;
using sockets::Kind;

std::string schema_of(const Column& column) {
  switch (column.kind) {
    case Kind::text:
      return schema_reference("some_text");
    case Kind::number:
      return schema_reference("count");
    case Kind::truth:
      return schema_reference("truth");
    case Kind::list:
      return some_list_schema(column.json_element == nullptr ? schema_reference("some_text") : column.json_element());
    case Kind::word:
      return schema_reference("word");
    case Kind::hexadecimal:
      return schema_reference("hexadecimal");
    case Kind::milliseconds:
      return schema_reference("milliseconds");
    case Kind::time:
      return schema_reference("time");
  }
  return schema_reference("some_text");
}

}  // namespace

std::string socket_json_schema() {
  StreamForm form{.command = "portolan sockets --json",
                  .schema = socket_schema,
                  .things = "sockets",
                  .start = stream_start_schema(socket_schema)};
  form.start.required("columns", R"({"type":"array","items":{"type":"string"},"uniqueItems":true})");
  ObjectSchema socket{"socket"};
  for (const Column& column : sockets::columns()) socket.optional(column.name, schema_of(column));
  return stream_json_schema(form, std::array{socket.text(), summary_schema()});
}

}  // namespace portolan::report
