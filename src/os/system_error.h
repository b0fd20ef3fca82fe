// The kernel's error numbers in words.
#pragma once

#include <string>

#include "base/error_name.h"

namespace portolan::os {

// "No such file or directory" for ENOENT (base/error_name.h).
inline std::string error_text(int error) { return words_of_error(error); }

}  // namespace portolan::os
