// Finds the way to each host that is up, where the plan wants it (--traceroute): which of them is asked, by what, and
// what becomes of it in their records.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/driver.h"
#include "engine/host.h"
#include "engine/name_lookups.h"
#include "engine/port_scan.h"
#include "plan/plan.h"

namespace portolan::engine {

class HostTraces {
 public:
  // All outlive it.
  HostTraces(const plan::Plan& plan, const World& world, Driver& driver, HostTable& hosts, const PortScan& ports,
             NameLookups& names)
      : plan_{plan}, world_{world}, driver_{driver}, hosts_{hosts}, ports_{ports}, names_{names} {}

  // A host whose ports are judged, where they were asked.
  void enter(std::uint32_t host);
  // Hosts the way to which is known, or that none is asked of, since the last call.
  std::vector<std::uint32_t> take_done();
  // Whether this machine would not send something that was to be asked.
  [[nodiscard]] bool left_out() const;

 private:
  void keep(Host& host, model::Trace trace);

  const plan::Plan& plan_;
  const World& world_;
  Driver& driver_;
  HostTable& hosts_;
  const PortScan& ports_;
  NameLookups& names_;
  std::vector<std::uint32_t> done_;
};

}  // namespace portolan::engine
