// Makes the records of hosts and gives them to the sink, each as soon as its host is done: none waits for another.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/driver.h"
#include "engine/host.h"
#include "engine/name_lookups.h"
#include "engine/port_scan.h"
#include "engine/scan.h"
#include "model/record.h"
#include "model/sink.h"

namespace portolan::engine {

class HostReporter {
 public:
  // All outlive it; what is reported is counted in `finished`.
  HostReporter(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, const NameLookups& names,
               const PortScan& ports, model::ScanFinished& finished)
      : plan_{plan}, world_{world}, sink_{sink}, driver_{driver}, names_{names}, ports_{ports}, finished_{finished} {}

  Result<void> report(const Host& host);
  // So many hosts had no turn before the scan was stopped.
  void never_entered(std::uint64_t hosts);
  // Whether this machine would not send something that was to be asked.
  [[nodiscard]] bool left_out() const { return left_out_; }

 private:
  void add_hops(model::HostRecord& record, const Host& host) const;
  void count_missed(const PortWalk& walk);
  void count(const model::HostRecord& record, std::span<const PortWalk> walks);

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  const NameLookups& names_;
  const PortScan& ports_;
  model::ScanFinished& finished_;
  std::uint64_t open_ = 0;   // ports, of the hosts below
  std::uint64_t hosts_ = 0;  // whose ports were asked
  bool left_out_ = false;
};

}  // namespace portolan::engine
