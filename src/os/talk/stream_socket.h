// Sending, receiving and waiting on non-blocking sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace portolan::os {

// What a caught signal ends a talk with: its cause is EINTR.
std::unexpected<Error> stopped();

Instant deadline_in(Duration time);
// For poll(2): in whole milliseconds, none too few; -1 where there is no deadline.
int milliseconds_until(std::optional<Instant> deadline);

// Waits until `descriptor` is ready for `events` of poll(2), or has failed, which the next call will tell: true. False
// where the deadline was first, or a signal that is caught (os/stop_signals.h).
bool wait_for(int descriptor, short events, std::optional<Instant> deadline);

// How much was taken; 0: nothing just now. An errno otherwise.
struct SomeSent {
  std::size_t bytes = 0;
  int error = 0;
};
SomeSent send_some(int socket, std::string_view bytes);

// What has come, one datagram of a datagram socket.
struct SomeReceived {
  enum class What : unsigned char { bytes, nothing_yet, end, error };
  What what = What::nothing_yet;
  std::string bytes = {};
  int error = 0;
};
SomeReceived receive_some(int socket);

}  // namespace portolan::os
