// Texts for people in the user's language. The English text stands where it is used and is the key; po/ holds the
// others. Without a dictionary everything is English: for programs that read it, and in tests. Pure.
#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace portolan {

// What stands for `one` in another language; for `many` of this `count` where that is not nullptr. `one` itself, or
// `many`, where it has nothing else; otherwise something that stays for good.
using Dictionary = const char* (*)(const char* one, const char* many, std::size_t count);
// From now on; nullptr for English.
void speak_by(Dictionary dictionary);

// Speaks English as long as it lives: around what programs read.
class InEnglish {
 public:
  InEnglish();
  ~InEnglish();
  InEnglish(const InEnglish&) = delete;
  InEnglish(InEnglish&&) = delete;
  InEnglish& operator=(const InEnglish&) = delete;
  InEnglish& operator=(InEnglish&&) = delete;

 private:
  Dictionary before_;
};

// Marks a text that is translated where it is shown. It is found by tools/messages, as are the texts that are given to
// translated(), said() and counted().
constexpr std::string_view message(std::string_view english) { return english; }

// Good as long as `english` is.
std::string_view translated(std::string_view english);

// Where the pattern of the other language does not fit the arguments, it is the English one.
std::string say(std::string_view english, fmt::format_args arguments);
std::string say_count(std::string_view one, std::string_view many, std::size_t count, fmt::format_args arguments);

// `english` with its places filled in. Of several places each has its number, because languages differ in their order.
template <class... Arguments>
std::string said(fmt::format_string<const Arguments&...> english, const Arguments&... arguments) {
  const fmt::string_view pattern = english;
  return say({pattern.data(), pattern.size()}, fmt::make_format_args(arguments...));
}
// The form for this number, which is place {0} of both; `one` may do without it.
template <class... Arguments>
std::string counted(fmt::format_string<const std::size_t&, const Arguments&...> one,
                    fmt::format_string<const std::size_t&, const Arguments&...> many, std::size_t count,
                    const Arguments&... arguments) {
  const fmt::string_view first = one;
  const fmt::string_view second = many;
  return say_count({first.data(), first.size()}, {second.data(), second.size()}, count,
                   fmt::make_format_args(count, arguments...));
}
// A pattern that was marked by message().
template <class... Arguments>
std::string said_as(std::string_view english, const Arguments&... arguments) {
  return say(english, fmt::make_format_args(arguments...));
}

}  // namespace portolan
