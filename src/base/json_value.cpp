#include "base/json_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/escape.h"
#include "base/text.h"

namespace portolan {
namespace {

// Builds the tree from what nlohmann's parser meets. Each answer says whether to go on.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return put(JsonValue{}); }
  bool boolean(bool value) override { return put(JsonValue{value}); }
  bool number_integer(number_integer_t value) override { return put(number(std::to_string(value))); }
  bool number_unsigned(number_unsigned_t value) override { return put(number(std::to_string(value))); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return put(number(text)); }
  bool string(string_t& value) override { return put(JsonValue{std::move(value)}); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return open(JsonValue::Object{}); }
  bool key(string_t& value) override {
    names_.back() = std::move(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*elements*/) override { return open(JsonValue::Array{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    position_ = position;
    return false;
  }

  [[nodiscard]] std::size_t position() const { return position_; }
  JsonValue take() { return std::move(result_); }

 private:
  using Open = std::variant<JsonValue::Array, JsonValue::Object>;

  static JsonValue number(std::string text) { return JsonValue{JsonValue::Number{std::move(text)}}; }

  bool put(JsonValue value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (auto* array = std::get_if<JsonValue::Array>(&open_.back())) {
      array->push_back(std::move(value));
    } else {
      std::get<JsonValue::Object>(open_.back()).emplace_back(std::move(names_.back()), std::move(value));
    }
    return true;
  }
  bool open(Open container) {
    if (open_.size() == deepest_json) return false;
    open_.push_back(std::move(container));
    names_.emplace_back();
    return true;
  }
  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    names_.pop_back();
    return put(std::visit([](auto& container) { return JsonValue{std::move(container)}; }, done));
  }

  std::vector<Open> open_;
  std::vector<std::string> names_;  // of the member that comes next, one for each open container
  JsonValue result_;
  std::size_t position_ = 0;
};

template <class T>
std::optional<T> converted(const JsonValue::Number* number) {
  if (number == nullptr) return std::nullopt;
  T value{};
  const char* const end = number->text.data() + number->text.size();
  const auto [stopped, error] = std::from_chars(number->text.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<bool> JsonValue::truth() const {
  const auto* value = std::get_if<bool>(&content_);
  return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<std::uint64_t> JsonValue::whole() const { return converted<std::uint64_t>(number()); }

std::optional<double> JsonValue::real() const {
  const auto value = converted<double>(number());
  return value && std::isfinite(*value) ? value : std::nullopt;
}

const JsonValue* JsonValue::member(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Object::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

void JsonValue::set(std::string_view name, JsonValue value) {
  auto* members = std::get_if<Object>(&content_);
  if (members == nullptr) return;
  const auto found = std::ranges::find(*members, name, &Object::value_type::first);
  if (found == members->end()) {
    members->emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

namespace {

std::string in_one_line(const JsonValue& value) {
  if (const auto* text = value.text()) return quote_json(*text);
  if (const auto* number = value.number()) return number->text;
  if (const auto truth = value.truth()) return *truth ? "true" : "false";
  std::string out;
  if (const auto* array = value.array()) {
    for (const JsonValue& element : *array) out += (out.empty() ? "" : ", ") + in_one_line(element);
    return '[' + out + ']';
  }
  if (const auto* object = value.object()) {
    for (const auto& [name, member] : *object) {
      out += (out.empty() ? "" : ", ") + quote_json(name) + ": " + in_one_line(member);
    }
    return '{' + out + '}';
  }
  return "null";
}

constexpr std::size_t longest_line = 110;

std::string indented_by(const JsonValue& value, std::size_t blanks) {
  std::string flat = in_one_line(value);
  if (flat.size() + blanks <= longest_line) return flat;
  const std::string begin = '\n' + std::string(blanks + 2, ' ');
  std::string out;
  if (const auto* array = value.array()) {
    for (const JsonValue& element : *array) out += (out.empty() ? "" : ",") + begin + indented_by(element, blanks + 2);
    return '[' + out + '\n' + std::string(blanks, ' ') + ']';
  }
  if (const auto* object = value.object()) {
    for (const auto& [name, member] : *object) {
      out += (out.empty() ? "" : ",") + begin + quote_json(name) + ": " + indented_by(member, blanks + 2);
    }
    return '{' + out + '\n' + std::string(blanks, ' ') + '}';
  }
  return flat;
}

}  // namespace

std::string indented(const JsonValue& value) { return indented_by(value, 0) + '\n'; }

Result<JsonValue> parse_json(std::string_view text) {
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    if (builder.position() == 0) {
      return fail(Errc::parse, fmt::format("more than {} lists and objects stand in each other", deepest_json));
    }
    return fail(Errc::parse, fmt::format("no JSON from byte {} on", builder.position()));
  }
  return builder.take();
}

}  // namespace portolan
