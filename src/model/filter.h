// What stands between us and a host's ports, or in the host itself, and decides about packets: what was seen of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/system.h"
#include "net/ip_address.h"
#include "net/port_set.h"

namespace portolan::model {

// One thing that was seen of a filter. What it is called in records:
//   "passes"        packets to these ports arrive, where some to others do not
//   "dropped"       packets to these ports are answered by nobody, while others are
//   "rejected"      an ICMP error refuses them
//   "refused"       a reset refuses them that is not the port's own
//   "stateful"      what belongs to no connection is dropped
//   "flags"         SYNs are dropped, and what carries other flags is let through
//   "proxy"         something accepts connections for the host: open is not confirmed
//   "answers-all"   the same of ports that nobody uses
//   "syn-cookies"   options get lost as where connections are kept in cookies
//   "rate-limit"    answers, or errors, are limited
struct FilterReading {
  std::string kind;
  net::PortSet ports;                       // of TCP, that it was seen at; empty where it is about the host
  std::optional<net::IpAddress> by;         // who answered, where it was not the host's address
  std::optional<std::uint8_t> hops_before;  // so many hops before the host
  std::string reason;                       // of an ICMP error, as reasons of ports are called; else ""
  std::string sentence;                     // all of it for people, without the evidence
  std::vector<std::string> evidence;        // what it is taken from, in words
  friend bool operator==(const FilterReading&, const FilterReading&) = default;
};

struct FilterRecord {
  std::vector<StackAnswer> answers;      // none of them stands in records of a stream
  std::optional<std::uint8_t> distance;  // hops to the host, where its answers tell
  std::vector<FilterReading> readings;   // empty: nothing was seen of any filter
  friend bool operator==(const FilterRecord&, const FilterRecord&) = default;
};

}  // namespace portolan::model
