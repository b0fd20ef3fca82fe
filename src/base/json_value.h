// JSON that somebody else may have written, read into a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace portolan {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;  // in the order of the text
  // As it is written, so that nothing is lost by rounding.
  struct Number {
    std::string text;
  };

  JsonValue() = default;  // null
  template <class T>
  explicit JsonValue(T content) : content_{std::move(content)} {}

  // Each is nullptr or nullopt where the value is of another kind or does not fit.
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&content_); }
  [[nodiscard]] const Number* number() const { return std::get_if<Number>(&content_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&content_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&content_); }
  [[nodiscard]] std::optional<bool> truth() const;
  [[nodiscard]] std::optional<std::uint64_t> whole() const;  // no sign, point or exponent
  [[nodiscard]] std::optional<double> real() const;          // finite

  // The member of that name; the first where there are several, nullptr where there is none or this is no object.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;
  // Takes the member's place, or the last. Nothing happens where this is no object.
  void set(std::string_view name, JsonValue value);

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> content_;
};

// How deep lists and objects may stand in each other.
inline constexpr std::size_t deepest_json = 64;

// The value as text, with line breaks and two blanks a level where it is longer than a line.
std::string indented(const JsonValue& value);

// One value with nothing but white space around it. Errc::parse where it is none or stands too deep.
Result<JsonValue> parse_json(std::string_view text);

}  // namespace portolan
