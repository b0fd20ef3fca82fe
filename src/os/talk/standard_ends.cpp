#include "os/talk/standard_ends.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "base/message.h"
#include "os/system_error.h"
#include "os/terminal/terminal.h"

namespace portolan::os {
namespace {

constexpr std::size_t most_read = 16'384;
// A terminal that is ready has room at least for a buffer of its driver's smallest size (drivers/tty/tty_buffer.c).
constexpr std::size_t terminal_piece = 256;

}  // namespace

std::string StandardInput::read_some() {
  std::string bytes(most_read, '\0');
  const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
  const bool for_later = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (count < 0 && !for_later) failure_ = errno;
  at_end_ = count <= 0 && !for_later;
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

StandardOutput::StandardOutput() : piece_{is_terminal(descriptor) ? terminal_piece : PIPE_BUF} {}

Result<void> StandardOutput::write_some() {
  const ssize_t count = ::write(descriptor, kept_.data(), std::min(kept_.size(), piece_));
  if (count >= 0) {
    kept_.erase(0, static_cast<std::size_t>(count));
  } else if (errno != EAGAIN && errno != EINTR) {
    return fail(errno == EPIPE ? Errc::reader_gone : Errc::io,
                said("cannot write to standard output: {}", error_text(errno)));
  }
  return {};
}

}  // namespace portolan::os
