// Addresses that must not be sent anything. Pure.
#pragma once

#include <unordered_set>
#include <vector>

#include "net/ip_address.h"
#include "plan/address_runs.h"
#include "plan/target_expression.h"

namespace portolan::plan {

// A zone narrows an exclusion to one link; a target without a zone may leave by any link, so what is
// excluded on one of them stays out.
class Exclusions {
 public:
  void add(const net::IpAddress& address);
  void add(const AddressRun& run);
  void add(const OctetPattern& pattern);
  [[nodiscard]] bool contains(const net::IpAddress& address) const;

 private:
  struct Filter {
    std::unordered_set<net::IpAddress> singles;  // apart from the runs: lists of 100,000 are usual
    AddressRuns runs;
    [[nodiscard]] bool contains(const net::IpAddress& address) const;
  };
  Filter as_named_;
  Filter zones_dropped_;  // of those that had one
  std::vector<OctetPattern> patterns_;
};

}  // namespace portolan::plan
