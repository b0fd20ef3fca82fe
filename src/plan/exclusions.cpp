#include "plan/exclusions.h"

namespace portolan::plan {

void Exclusions::add(const AddressRun& run) {
  as_named_.insert(run);
  if (run.first.zone() != 0) {
    zones_dropped_.insert({.first = run.first.without_zone(), .last = run.last.without_zone()});
  }
}

bool Exclusions::add(const OctetPattern& pattern) {
  if (!pattern.has_few_runs()) return patterns_.add(pattern);
  for (const AddressRun& run : pattern.runs()) add(run);
  return true;
}

bool Exclusions::contains(const net::IpAddress& named) const {
  const net::IpAddress address = named.unmapped();
  if (as_named_.contains(address)) return true;
  if (address.zone() != 0 ? as_named_.contains(address.without_zone()) : zones_dropped_.contains(address)) return true;
  return patterns_.contains(address);
}

std::vector<AddressRun> Exclusions::taken_off(const AddressRun& run) const {
  const std::uint32_t zone = run.first.zone();
  const AddressRuns& of_other_zones = zone == 0 ? zones_dropped_ : as_named_;
  std::vector<AddressRun> left;
  for (const AddressRun& part : as_named_.missing_from(run)) {
    for (const AddressRun& rest :
         of_other_zones.missing_from({.first = part.first.without_zone(), .last = part.last.without_zone()})) {
      left.push_back({.first = rest.first.with_zone(zone), .last = rest.last.with_zone(zone)});
    }
  }
  return left;
}

}  // namespace portolan::plan
