// Where the stack is small. Sanitizers make its frames several times as large, so this runs with the release build.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/os/sanitizers.h"
#include "tests/places.h"

namespace portolan {
namespace {

TEST(SmallStack, FortyKibibytesAreEnough) {
#if defined(SANITIZER_NEEDS_ADDRESS_SPACE)
  GTEST_SKIP() << "sanitizers need more of it";
#endif
  const std::string program = test::program();
  if (program.empty()) GTEST_SKIP() << "this build has no program";
  for (const char* line :
       {"--help", "sockets -a", "services", "who 1", "ports 22", "netstat -a", "scan -sL -n 198.18.0.1"}) {
    // Arguments and environment lie on it, too.
    const std::string command = fmt::format("ulimit -s 40 && exec env -i '{}' {} > /dev/null 2>&1", program, line);
    const int status = std::system(command.c_str());
    ASSERT_TRUE(WIFEXITED(status)) << line;
    EXPECT_LE(WEXITSTATUS(status), 1) << line;
  }
}

}  // namespace
}  // namespace portolan
