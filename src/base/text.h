// Text built piece by piece: fmt's language, checked when the call is compiled. What does the work is compiled once,
// in text.cpp: a file that writes to an iterator itself compiles all of fmt's formatter again.
// fmt::format needs no more than this header either.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace portolan {

// Appends what fmt::format(format, arguments...) would return. `out` must not be among the arguments.
void append_formatted(std::string& out, fmt::string_view format, fmt::format_args arguments);

template <class... Arguments>
void append(std::string& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  append_formatted(out, format, fmt::make_format_args(arguments...));
}

// The pieces, each as "{}" shows it, with `between` between them.
template <class Pieces>
std::string join(const Pieces& pieces, std::string_view between) {
  std::string text;
  bool first = true;
  for (const auto& piece : pieces) {
    if (!first) text += between;
    first = false;
    append(text, "{}", piece);
  }
  return text;
}

// A to Z only, whatever the locale.
std::string lower_case(std::string_view text);

// `text` in lines of at most `width` columns of a terminal, each but the first behind `indent` blanks, which count
// beside them. What is longer stays in one piece. `text` holds nothing that would have to be escaped.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace portolan
