#include "net/mac.h"

#include <fmt/core.h>

namespace portolan::net {

std::string to_string(Mac mac) {
  const auto& b = mac.bytes;
  return fmt::format("{:02X}:{:02X}:{:02X}:{:02X}:{:02X}:{:02X}", b[0], b[1], b[2], b[3], b[4], b[5]);
}

}  // namespace portolan::net
