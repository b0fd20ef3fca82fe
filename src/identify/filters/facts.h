// What was seen of a host's ports, sorted for who judges what filters its packets. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/record.h"
#include "net/ip_address.h"
#include "net/port_set.h"

namespace portolan::identify {

// Ports that ICMP errors of one kind, of one sender, reject. `by`: nullopt for the host itself and where it is not
// known.
struct RejectedPorts {
  model::Reason reason = model::Reason::none;
  std::optional<net::IpAddress> by;
  std::uint8_t ttl = 0;  // as one of the errors arrived; 0 where it is not known
  net::PortSet ports;
};

// Of TCP ports alone, as SYNs were answered or not.
struct FilterFacts {
  net::IpAddress host;
  model::Reason up_by = model::Reason::none;  // what showed that the host is there
  net::PortSet open;
  net::PortSet closed;  // reset
  net::PortSet silent;
  std::vector<RejectedPorts> rejected;
  std::vector<model::StackAnswer> answers;  // some of the scan's own, and all to what was asked beside it
  std::uint8_t distance = 0;                // hops to the host; 0 where it is not known
  std::optional<double> answers_a_second;   // where it limits them
  std::optional<double> errors_a_second;    // the same of ICMP errors; 0 where it does, and how much is not known
};

FilterFacts filter_facts(const model::HostRecord& host);

}  // namespace portolan::identify
