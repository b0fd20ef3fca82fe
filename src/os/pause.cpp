#include "os/pause.h"

#include <cerrno>
#include <chrono>
#include <ctime>

namespace portolan::os {

void pause_for(Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  timespec left{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds{time - seconds}.count()};
  while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

}  // namespace portolan::os
