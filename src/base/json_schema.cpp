#include "base/json_schema.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace portolan {
namespace {

struct Definition {
  std::string_view name;
  std::string_view schema;
};
constexpr std::array definitions{
    Definition{"text", R"({"type":"string"})"},
    Definition{"some_text", R"({"type":"string","minLength":1})"},
    Definition{"word", R"({"type":"string","pattern":"^[A-Za-z0-9_-]+$"})"},
    Definition{"truth", R"({"type":"boolean"})"},
    Definition{"number", R"({"type":"number"})"},
    Definition{"count", R"({"type":"integer","minimum":0})"},
    Definition{"byte", R"({"type":"integer","minimum":0,"maximum":255})"},
    Definition{"hexadecimal", R"({"type":"string","pattern":"^0x[0-9a-f]+$"})"},
    Definition{"seconds", R"({"type":"number"})"},
    Definition{"milliseconds", R"({"type":"number","minimum":0})"},
    Definition{
        "time",
        R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3,9})?Z$"})"},
    Definition{"address", R"({"type":"string","pattern":"^[0-9a-f.:]+(%[0-9]+)?$"})"},
    Definition{"mac", R"({"type":"string","pattern":"^([0-9A-F]{2}:){5}[0-9A-F]{2}$"})"},
    Definition{"port", R"({"type":"integer","minimum":0,"maximum":65535})"},
    Definition{"port_list", R"({"type":"string","pattern":"^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$"})"},
    Definition{"reason", R"({"type":"string","pattern":"^[a-z-]+$"})"},
    Definition{"remark", R"({"type":"object","required":["code"],"properties":{"code":{"type":"string","pattern":)"
                         R"("^[a-z-]+$"},"values":{"type":"object","additionalProperties":{"type":["number",)"
                         R"("string"]}}}})"},
};

// Only those that `records` refer to. None refers to another.
void write_definitions(JsonWriter& json, std::span<const std::string> records) {
  json.begin_object();
  for (const Definition& definition : definitions) {
    const std::string reference = schema_reference(definition.name);
    const auto refers = [&reference](const std::string& record) { return record.contains(reference); };
    if (std::ranges::none_of(records, refers)) continue;
    json.name(definition.name);
    json.raw(definition.schema);
  }
  json.end_object();
}

}  // namespace

std::string schema_reference(std::string_view definition) {
  return R"({"$ref":"#/definitions/)" + std::string{definition} + R"("})";
}

std::string list_schema(std::string_view element) { return R"({"type":"array","items":)" + std::string{element} + "}"; }

std::string some_list_schema(std::string_view element) {
  return R"({"type":"array","minItems":1,"items":)" + std::string{element} + "}";
}

std::string words_schema(std::span<const std::string_view> words) {
  std::string out;
  JsonWriter json{out};
  json.object([&] {
    json.name("enum");
    json.array(words);
  });
  return out;
}

void ObjectSchema::constant(std::string_view name, std::string_view value) {
  std::string schema;
  JsonWriter json{schema};
  json.object([&] { json.member("const", value); });
  required(name, schema);
}

void ObjectSchema::required(std::string_view name, std::string_view schema) {
  required_.emplace_back(name);
  optional(name, schema);
}

void ObjectSchema::optional(std::string_view name, std::string_view schema) { members_.emplace_back(name, schema); }

std::string ObjectSchema::text() const {
  std::string out;
  JsonWriter json{out};
  json.object([&] {
    json.member("type", "object");
    json.name("required");
    json.array(required_, [&json](const std::string& name) { json.value(std::string_view{name}); });
    json.name("properties");
    json.object([&] {
      for (const auto& [name, schema] : members_) {
        json.name(name);
        json.raw(schema);
      }
    });
  });
  return out;
}

ObjectSchema start_schema(std::string_view schema) {
  ObjectSchema start{"start"};
  start.constant("schema", schema);
  start.constant("program", "portolan");
  return start;
}

std::string json_lines_schema(std::string_view what, std::string_view schema, std::span<const std::string> records) {
  std::string out;
  JsonWriter json{out};
  json.object([&] {
    json.member("$schema", "http://json-schema.org/draft-07/schema#");
    json.member("title", "One line of " + std::string{what} + ", schema " + std::string{schema});
    json.name("oneOf");
    json.array(records, [&json](const std::string& record) { json.raw(record); });
    json.name("definitions");
    write_definitions(json, records);
  });
  return out;
}

}  // namespace portolan
