// Answers that are one value of JSON in a line (RFC 8259).
#include "identify/readers/json/json_answer.h"

#include <algorithm>

#include "identify/text.h"

namespace portolan::identify {

std::optional<JsonValue> json_answer(const Talk& talk) {
  std::string_view said = talk.first();
  if (!said.starts_with('{') && !said.starts_with('[')) return std::nullopt;
  said = said.substr(0, std::min(said.find('\0'), said.find('\n')));
  auto value = parse_json(trimmed(said));
  if (!value) return std::nullopt;
  return std::move(*value);
}

std::string text_at(const JsonValue& value, std::initializer_list<std::string_view> way) {
  const JsonValue* at = &value;
  for (const std::string_view name : way) {
    at = at->member(name);
    if (at == nullptr) return {};
  }
  const std::string* const text = at->text();
  return text != nullptr && is_printable(*text) ? *text : std::string{};
}

}  // namespace portolan::identify
