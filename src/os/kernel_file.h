// Files that the kernel makes up, as in /proc/net.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace portolan::os {

// The content of `path`. Errc::privilege: another user may read it. Errc::io: this kernel has no such file, or reading
// it fails.
Result<std::string> read_kernel_file(std::string_view path);

}  // namespace portolan::os
