#include "base/error_name.h"

#include <array>
#include <cerrno>
#include <cstring>

#include "base/message.h"

namespace portolan {
namespace {

// What users meet has a translation; the other words are shown as the C library has them.
[[maybe_unused]] constexpr std::array met_by_users{
    message("Permission denied"),
    message("Operation not permitted"),
    message("No such file or directory"),
    message("Not a directory"),
    message("Is a directory"),
    message("File exists"),
    message("File too large"),
    message("Read-only file system"),
    message("No space left on device"),
    message("Disk quota exceeded"),
    message("Input/output error"),
    message("Broken pipe"),
    message("Cannot allocate memory"),
    message("Invalid argument"),
    message("No such device or address"),
    message("Resource temporarily unavailable"),
    message("Too many open files (raise `ulimit -n`)"),
    message("Too many open files in system (raise fs.file-max)"),
    message("Function not implemented"),
    message("Operation not supported"),
    message("Address family not supported by protocol"),
    message("Address already in use"),
    message("Cannot assign requested address"),
    message("Network is down"),
    message("Network is unreachable"),
    message("Host is down"),
    message("No route to host"),
    message("Connection refused"),
    message("Connection reset by peer"),
    message("Connection timed out"),
    message("Software caused connection abort"),
    message("Message too long"),
    message("No buffer space available"),
};

}  // namespace

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
  return std::string{translated(words)};
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
