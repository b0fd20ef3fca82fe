#include "cli/command.h"
#include "os/standard_streams.h"

int main(int count, char** words) {
  portolan::os::fill_standard_streams();
  return portolan::cli::run_guarded([&] { return portolan::cli::run_program({words, words + count}); });
}
