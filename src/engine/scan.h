// A whole scan: hosts flow from the target set through routes, discovery, ports and names to their records. Each goes
// at its own pace; new ones enter as others leave.
#pragma once

#include <cstdint>
#include <optional>

#include "base/hash.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "engine/doors.h"
#include "model/record.h"
#include "model/sink.h"
#include "plan/plan.h"

namespace portolan::engine {

// How many source ports a scan of the plan uses: finding hosts, asking ports and asking for hops have some of their
// own each, so that a late answer to the one is never taken for an answer to the other.
std::uint16_t tags_of(const plan::Plan& plan);

// Everything a scan needs of the world, real or simulated. References outlive the scan.
struct World {
  Link& link;
  const Clock& clock;
  Routes& routes;
  std::uint16_t tag_base;  // first of tags_of(plan) source ports that belong to this scan
  const catalog::Services& services;
  const catalog::Vendors& vendors;
  NameSource* names = nullptr;     // nullptr: no reverse names
  UserControl* control = nullptr;  // nullptr: nobody interferes
  model::WallTime (*wall_time)() = nullptr;
  // What cookies are keyed with: nobody may guess it, and no two scans share it. nullopt: made from the plan's seed, so
  // that a simulation can be replayed.
  std::optional<HashKey> key = std::nullopt;
  LateTargets* late = nullptr;  // nullptr: the plan has all targets
};

// Runs the plan to its end and tells everything but ScanStarted and ScanFinished to the sink; those two
// are the caller's, because they also happen around failures that no scan sees. Where the link or the sink fails, what
// is known by then is told and counted, and the failure stands in what is returned; a stop request is no failure
// (ScanFinished::interrupted).
//
// Memory: at most most_hosts hosts are under way, of some hundred and fifty bytes each while they are silent, and the
// ledgers of those whose ports are being asked take most_ledger_bytes (port_scan.h) together.
model::ScanFinished run_scan(const plan::Plan& plan, const World& world, model::Sink& sink);

inline constexpr std::size_t most_hosts = std::size_t{1} << 18U;

}  // namespace portolan::engine
