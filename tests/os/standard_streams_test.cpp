#include "os/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "os/files.h"

namespace portolan::os {
namespace {

// Exit status of a child, because the streams belong to a whole process.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreams, ClosedOnesAreFilledAndGoOnFailing) {
  EXPECT_EQ(in_child([] {
              for (const int stream : {0, 1, 2}) ::close(stream);
              fill_standard_streams();
              if (::open("/dev/null", O_RDONLY) < 3) return 1;
              if (has_standard_output() || OutputFile::open("-")) return 2;
              char byte = 0;
              if (::write(1, &byte, 1) != -1 || ::read(0, &byte, 1) != -1) return 3;
              return ::write(2, &byte, 1) == 1 ? 0 : 4;
            }),
            0);
}

TEST(StandardStreams, OpenOnesAreLeftAlone) {
  EXPECT_EQ(in_child([] {
              int ends[2];
              if (::pipe(ends) != 0 || ::dup2(ends[1], 1) != 1) return 1;
              fill_standard_streams();
              char byte = 'x';
              return has_standard_output() && ::write(1, &byte, 1) == 1 && ::read(ends[0], &byte, 1) == 1 ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace portolan::os
