#include "os/wall_clock.h"

namespace portolan::os {

std::chrono::system_clock::time_point wall_time() { return std::chrono::system_clock::now(); }

std::time_t wall_seconds() { return std::chrono::system_clock::to_time_t(wall_time()); }

std::tm local_calendar(std::time_t seconds) {
  std::tm calendar{};
  ::localtime_r(&seconds, &calendar);
  return calendar;
}

}  // namespace portolan::os
