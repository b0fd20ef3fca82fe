// Characters of text that claims to be UTF-8 (RFC 3629). Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace portolan {

// One character of what claims to be UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t length = 1;  // bytes; 1 where invalid, so that decoding goes on with the next byte
  bool valid = false;
};

// The first of `text`, which is not empty.
Character decode_utf8(std::string_view text);

}  // namespace portolan
