// A process that holds sockets for a test and does nothing else. The test makes the sockets, which keeps the making
// in one place and in order, and hands each to its keeper, which is then the only one that holds it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "lab/lab.h"

namespace portolan::lab {

// An unprivileged reader may look into `plain` processes of its own user, not into those that can more than it can
// (ptrace(2), "ptrace access mode checking").
enum class Rights : std::uint8_t { all, plain };

class Keeper {
 public:
  // Lives in the host's network namespace and calls itself `program` (of which the kernel takes 15 bytes). It ends
  // with this process, however that ends. Throws std::runtime_error.
  Keeper(const Host& host, std::string program, Rights rights = Rights::all);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper();

  [[nodiscard]] pid_t pid() const { return process_; }
  [[nodiscard]] const std::string& program() const { return program_; }
  // Gives it one more descriptor of that file; the number it has there. The caller's own stays open.
  int take(int file);

 private:
  std::string program_;
  pid_t process_ = -1;
  Handle control_;
};

}  // namespace portolan::lab
