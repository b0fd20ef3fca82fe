// Ports behind which something may print, break or stop when it is spoken to.
#pragma once

#include <cstdint>

#include "net/port.h"

namespace portolan::identify {

enum class Manner : std::uint8_t {
  ask,
  ask_gently,  // machines, on demand: what the port is known for and nothing else, on one connection at a time
  listen,      // machines and medical devices: no byte is sent; some fail when spoken to in words that are not theirs
  leave,       // printers: what comes is printed, and a connection that is held keeps others from printing
};

// By registration and custom of TCP ports. `asks_machines`: they are asked gently (--ask-industrial).
Manner manner_at(net::Port port, bool asks_machines = false);
// The same of UDP. Whoever answered there is named by that answer; machines are asked nothing more.
Manner manner_of_datagrams_at(net::Port port);

}  // namespace portolan::identify
