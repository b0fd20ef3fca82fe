#include "report/sockets/summary_json.h"

#include <string_view>

#include "base/json_schema.h"
#include "base/json_stream.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/socket_json.h"

namespace portolan::report {
namespace {

// An object with any names, of which each has a value of the form `schema`.
std::string numbers_by_name(std::string_view schema) {
  std::string out;
  JsonWriter json{out};
  json.object([&] {
    json.member("type", "object");
    json.name("additionalProperties");
    json.raw(schema);
  });
  return out;
}

}  // namespace

std::string summary_json(const sockets::Summary& summary, std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  JsonWriter& start = stream.start(socket_schema);
  start.name("columns");  // of sockets none follow
  start.begin_array();
  start.end_array();
  stream.end();
  summary.write(stream.record("summary"));
  stream.end();
  finish_stream(stream, "sockets", summary.total(), gaps);
  return out;
}

std::string summary_schema() {
  ObjectSchema kind;
  kind.required("total", schema_reference("count"));
  kind.optional("ipv4", schema_reference("count"));
  kind.optional("ipv6", schema_reference("count"));
  kind.required("states", numbers_by_name(schema_reference("count")));
  ObjectSchema summary{"summary"};
  summary.required("kinds", numbers_by_name(kind.text()));
  return summary.text();
}

}  // namespace portolan::report
