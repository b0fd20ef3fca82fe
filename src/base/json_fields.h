// Records as objects of JSON. A `describe(visitor, record)` beside each names its fields once; of the visitors here one
// writes them and one states their form. They hand to the visitor
//
//   member(name, field)    always there
//   optional(name, field)  left out where it has nothing to say: nullopt, "", 0, false, an empty list
//   derived(name, value)   follows from the other fields: written for the convenience of readers, never read
//   group(name, fill)      an object of its own around the fields that `fill` hands to the visitor it is given
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/boxed.h"
#include "base/json.h"
#include "base/json_schema.h"

namespace portolan {

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_optional<Boxed<T>> = true;
template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

// One of a set of words that may grow: "tcp", "no-privilege".
struct Word {
  std::string text = {};
  friend bool operator==(const Word&, const Word&) = default;
};

// A moment as RFC 3339 writes it.
struct TimeText {
  std::string_view text = {};
  friend bool operator==(const TimeText&, const TimeText&) = default;
};

// How a field stands in JSON that is neither a record nor a list: `write(json, field)` and its `schema()`. Specialised
// where the type of the field is known.
template <class T>
struct JsonForm;
template <class T>
concept HasJsonForm = requires { JsonForm<T>::schema(); };

template <>
struct JsonForm<bool> {
  static void write(JsonWriter& json, bool field) { json.value(field); }
  static std::string schema() { return schema_reference("truth"); }
};
template <>
struct JsonForm<double> {
  static void write(JsonWriter& json, double field) { json.value(field); }
  static std::string schema() { return schema_reference("number"); }
};
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
struct JsonForm<T> {
  static void write(JsonWriter& json, T field) { json.value(field); }
  static std::string schema() { return schema_reference(std::same_as<T, std::uint8_t> ? "byte" : "count"); }
};
template <>
struct JsonForm<std::string> {
  static void write(JsonWriter& json, const std::string& field) { json.value(std::string_view{field}); }
  static std::string schema() { return schema_reference("text"); }
};
template <>
struct JsonForm<std::string_view> {
  static void write(JsonWriter& json, std::string_view field) { json.value(field); }
  static std::string schema() { return schema_reference("text"); }
};
template <>
struct JsonForm<Word> {
  static void write(JsonWriter& json, const Word& field) { json.value(std::string_view{field.text}); }
  static std::string schema() { return schema_reference("word"); }
};
template <>
struct JsonForm<TimeText> {
  static void write(JsonWriter& json, TimeText field) { json.value(field.text); }
  static std::string schema() { return schema_reference("time"); }
};

// Writes the members of an object that is begun.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& json) : json_{json} {}

  template <class T>
  void member(std::string_view name, const T& field) {
    json_.name(name);
    value(field);
  }
  template <class T>
  void optional(std::string_view name, const T& field) {
    if constexpr (is_optional<T>) {
      if (field) member(name, *field);
    } else if constexpr (is_list<T>) {
      if (!field.empty()) member(name, field);
    } else {
      if (field != T{}) member(name, field);
    }
  }
  template <class T>
  void derived(std::string_view name, const T& field) {
    optional(name, field);
  }
  template <class Fill>
  void group(std::string_view name, Fill fill) {
    json_.name(name);
    json_.object([&] { fill(*this); });
  }

  template <class T>
  void value(const T& field) {
    if constexpr (is_list<T>) {
      json_.array(field, [this](const auto& element) { this->value(element); });
    } else if constexpr (HasJsonForm<T>) {
      JsonForm<T>::write(json_, field);
    } else {
      json_.begin_object();
      describe(*this, field);
      json_.end_object();
    }
  }

 private:
  JsonWriter& json_;
};

// Collects the schema of an object.
class FieldSchema {
 public:
  explicit FieldSchema(ObjectSchema& object) : object_{object} {}

  template <class T>
  void member(std::string_view name, const T& /*field*/) {
    object_.required(name, schema_of<T>());
  }
  template <class T>
  void optional(std::string_view name, const T& /*field*/) {
    if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
      object_.optional(name, schema_reference("some_text"));
    } else if constexpr (is_list<T>) {
      object_.optional(name, some_list_schema(schema_of<typename T::value_type>()));
    } else {
      object_.optional(name, schema_of<T>());
    }
  }
  template <class T>
  void derived(std::string_view name, const T& field) {
    optional(name, field);
  }
  template <class Fill>
  void group(std::string_view name, Fill fill) {
    ObjectSchema object;
    FieldSchema inside{object};
    fill(inside);
    object_.required(name, object.text());
  }

  template <class T>
  static std::string schema_of() {
    if constexpr (is_optional<T>) {
      return schema_of<typename T::value_type>();
    } else if constexpr (is_list<T>) {
      return list_schema(schema_of<typename T::value_type>());
    } else if constexpr (HasJsonForm<T>) {
      return JsonForm<T>::schema();
    } else {
      ObjectSchema object;
      FieldSchema inside{object};
      const T example{};
      describe(inside, example);
      return object.text();
    }
  }

 private:
  ObjectSchema& object_;
};

// Of a record of a stream: `record` and the fields of a T.
template <class T>
std::string record_schema(std::string_view record) {
  ObjectSchema object{record};
  FieldSchema fields{object};
  const T example{};
  describe(fields, example);
  return object.text();
}

}  // namespace portolan
