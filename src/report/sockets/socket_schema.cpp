#include "report/sockets/socket_schema.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "base/json.h"
#include "report/sockets/socket_json.h"
#include "sockets/columns/column.h"

namespace portolan::report {
namespace {

using sockets::Column;

struct Definition {
  std::string_view name;
  std::string_view schema;
};
// A word of draft 7 for each sockets::Kind, in their order.
constexpr std::array definitions{
    Definition{"text", R"({"type":"string","minLength":1})"},
    Definition{"number", R"({"type":"integer","minimum":0})"},
    Definition{"truth", R"({"type":"boolean"})"},
    Definition{"list", R"({"type":"array","items":{"$ref":"#/definitions/text"}})"},
    Definition{"word", R"({"type":"string","pattern":"^[A-Za-z0-9_-]+$"})"},
    Definition{"hexadecimal", R"({"type":"string","pattern":"^0x[0-9a-f]+$"})"},
    Definition{"milliseconds", R"({"type":"number","minimum":0})"},
    Definition{
        "time",
        R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z$"})"},
};
static_assert(definitions[static_cast<std::size_t>(sockets::Kind::time)].name == "time");

constexpr std::string_view gap_schema =
    R"({"type":"object","required":["record","message","code"],"properties":{"record":{"const":"gap"},)"
    R"("message":{"$ref":"#/definitions/text"},"code":{"$ref":"#/definitions/word"},)"
    R"("values":{"type":"object","additionalProperties":{"type":["number","string"]}}}})";

constexpr std::string_view finish_schema =
    R"({"type":"object","required":["record","sockets","gaps"],"properties":{"record":{"const":"finish"},)"
    R"("sockets":{"$ref":"#/definitions/number"},"gaps":{"$ref":"#/definitions/number"}}})";

std::string start_schema() {
  return R"({"type":"object","required":["record","schema","program","version","columns"],"properties":{)"
         R"("record":{"const":"start"},"schema":{"const":")" +
         std::string{socket_schema} +
         R"("},"program":{"const":"portolan"},"version":{"type":"string"},)"
         R"("columns":{"type":"array","items":{"type":"string"},"uniqueItems":true}}})";
}

std::string schema_of(const Column& column) {
  if (!column.json_element.empty()) {
    return R"({"type":"array","minItems":1,"items":)" + std::string{column.json_element} + "}";
  }
  return R"({"$ref":"#/definitions/)" + std::string{definitions.at(static_cast<std::size_t>(column.kind)).name} +
         R"("})";
}

void write_socket(JsonWriter& json) {
  json.begin_object();
  json.member("type", "object");
  json.name("required");
  json.begin_array();
  json.value("record");
  json.end_array();
  json.name("properties");
  json.begin_object();
  json.name("record");
  json.raw(R"({"const":"socket"})");
  for (const Column& column : sockets::columns()) {
    json.name(column.name);
    json.raw(schema_of(column));
  }
  json.end_object();
  json.end_object();
}

}  // namespace

std::string socket_json_schema() {
  std::string out;
  JsonWriter json{out};
  json.begin_object();
  json.member("$schema", "http://json-schema.org/draft-07/schema#");
  json.member("title", "One line of portolan sockets --json, schema " + std::string{socket_schema});
  json.name("oneOf");
  json.begin_array();
  json.raw(start_schema());
  json.raw(R"({"$ref":"#/definitions/socket"})");
  json.raw(gap_schema);
  json.raw(finish_schema);
  json.end_array();
  json.name("definitions");
  json.begin_object();
  for (const Definition& definition : definitions) {
    json.name(definition.name);
    json.raw(definition.schema);
  }
  json.name("socket");
  write_socket(json);
  json.end_object();
  json.end_object();
  return out;
}

}  // namespace portolan::report
