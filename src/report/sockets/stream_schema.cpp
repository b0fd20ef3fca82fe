#include "report/sockets/stream_schema.h"

#include <vector>

namespace portolan::report {
namespace {

std::string gap_schema() {
  ObjectSchema gap{"gap"};
  gap.required("message", schema_reference("some_text"));
  gap.required("code", schema_reference("word"));
  gap.optional("values", R"({"type":"object","additionalProperties":{"type":["number","string"]}})");
  return gap.text();
}

std::string finish_schema(std::string_view things) {
  ObjectSchema finish{"finish"};
  finish.required(things, schema_reference("count"));
  finish.required("gaps", schema_reference("count"));
  return finish.text();
}

}  // namespace

ObjectSchema stream_start_schema(std::string_view schema) {
  ObjectSchema start = start_schema(schema);
  start.required("version", schema_reference("some_text"));
  return start;
}

std::string stream_json_schema(const StreamForm& form, std::span<const std::string> records) {
  std::vector<std::string> all{form.start.text()};
  all.insert(all.end(), records.begin(), records.end());
  all.push_back(gap_schema());
  all.push_back(finish_schema(form.things));
  return json_lines_schema(form.command, form.schema, all);
}

}  // namespace portolan::report
