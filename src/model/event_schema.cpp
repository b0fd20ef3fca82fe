#include <array>

#include "model/json_fields.h"

namespace portolan::model {
namespace {

// A word of draft 7 for each type of field that is no record.
struct Definition {
  std::string_view name;
  std::string_view schema;
};
constexpr std::array definitions{
    Definition{
        "time",
        R"({"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3,9}Z$"})"},
    Definition{"count", R"({"type":"integer","minimum":0})"},
    Definition{"byte", R"({"type":"integer","minimum":0,"maximum":255})"},
    Definition{"seconds", R"({"type":"number"})"},
    Definition{"number", R"({"type":"number"})"},
    Definition{"text", R"({"type":"string"})"},
    Definition{"truth", R"({"type":"boolean"})"},
    Definition{"address", R"({"type":"string","pattern":"^[0-9a-f.:]+(%[0-9]+)?$"})"},
    Definition{"mac", R"({"type":"string","pattern":"^([0-9A-F]{2}:){5}[0-9A-F]{2}$"})"},
    Definition{"port", R"({"type":"integer","minimum":0,"maximum":65535})"},
    Definition{"port_list", R"({"type":"string","pattern":"^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$"})"},
    Definition{"reason", R"({"type":"string","pattern":"^[a-z-]+$"})"},
    Definition{"remark", R"({"type":"object","required":["code"],"properties":{"code":{"type":"string","pattern":)"
                         R"("^[a-z-]+$"},"values":{"type":"object","additionalProperties":{"type":["number",)"
                         R"("string"]}}}})"},
};

// The members of one record: their schemas, and which of them are always there.
class FieldSchema {
 public:
  template <class T>
  void member(std::string_view name, const T& field) {
    required_.emplace_back(name);
    add(name, field);
  }
  template <class T>
  void optional(std::string_view name, const T& field) {
    add(name, field);
  }
  template <class T>
  void derived(std::string_view name, const T& field) {
    add(name, field);
  }
  template <class Fill>
  void group(std::string_view name, Fill fill) {
    required_.emplace_back(name);
    FieldSchema inside;
    fill(inside);
    add_schema(name, inside.object({}));
  }

  // `record` is the constant that the member `record` has; "" for objects inside of records.
  [[nodiscard]] std::string object(std::string_view record) const {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.member("type", "object");
    json.name("required");
    json.begin_array();
    if (!record.empty()) json.value("record");
    for (const std::string& name : required_) json.value(name);
    json.end_array();
    json.name("properties");
    json.begin_object();
    if (!record.empty()) {
      json.name("record");
      json.object([&] { json.member("const", record); });
    }
    for (const auto& [name, schema] : members_) {
      json.name(name);
      json.raw(schema);
    }
    json.end_object();
    json.end_object();
    return out;
  }

  void constant(std::string_view name, std::string_view value) {
    required_.emplace_back(name);
    std::string schema;
    JsonWriter json{schema};
    json.object([&] { json.member("const", value); });
    add_schema(name, std::move(schema));
  }

 private:
  template <class T>
  void add(std::string_view name, const T& /*field*/) {
    add_schema(name, schema_of<T>());
  }
  void add_schema(std::string_view name, std::string schema) { members_.emplace_back(name, std::move(schema)); }

  static std::string reference(std::string_view definition) {
    return R"({"$ref":"#/definitions/)" + std::string{definition} + R"("})";
  }

  template <class T>
  static std::string schema_of() {
    if constexpr (is_optional<T>) {
      return schema_of<typename T::value_type>();
    } else if constexpr (is_list<T>) {
      return R"({"type":"array","items":)" + schema_of<typename T::value_type>() + "}";
    } else if constexpr (!definition_of<T>.empty()) {
      return reference(definition_of<T>);
    } else if constexpr (std::is_enum_v<T>) {
      return words<T>();
    } else {
      FieldSchema inside;
      describe(inside, std::as_const(example<T>));
      return inside.object({});
    }
  }

  template <class E>
  static std::string words() {
    std::string out;
    JsonWriter json{out};
    json.begin_object();
    json.name("enum");
    json.begin_array();
    for (std::size_t i = 0; i < value_count<E>; ++i) json.value(word_of(static_cast<E>(i)));
    json.end_array();
    json.end_object();
    return out;
  }

  template <class T>
  static inline const T example{};

  template <class T>
  static constexpr std::string_view definition_of = [] -> std::string_view {
    if constexpr (std::same_as<T, bool>) return "truth";
    if constexpr (std::same_as<T, std::uint8_t>) return "byte";
    if constexpr (std::integral<T>) return "count";
    if constexpr (std::same_as<T, double>) return "number";
    if constexpr (std::same_as<T, std::string>) return "text";
    if constexpr (std::same_as<T, net::IpAddress>) return "address";
    if constexpr (std::same_as<T, net::Mac>) return "mac";
    if constexpr (std::same_as<T, net::Port>) return "port";
    if constexpr (std::same_as<T, net::PortSet>) return "port_list";
    if constexpr (std::same_as<T, WallTime>) return "time";
    if constexpr (std::same_as<T, Duration>) return "seconds";
    if constexpr (std::same_as<T, Reason>) return "reason";
    if constexpr (std::same_as<T, Remark>) return "remark";
    return "";
  }();

  std::vector<std::string> required_;
  std::vector<std::pair<std::string, std::string>> members_;
};

template <class T>
std::string schema_of_record() {
  FieldSchema fields;
  if constexpr (std::same_as<T, ScanStarted>) {
    fields.constant("schema", scan_schema);
    fields.constant("program", "portolan");
  }
  const T example{};
  describe(fields, example);
  return fields.object(record_name<T>);
}
template <>
std::string schema_of_record<Remark>() {
  return R"({"allOf":[{"$ref":"#/definitions/remark"}],"required":["record"],)"
         R"("properties":{"record":{"const":"remark"}}})";
}

template <class... Types>
void write_records(JsonWriter& json, const std::variant<Types...>* /*of*/) {
  (json.raw(schema_of_record<Types>()), ...);
}

}  // namespace

std::string scan_json_schema() {
  std::string out;
  JsonWriter json{out};
  json.begin_object();
  json.member("$schema", "http://json-schema.org/draft-07/schema#");
  json.member("title", "One line of portolan's NDJSON report (-oJ), schema " + std::string{scan_schema});
  json.name("oneOf");
  json.begin_array();
  write_records(json, static_cast<const Event*>(nullptr));
  json.end_array();
  json.name("definitions");
  json.begin_object();
  for (const Definition& definition : definitions) {
    json.name(definition.name);
    json.raw(definition.schema);
  }
  json.end_object();
  json.end_object();
  return out;
}

}  // namespace portolan::model
