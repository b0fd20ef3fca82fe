// A whole scan: targets block by block, each block asked whether it is up, then its ports, then told.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "engine/link.h"
#include "model/record.h"
#include "model/sink.h"
#include "plan/plan.h"

namespace portolan::engine {

// Reverse names, looked up beside the scan.
class NameSource {
 public:
  NameSource() = default;
  NameSource(const NameSource&) = delete;
  NameSource& operator=(const NameSource&) = delete;
  virtual ~NameSource() = default;
  // Starts a look-up; never waits.
  virtual void ask(const net::IpAddress& address) = 0;
  // What is known by now: nullopt while pending, "" where there is no name.
  virtual std::optional<std::string> answer(const net::IpAddress& address) = 0;
};

// What the user wants while a scan runs. Link::receive returns early when something here changes.
class UserControl {
 public:
  UserControl() = default;
  UserControl(const UserControl&) = delete;
  UserControl& operator=(const UserControl&) = delete;
  virtual ~UserControl() = default;
  // SIGINT or SIGTERM came: tell what is known, then end.
  virtual bool stop_requested() = 0;
  // Progress should be told now (a moment of a live display has passed, --stats-every is due, a key
  // was pressed). Called often; true once an occasion.
  virtual bool progress_due() = 0;
};

// Everything a scan needs of the world, real or simulated. References outlive the scan.
struct World {
  Link& link;
  const Clock& clock;
  Routes& routes;
  std::uint16_t tag_base;  // first of engine::tag_count source ports that belong to this scan
  const catalog::Services& services;
  const catalog::Vendors& vendors;
  NameSource* names = nullptr;     // nullptr: no reverse names
  UserControl* control = nullptr;  // nullptr: nobody interferes
  model::WallTime (*wall_time)() = nullptr;
};

// Runs the plan to its end and tells everything but ScanStarted and ScanFinished to the sink; those two
// are the caller's, because they also happen around failures that no scan sees. An error means the
// link or the sink failed; a stop request is no error (ScanFinished::interrupted).
Result<model::ScanFinished> run_scan(const plan::Plan& plan, const World& world, model::Sink& sink);

}  // namespace portolan::engine
