// Tells the hosts of a block to the sink, in the order in which they were named.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "engine/block.h"
#include "engine/driver.h"
#include "engine/name_lookups.h"
#include "engine/scan.h"
#include "model/record.h"
#include "model/sink.h"

namespace portolan::engine {

class Teller {
 public:
  // All outlive it; hosts told are counted in `finished`.
  Teller(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, const NameLookups& names,
         model::ScanFinished& finished, const Block& block)
      : plan_{plan}, world_{world}, sink_{sink}, driver_{driver}, names_{names}, finished_{finished}, block_{block} {}

  // From now on hosts that `job` asks are told with what `engine` knows of their ports; `hosts` ascending.
  void attach(const Engine& engine, const Job& job, const HostList& hosts);

  // Hosts that are done and whose name is known, up to the first that is not.
  Result<void> tell_finished();
  // All that are left, whatever is known of them.
  Result<void> tell_rest();

  // Lanes below this have been told: what is heard of them now comes too late.
  [[nodiscard]] std::uint32_t lanes_told() const { return lane_; }

 private:
  [[nodiscard]] bool is_scanned(std::uint32_t host) const;
  Result<void> tell(std::uint32_t host);

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  const NameLookups& names_;
  model::ScanFinished& finished_;
  const Block& block_;
  const Engine* engine_ = nullptr;
  const Job* job_ = nullptr;
  const HostList* lanes_ = nullptr;  // lane -> host of the block
  std::uint32_t next_ = 0;           // host to be told
  std::uint32_t lane_ = 0;           // lane to be told
};

}  // namespace portolan::engine
