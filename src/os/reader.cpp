#include "os/reader.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "os/monotonic_clock.h"

namespace portolan::os {

bool wait_while_read(int reader, Duration time) {
  const MonotonicClock clock;
  const Instant end = clock.now() + time;
  pollfd watched{reader, 0, 0};  // errors are told without being asked for
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock.now()).count();
    constexpr std::int64_t longest = 86'400'000;
    const int ready = ::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, longest)));
    if (ready > 0) return false;
    if (ready < 0 && errno != EINTR) return true;
    if (ready == 0 && left <= longest) return true;
  }
}

}  // namespace portolan::os
