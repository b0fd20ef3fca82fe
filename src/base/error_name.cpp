#include "base/error_name.h"

#include <cerrno>
#include <cstring>

namespace portolan {

std::string error_name(int number) {
  const char* const name = ::strerrorname_np(number);
  return name != nullptr ? std::string{name} : "E" + std::to_string(number);
}

std::string words_of_error(int number) {
  const char* const text = ::strerrordesc_np(number);
  std::string words = text != nullptr ? text : "error " + std::to_string(number);
  // What a user can do about it.
  if (number == EMFILE) words += " (raise `ulimit -n`)";
  if (number == ENFILE) words += " (raise fs.file-max)";
  return words;
}

std::string words_of_error(std::string_view name) {
  constexpr int most = 4'095;  // MAX_ERRNO of the kernel
  for (int number = 1; number <= most; ++number) {
    const char* const known = ::strerrorname_np(number);
    if (known != nullptr && name == known) return words_of_error(number);
  }
  return std::string{name};
}

}  // namespace portolan
