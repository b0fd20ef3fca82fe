// How each type of field of the model stands in JSON, and the words for its enumerations.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/json_fields.h"
#include "model/describe.h"
#include "model/event_json.h"

namespace portolan::model {

// Exact, as no double is: "0.000209".
std::string seconds_text(Duration duration);
// nullopt for what is no number or more than a Duration holds.
std::optional<Duration> parse_seconds(std::string_view text);

// The word of an enumeration in records: its name, but one word for each value.
template <class E>
std::string_view word_of(E value) {
  return name_of(value);
}
template <>
std::string_view word_of(Reason reason);

std::string_view name_of(HostName::Kind kind);
std::string_view name_of(ScanDepth depth);

}  // namespace portolan::model

namespace portolan {

template <>
struct JsonForm<int> {
  static void write(JsonWriter& json, int field) { json.raw(std::to_string(field)); }
  static std::string schema() { return schema_reference("count"); }
};
template <>
struct JsonForm<net::IpAddress> {
  static void write(JsonWriter& json, const net::IpAddress& field) { json.value(to_string(field)); }
  static std::string schema() { return schema_reference("address"); }
};
template <>
struct JsonForm<net::Mac> {
  static void write(JsonWriter& json, const net::Mac& field) { json.value(to_string(field)); }
  static std::string schema() { return schema_reference("mac"); }
};
template <>
struct JsonForm<net::Port> {
  static void write(JsonWriter& json, net::Port field) { json.value(field.value()); }
  static std::string schema() { return schema_reference("port"); }
};
template <>
struct JsonForm<net::PortSet> {
  static void write(JsonWriter& json, const net::PortSet& field) { json.value(to_string(field)); }
  static std::string schema() { return schema_reference("port_list"); }
};
template <>
struct JsonForm<model::WallTime> {
  static void write(JsonWriter& json, model::WallTime field) { json.value(model::rfc3339_text(field)); }
  static std::string schema() { return schema_reference("time"); }
};
template <>
struct JsonForm<Duration> {
  static void write(JsonWriter& json, Duration field) { json.raw(model::seconds_text(field)); }
  static std::string schema() { return schema_reference("seconds"); }
};
template <>
struct JsonForm<model::Reason> {
  static void write(JsonWriter& json, model::Reason field) { json.value(model::word_of(field)); }
  static std::string schema() { return schema_reference("reason"); }
};
template <>
struct JsonForm<model::Remark> {
  static void write(JsonWriter& json, const model::Remark& field) {
    json.object([&] { model::write_remark(json, field); });
  }
  static std::string schema() { return schema_reference("remark"); }
};
// One of a set of words that is closed.
template <class E>
  requires(model::value_count<E> > 0)
struct JsonForm<E> {
  static void write(JsonWriter& json, E field) { json.value(model::word_of(field)); }
  static std::string schema() {
    std::array<std::string_view, model::value_count<E>> words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = model::word_of(static_cast<E>(i));
    return words_schema(words);
  }
};

}  // namespace portolan
