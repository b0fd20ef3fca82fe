#include "os/process/user_namespace.h"

#include <charconv>
#include <sstream>
#include <string>

#include "os/files.h"

namespace portolan::os {

std::optional<std::uint32_t> number_of_unknown_users(std::string_view uid_map, std::uint32_t overflow) {
  std::istringstream lines{std::string{uid_map}};
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  while (lines >> inside >> outside >> count) {
    if (inside <= overflow && overflow < inside + count) return std::nullopt;
  }
  return overflow;
}

std::optional<std::uint32_t> number_of_unknown_users() {
  constexpr std::size_t limit = 65'536;
  const auto map = read_file("/proc/self/uid_map", limit);
  if (!map) return std::nullopt;
  std::uint32_t overflow = 65'534;
  if (const auto text = read_file("/proc/sys/kernel/overflowuid", limit)) {
    (void)std::from_chars(text->data(), text->data() + text->size(), overflow);
  }
  return number_of_unknown_users(*map, overflow);
}

}  // namespace portolan::os
