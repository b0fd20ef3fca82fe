// The kernel's error numbers by the names that they have in every language: what records hold of them.
#pragma once

#include <string>
#include <string_view>

namespace portolan {

// "No such file or directory" for ENOENT, and for a limit that can be raised which one it is. In any thread; the words
// do not follow the locale.
std::string words_of_error(int number);

// "ENOENT"; "E1234" for a number that has no name.
std::string error_name(int number);
// "No such file or directory" for "ENOENT"; the name itself where it is that of no number.
std::string words_of_error(std::string_view name);

}  // namespace portolan
