// Characters that look like those of the keyboard and are others, in the place of a name of a host: an input method
// makes wide ones, web pages have them for ornament. Whoever types 198.18.0.1 with one of them means the address, and a
// name server is not to be asked for it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portolan {

struct LookAlike {
  char32_t code = 0;
  char looks_like = 0;
  std::string typed;  // the whole, as the keyboard has it; "" where that makes no host, or a very long one
};

// The first one of a name that is none because of it. Wide, mathematical, raised and encircled letters, digits and
// dots, which IDNA has in no name (RFC 5892), where nothing else but the keyboard's characters is there. Digits of any
// script where the whole reads as an address. Letters of another script among the keyboard's letters in one label,
// where that label has no other of that script. Names that are international have letters that look like none of the
// keyboard's, and are not touched: 例え。テスト.
std::optional<LookAlike> look_alike_in_name(std::string_view name);

// "a character that only looks like '1' (U+FF11); type 198.18.0.1"
std::string describe(const LookAlike& look_alike);

// What a name has that no name of a host has, an odd dash or a look-alike, and what to type instead: it stands behind
// "'text' has ".
std::optional<std::string> odd_character_in_name(std::string_view name);

}  // namespace portolan
