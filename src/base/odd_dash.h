// Dashes that look like the keyboard's and are none: word processors and web pages make them of '-', and who copies a
// command from there gives them. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace portolan {

struct OddDash {
  std::size_t at = 0;     // the first byte of it
  std::size_t bytes = 0;  // in UTF-8
  std::string_view name;  // "an en dash (U+2013)"
};

// The first one in `text`.
std::optional<OddDash> odd_dash_in(std::string_view text);
// The first one that no name of a host has: IDNA (UTS #46) takes the small and the wide one for '-'.
std::optional<OddDash> odd_dash_in_name(std::string_view text);

}  // namespace portolan
