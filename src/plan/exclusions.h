// Addresses that must not be sent anything. Pure.
#pragma once

#include <vector>

#include "net/ip_address.h"
#include "plan/address_runs.h"
#include "plan/pattern_union.h"
#include "plan/target_expression.h"

namespace portolan::plan {

// A zone narrows an exclusion to one link; a target without a zone may leave by any link, so what is
// excluded on one of them stays out.
class Exclusions {
 public:
  void add(const AddressRun& run);
  // False, and nothing is added, where patterns overlap in too many ways (PatternUnion::add).
  [[nodiscard]] bool add(const OctetPattern& pattern);
  [[nodiscard]] bool contains(const net::IpAddress& address) const;
  // The parts of `run` that no excluded run has, ascending. Patterns of many runs are not taken off: patterns() has
  // them.
  [[nodiscard]] std::vector<AddressRun> taken_off(const AddressRun& run) const;
  [[nodiscard]] const PatternUnion& patterns() const { return patterns_; }

 private:
  AddressRuns as_named_;
  AddressRuns zones_dropped_;  // of those that had one
  PatternUnion patterns_;
};

}  // namespace portolan::plan
