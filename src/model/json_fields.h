// How each type of field stands in JSON. Private to the model's JSON, shared by what writes, reads and states it.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/json.h"
#include "base/json_value.h"
#include "model/describe.h"
#include "model/event_json.h"

namespace portolan::model {

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

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
