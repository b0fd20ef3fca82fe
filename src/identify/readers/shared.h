// What readers share beside text.h: messages that came in part, and how binary questions are built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "identify/reader.h"

namespace portolan::identify {

// Whether the one begins as the other, as far as both have come.
inline bool may_begin(std::string_view heard, std::string_view word) {
  return heard.substr(0, word.size()) == word.substr(0, heard.size());
}

// Of a message that has not come to its end: it may still.
inline Reading cut_short(const Talk& talk) { return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more}; }

// Behind what a fact says already.
inline void add_word(std::string& words, std::string_view word) {
  if (word.empty()) return;
  words += words.empty() ? "" : "; ";
  words += word;
}
inline void add_extra(Facts& facts, std::string_view more) { add_word(facts.extra, more); }

// Numbers with the lowest byte first, and in network order.
inline std::string little(std::uint64_t number, std::size_t bytes) {
  constexpr unsigned bits = 8;
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(number >> bits * i & 0xffU);
  return out;
}
inline std::string big(std::uint64_t number, std::size_t bytes) {
  const std::string turned = little(number, bytes);
  return {turned.rbegin(), turned.rend()};
}

}  // namespace portolan::identify
