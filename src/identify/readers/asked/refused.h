// Protocols of lines in which each line that is none of their commands is refused by one of its own: who was asked in
// another protocol, and said so, may be asked in his own on the same connection.
#pragma once

#include <string_view>

#include "identify/text.h"

namespace portolan::identify {

// What was heard, behind all whole lines that begin so: refusals may still come before the answer.
inline std::string_view past_lines(std::string_view heard, std::string_view begin) {
  for (auto line = first_line(heard); line && line->text.starts_with(begin); line = first_line(heard)) {
    heard = line->rest;
  }
  return heard;
}

}  // namespace portolan::identify
