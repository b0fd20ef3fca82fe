// A block: the hosts that are worked on together, so that memory is bounded whatever the scan's size.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "model/record.h"
#include "net/path.h"
#include "plan/target_set.h"

namespace portolan::engine {

// What is kept about a single answer beyond the ledger: only for ports that may be listed.
struct Detail {
  std::uint32_t ask = 0;
  std::uint16_t router = 0;  // index + 1 into Block::routers where somebody else answered for the host
  std::uint8_t ttl = 0;
};

struct BlockHost {
  plan::Target target;
  net::Path path;
  model::HostState state = model::HostState::unknown;
  model::Reason reason = model::Reason::none;
  std::uint8_t reason_ttl = 0;
  std::optional<net::Mac> mac;
  std::optional<model::RoundTrip> round_trip;
  std::vector<Detail> details;
  std::array<std::uint16_t, 6> detail_counts{};  // by state
  std::vector<model::Remark> remarks;
};

// Hosts of a block, by their places in it.
using HostList = std::vector<std::uint32_t>;

// A block's ledger takes half a byte a probe, its hosts some 400 bytes each: at most 8 MiB and 6 MiB.
inline constexpr std::size_t block_probes = 1U << 24U;
inline constexpr std::size_t block_hosts = 1U << 14U;

struct Block {
  std::vector<BlockHost> hosts;
  std::vector<net::IpAddress> routers;  // that answered for hosts, each once
  model::WallTime started;

  // Index + 1 of `address` in `routers`; 0 when there are too many to tell apart.
  std::uint16_t router_number(const net::IpAddress& address);
};

// The lanes of an engine that asks `hosts` of `block`, which outlives them.
std::vector<LaneTarget> lanes_of(const Block& block, const HostList& hosts);
// nullopt where nothing was measured.
std::optional<model::RoundTrip> round_trip_of(const LaneOutcome& outcome);

// What a record needs beside the block.
struct RecordContext {
  const catalog::Services& services;
  const catalog::Vendors& vendors;
  std::size_t list_limit;
  model::WallTime now;
};

model::PortRecord port_record(net::Protocol protocol, net::Port port, const Ledger::Entry& verdict,
                              const catalog::Services& services);
// The record of a host that was not port-scanned.
model::HostRecord host_record(const BlockHost& host, const Block& block, const RecordContext& context);
// With the verdict on every port, as lane `lane` of `engine` has it.
model::HostRecord port_record(const BlockHost& host, const Block& block, const RecordContext& context,
                              const Engine& engine, const Job& job, std::uint32_t lane);

}  // namespace portolan::engine
