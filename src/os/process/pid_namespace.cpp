#include "os/process/pid_namespace.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace portolan::os {

bool proc_is_of_own_pid_namespace() {
  std::array<char, 16> self{};
  const ssize_t size = ::readlink("/proc/self", self.data(), self.size());
  return size > 0 && std::string_view{self.data(), static_cast<std::size_t>(size)} == std::to_string(::getpid());
}

bool proc_is_there() { return ::access("/proc/self/stat", F_OK) == 0; }

bool in_first_pid_namespace() {
  constexpr ino_t first = 0xEFFF'FFFC;  // PROC_PID_INIT_INO in include/linux/proc_ns.h, in every kernel since 3.8
  struct stat about{};
  return ::stat("/proc/self/ns/pid", &about) == 0 && about.st_ino == first && proc_is_of_own_pid_namespace();
}

}  // namespace portolan::os
