// Questions, answers and the bytes they are compared with.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "payload/payload.h"

namespace portolan::payload {

using Octets = std::vector<std::uint8_t>;

inline Octets question_of(const Payload& payload, std::uint32_t cookie) {
  Octets bytes(longest);
  bytes.resize(payload.build(cookie, bytes));
  return bytes;
}

inline Octets answer_to(const Payload& payload, Bytes question) {
  Octets bytes(longest);
  bytes.resize(payload.answer(question, bytes));
  return bytes;
}

// "01 23ab": what is no hexadecimal digit only parts what is.
inline Octets hex(std::string_view digits) {
  constexpr std::string_view values = "0123456789abcdef";
  Octets bytes;
  bool half = false;
  for (const char digit : digits) {
    const auto value = values.find(digit);
    if (value == values.npos) continue;
    if (half) {
      bytes.back() = static_cast<std::uint8_t>(unsigned{bytes.back()} << 4U | value);
    } else {
      bytes.push_back(static_cast<std::uint8_t>(value));
    }
    half = !half;
  }
  return bytes;
}

inline Octets text(std::string_view letters) { return {letters.begin(), letters.end()}; }

inline Octets operator+(Octets first, const Octets& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace portolan::payload
