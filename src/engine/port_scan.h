// Asks the ports of the hosts of a block that are up.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/block.h"
#include "engine/driver.h"
#include "engine/scan.h"
#include "engine/teller.h"

namespace portolan::engine {

class PortScan final : private StageListener {
 public:
  // All outlive it. Hosts are told by `teller` as they are done.
  PortScan(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, NameLookups& names,
           Teller& teller)
      : plan_{plan}, world_{world}, sink_{sink}, driver_{driver}, names_{names}, teller_{teller} {}

  // Tells every host of the block. Returns how many open ports are expected to have been missed.
  Result<double> run(Block& block);

 private:
  void on_answer(const Answer& answer) override;
  Result<void> keep_up(const Engine& engine) override;
  void keep_detail(BlockHost& host, const Answer& answer);
  Result<void> tell_open(const BlockHost& host, const Answer& answer);
  [[nodiscard]] Job job() const;

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  NameLookups& names_;
  Teller& teller_;
  // The stage under way.
  Block* block_ = nullptr;
  const Job* job_ = nullptr;
  const HostList* hosts_ = nullptr;  // lane -> host of the block
  std::uint32_t lanes_done_ = 0;
  Result<void> told_;  // what telling an open port came to, from inside on_answer
};

}  // namespace portolan::engine
