// What is asked of a UDP port that the scan heard nothing from: no answer may mean that it was asked in the wrong
// protocol.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/port.h"
#include "payload/payload.h"

namespace portolan::identify {

struct DatagramOpening {
  const payload::Payload* payload = nullptr;
  std::uint32_t cookie = 0;  // one of its own each, by which answers are told apart
  std::string question;
};

// In the order in which they are put: what is usual at the port and was not asked by the scan, then what is commonly
// met anywhere. `intensity` as of --version-intensity, from 0 to 9: none up to 2, all there is from 9 on. None for
// ports of industrial devices.
std::vector<DatagramOpening> openings_for(net::Port port, int intensity);

}  // namespace portolan::identify
