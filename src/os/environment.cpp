#include "os/environment.h"

#include <cstdlib>

namespace portolan::os {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

bool has_environment(const char* name) { return std::getenv(name) != nullptr; }

}  // namespace portolan::os
