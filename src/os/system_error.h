// The kernel's error numbers in words.
#pragma once

#include <string>

#include "base/error_name.h"

namespace portolan::os {

// "No such file or directory" for ENOENT (base/error_name.h); for the want of memory also the limit that may be raised.
std::string error_text(int error);

}  // namespace portolan::os
