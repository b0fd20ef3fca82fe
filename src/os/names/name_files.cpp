#include "os/names/name_files.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string>

namespace portolan::os {
namespace {

bool is_fifo(std::string_view name) {
  struct stat about{};
  return ::stat(fmt::format("/etc/{}", name).c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
}

}  // namespace

bool look_up_would_hang(std::string_view database) {
  constexpr std::array of_the_resolver{"resolv.conf", "host.conf", "gai.conf"};
  const bool by_resolver = database == "hosts" || database == "networks";
  return is_fifo("nsswitch.conf") || is_fifo(database) ||
         (by_resolver && std::ranges::any_of(of_the_resolver, is_fifo));
}

}  // namespace portolan::os
