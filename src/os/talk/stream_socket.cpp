#include "os/talk/stream_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/message.h"
#include "os/monotonic_clock.h"
#include "os/stop_signals.h"

namespace portolan::os {
namespace {

constexpr std::size_t largest_datagram = 65'536;

bool is_for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

std::unexpected<Error> stopped() {
  return fail({Errc::io, std::string{translated("a signal ended the talk")}, "EINTR"});
}

Instant deadline_in(Duration time) { return MonotonicClock{}.now() + time; }

int milliseconds_until(std::optional<Instant> deadline) {
  if (!deadline) return -1;
  const Duration left = std::max(*deadline - MonotonicClock{}.now(), Duration{0});
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<long long>(milliseconds, INT_MAX));
}

bool wait_for(int descriptor, short events, std::optional<Instant> deadline) {
  for (;;) {
    const int milliseconds = milliseconds_until(deadline);
    pollfd watched{descriptor, events, 0};
    if (!poll_or_stop({&watched, 1}, milliseconds)) return false;
    if (watched.revents != 0) return true;
    if (milliseconds == 0) return false;
  }
}

SomeSent send_some(int socket, std::string_view bytes) {
  const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.error = is_for_later(errno) ? 0 : errno};
}

SomeReceived receive_some(int socket) {
  using What = SomeReceived::What;
  std::string piece(largest_datagram, '\0');
  const ssize_t count = ::recv(socket, piece.data(), piece.size(), 0);
  if (count < 0) return {.what = is_for_later(errno) ? What::nothing_yet : What::error, .error = errno};
  piece.resize(static_cast<std::size_t>(count));
  return {.what = count == 0 ? What::end : What::bytes, .bytes = std::move(piece)};
}

}  // namespace portolan::os
