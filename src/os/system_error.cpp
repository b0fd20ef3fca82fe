#include "os/system_error.h"

#include <sys/resource.h>

#include <cerrno>

namespace portolan::os {

std::string error_text(int error) {
  rlimit memory{};
  const bool is_tight = error == ENOMEM && ::getrlimit(RLIMIT_AS, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY;
  return words_of_error(error) + (is_tight ? " (raise `ulimit -v`)" : "");
}

}  // namespace portolan::os
