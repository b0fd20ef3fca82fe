// What was asked of one port or host, and what happened: all that an explanation is made from. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/record.h"
#include "net/ip_address.h"
#include "net/path.h"
#include "net/port.h"
#include "probe/probe.h"

namespace portolan::explain {

struct Question {
  net::IpAddress target;
  std::string name = {};                // as it was typed, "" where an address was
  std::size_t other_addresses = 0;      // of that name, which are not asked
  std::optional<net::Port> port = {};   // none: whether the host is there
  const probe::Probe* probe = nullptr;  // nullptr: in all the ways that a scan finds hosts by; only without a port
};

// One packet on the way, from its network header on.
struct Moment {
  Duration at{};      // since the first packet, or since the connection was asked for
  bool ours = false;  // sent by this machine
  net::EtherType type = net::EtherType::ipv4;
  std::vector<std::uint8_t> bytes;
  // An answer that the kernel told of and nobody saw: what stands in its header beside ports and flags is made up.
  bool told = false;
};

struct Story {
  Question question;
  bool simulated = false;
  // By connections of the kernel's, which shows no packets: of what is drawn nothing has been seen.
  bool connected = false;
  std::vector<net::Port> ports;           // that were asked, where `connected`
  std::vector<Moment> moments;            // ascending
  std::optional<model::HostRecord> host;  // what came of it; nullopt where the scan failed before
  std::vector<model::Remark> remarks;
  model::ScanFinished finished;
};

// Whether anybody was asked anything: there is not always a way, and not always a need.
bool was_asked(const Story& story);

}  // namespace portolan::explain
