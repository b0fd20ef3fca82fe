// What readers of greetings share: a greeting may have come in part.
#pragma once

#include <string_view>

#include "identify/reader.h"

namespace portolan::identify {

// As far as either goes, what was heard is how that begins.
inline bool begins_like(std::string_view heard, std::string_view word) {
  return heard.substr(0, word.size()) == word.substr(0, heard.size());
}

// It may still become one.
inline Reading cut_short(const Talk& talk) { return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more}; }

// Of several facts in `extra`.
inline void add_extra(Facts& facts, std::string_view more) {
  if (more.empty()) return;
  if (!facts.extra.empty()) facts.extra += "; ";
  facts.extra += more;
}

}  // namespace portolan::identify
