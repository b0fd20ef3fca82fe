#include "plan/plan.h"

namespace portolan::plan {

Plan part_of(const Plan& plan, std::uint64_t part, std::uint64_t parts) {
  Plan some = plan;
  some.shard = plan.shard + plan.shards * part;
  some.shards = plan.shards * parts;
  const auto share = static_cast<double>(parts);
  if (some.timing.min_rate) *some.timing.min_rate /= share;
  if (some.timing.max_rate) *some.timing.max_rate /= share;
  some.timing.blind_rate /= share;
  return some;
}

}  // namespace portolan::plan
