// Numbers as machines read them, without a format string to read for each.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace portolan {

inline void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

// The shortest text that reads back as the same number, never with an exponent. What is not finite becomes 0: no format
// has a word for it.
inline void append_number(std::string& out, double value) {
  constexpr std::size_t longest = 1100;  // the smallest double in full
  std::array<char, longest> digits;
  const double finite = std::isfinite(value) ? value : 0.0;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), finite, std::chars_format::fixed).ptr);
}

}  // namespace portolan
