// The JSON Schema (draft 7) of one line of a stream (base/json_stream.h): one frame and one set of definitions for all.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portolan {

// `{"$ref":"#/definitions/NAME"}`, NAME being one of those that json_schema.cpp lists.
std::string schema_reference(std::string_view definition);
std::string list_schema(std::string_view element);
std::string some_list_schema(std::string_view element);  // never empty
// `{"enum":["list","ping"]}`
std::string words_schema(std::span<const std::string_view> words);

// The members of an object: their schemas, and which of them are always there.
class ObjectSchema {
 public:
  // An object inside of a record.
  ObjectSchema() = default;
  // A record, whose member `record` is `name`.
  explicit ObjectSchema(std::string_view name) { constant("record", name); }

  void constant(std::string_view name, std::string_view value);
  void required(std::string_view name, std::string_view schema);
  void optional(std::string_view name, std::string_view schema);
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> required_;
  std::vector<std::pair<std::string, std::string>> members_;
};

// The record that every stream begins with, up to `program`.
ObjectSchema start_schema(std::string_view schema);

// `what` writes the lines: "portolan sockets --json". `records`: the schemas of all records that a line may be.
std::string json_lines_schema(std::string_view what, std::string_view schema, std::span<const std::string> records);

}  // namespace portolan
