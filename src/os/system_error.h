// The kernel's error numbers in words.
#pragma once

#include <cstring>
#include <string>

#include "base/error_name.h"

namespace portolan::os {

// "No such file or directory" for ENOENT. In any thread; the words do not follow the locale.
inline std::string error_text(int error) {
  const char* text = ::strerrordesc_np(error);
  return text != nullptr ? std::string{text} : "error " + std::to_string(error);
}

}  // namespace portolan::os
