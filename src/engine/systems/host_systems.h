// Finds out what systems hosts have, where the plan wants it (-O): by which of their ports they are asked, and what
// becomes of it in their records. Who judges it stands behind the engine (identify/system/).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/driver.h"
#include "engine/host.h"
#include "engine/port_scan.h"
#include "engine/systems/stack_questions.h"
#include "plan/plan.h"

namespace portolan::engine {

class HostSystems {
 public:
  // All outlive it.
  HostSystems(const plan::Plan& plan, const World& world, Driver& driver, HostTable& hosts, const PortScan& ports)
      : plan_{plan}, world_{world}, driver_{driver}, hosts_{hosts}, ports_{ports} {}

  // A host whose ports are judged, where they were asked.
  void enter(std::uint32_t host);
  // Hosts that have been asked, or are not, since the last call.
  std::vector<std::uint32_t> take_done();
  // Whether this machine would not send something that was to be asked.
  [[nodiscard]] bool left_out() const;

 private:
  const plan::Plan& plan_;
  const World& world_;
  Driver& driver_;
  HostTable& hosts_;
  const PortScan& ports_;
  std::vector<std::uint32_t> done_;
};

}  // namespace portolan::engine
