// Answers that are one value of JSON in a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_value.h"
#include "identify/reader.h"

namespace portolan::identify {

// The object in the first line of an answer, or in all of it where the other side ends without a line's end or with a
// byte of zero; nullopt where it has not come or is none.
std::optional<JsonValue> json_answer(const Talk& talk);

// The text at the end of a way of names, "" where there is none or where it is not printable.
std::string text_at(const JsonValue& value, std::initializer_list<std::string_view> way);

}  // namespace portolan::identify
