// A talk by datagrams: each line of standard input is one, and so is each answer.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "talk/listener.h"

namespace portolan::os {

struct DatagramsTold {
  bool any_sent = false;
  bool any_answer = false;
};

// Until `patience` has gone by since standard input ended. Errors: Errc::unreachable where the host or a router answers
// by ICMP that nothing takes the datagrams there, Errc::io for a line that fits no datagram, and what standard output
// says. `peer` is named in sentences.
Result<DatagramsTold> talk_by_datagrams(int socket, const std::string& peer, Duration patience,
                                        talk::Listener& listener);

}  // namespace portolan::os
