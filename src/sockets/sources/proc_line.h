// A line of a /proc file, taken apart word by word; the first word that is not what it should be ends it. Pure.
#pragma once

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>

namespace portolan::sockets {

inline std::string_view text_of(std::span<const char> line) { return {line.data(), line.size()}; }

class ProcLine {
 public:
  explicit ProcLine(std::string_view line) : rest_{line} {}
  explicit ProcLine(std::span<const char> line) : rest_{text_of(line)} {}

  // "" at the end of the line.
  std::string_view word() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t\n"));
    rest_.remove_prefix(word.size());
    return word;
  }
  ProcLine& skip(int words) {
    for (; words > 0; --words) good_ = !word().empty() && good_;
    return *this;
  }
  template <class Number>
  ProcLine& number(Number& value, int base = 10) {
    return read(word(), value, base);
  }
  // "00000003:00000005"
  template <class First, class Second>
  ProcLine& pair(First& first, Second& second, int base = 16) {
    const std::string_view both = word();
    const std::size_t colon = std::min(both.find(':'), both.size());
    read(both.substr(0, colon), first, base);
    return read(both.substr(std::min(colon + 1, both.size())), second, base);
  }
  template <class Number>
  ProcLine& read(std::string_view text, Number& value, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    good_ = good_ && error == std::errc{} && end == text.data() + text.size();
    return *this;
  }
  void spoil() { good_ = false; }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace portolan::sockets
