// Shell patterns: *, ?, [a-z], [!a-z] and \ before a character that is meant literally. Pure.
#pragma once

#include <string_view>

namespace portolan::sockets {

// Whether all of `text` fits, as fnmatch(3) with FNM_CASEFOLD sees it: upper and lower case of ASCII are the same, and
// * goes over slashes. No pattern makes it take exponential time.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace portolan::sockets
