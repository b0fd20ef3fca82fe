#include "os/kernel_file.h"

#include <unistd.h>

#include "os/files.h"

namespace portolan::os {

Result<std::string> read_kernel_file(std::string_view path) {
  auto text = read_file(path);
  const std::string name{path};
  if (!text && ::access(name.c_str(), F_OK) == 0 && ::access(name.c_str(), R_OK) != 0) {
    return fail(Errc::privilege, text.error().message);
  }
  return text;
}

}  // namespace portolan::os
