#include "engine/scan.h"

#include <algorithm>

#include "engine/block.h"
#include "engine/discovery.h"
#include "engine/driver.h"
#include "engine/name_lookups.h"
#include "engine/port_scan.h"
#include "engine/teller.h"

namespace portolan::engine {
namespace {

class Scan {
 public:
  Scan(const plan::Plan& plan, const World& world, model::Sink& sink)
      : plan_{plan},
        world_{world},
        sink_{sink},
        driver_{plan, world, sink},
        names_{plan, world, driver_},
        discovery_{plan, world, sink, driver_} {}

  Result<model::ScanFinished> run() {
    plan::TargetSet::Cursor cursor{plan_.targets};
    for (Block block = next_block(cursor); !block.hosts.empty() && !driver_.stopped(); block = next_block(cursor)) {
      driver_.begin_block(cursor.passed(), plan_.targets.walk_length());
      if (const auto done = scan(block); !done) return fail(done.error());
      driver_.found().hosts_done += block.hosts.size();
    }
    driver_.sum_up(finished_);
    finished_.hosts_total = finished_.hosts_up + finished_.hosts_down;
    return finished_;
  }

 private:
  Block next_block(plan::TargetSet::Cursor& cursor) const {
    Block block;
    block.started = world_.wall_time();
    std::size_t questions = 0;
    for (const plan::Technique& technique : plan_.techniques) questions += technique.ports.size();
    const std::size_t most =
        std::clamp<std::size_t>(block_probes / std::max<std::size_t>(1, questions), 1, block_hosts);
    while (block.hosts.size() < most) {
      auto target = cursor.next();
      if (!target) break;
      BlockHost host;
      host.target = std::move(*target);
      block.hosts.push_back(std::move(host));
    }
    return block;
  }

  Result<void> scan(Block& block) {
    Teller teller{plan_, world_, sink_, driver_, names_, finished_, block};
    if (plan_.depth == plan::ScanDepth::list) {
      for (BlockHost& host : block.hosts) host.reason = model::Reason::user_set;
    } else if (auto done = discovery_.run(block); !done) {
      return done;
    }
    names_.ask(block);
    if (plan_.depth == plan::ScanDepth::ports && !driver_.stopped()) {
      const auto missed = PortScan{plan_, world_, sink_, driver_, names_, teller}.run(block);
      if (!missed) return fail(missed.error());
      finished_.expected_missed_open = finished_.expected_missed_open.value_or(0) + *missed;
      return {};
    }
    names_.await(block);
    return teller.tell_rest();
  }

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver driver_;
  NameLookups names_;
  Discovery discovery_;
  model::ScanFinished finished_;
};

}  // namespace

Result<model::ScanFinished> run_scan(const plan::Plan& plan, const World& world, model::Sink& sink) {
  return Scan{plan, world, sink}.run();
}

}  // namespace portolan::engine
