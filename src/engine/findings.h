// What has been found out about a host, made into its record. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "catalog/catalog.h"
#include "engine/engine.h"
#include "engine/host.h"
#include "model/record.h"

namespace portolan::engine {

// What a record needs beside the host.
struct RecordContext {
  const catalog::Services& services;
  const catalog::Vendors& vendors;
  std::size_t list_limit;
  model::WallTime now;
};

// nullopt where nothing was measured.
std::optional<model::RoundTrip> round_trip_of(const WalkOutcome& outcome);

model::PortRecord port_record(net::Protocol protocol, net::Port port, const LedgerEntry& verdict,
                              const catalog::Services& services);

// A walk over the ports of a host, in the engine that has made it.
struct PortWalk {
  const Engine& engine;
  std::uint32_t walk = 0;
  std::uint32_t first_detail = 0;  // number of its first question among all that are put to the host (AnswerDetails)
};
// Without walks: the record of a host that was not port-scanned.
model::HostRecord host_record(const Host& host, const RecordContext& context, std::span<const PortWalk> walks = {});

// What silence may hide at one host.
struct Missed {
  std::uint32_t open = 0;    // ports found so, by techniques to which open ports answer
  std::uint32_t silent = 0;  // ports that were asked by such techniques and stayed silent
  // How many of those are open, by the measured loss; nullopt where it is not known.
  std::optional<double> expected;
};
// `usual`: open ports that a host of this scan has on average, for one at which none was found.
Missed missed_open(const PortWalk& walk, double usual);

}  // namespace portolan::engine
