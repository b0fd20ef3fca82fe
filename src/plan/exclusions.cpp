#include "plan/exclusions.h"

#include <algorithm>

namespace portolan::plan {

bool Exclusions::Filter::contains(const net::IpAddress& address) const {
  return (!singles.empty() && singles.contains(address)) || (!runs.empty() && runs.owner_of(address).has_value());
}

void Exclusions::add(const net::IpAddress& address) {
  as_named_.singles.insert(address);
  if (address.zone() != 0) zones_dropped_.singles.insert(address.without_zone());
}

void Exclusions::add(const AddressRun& run) {
  as_named_.runs.take(run, 0);
  if (run.first.zone() != 0) {
    zones_dropped_.runs.take({.first = run.first.without_zone(), .last = run.last.without_zone()}, 0);
  }
}

void Exclusions::add(const OctetPattern& pattern) {
  if (!pattern.has_few_runs()) {
    patterns_.push_back(pattern);
    return;
  }
  for (const AddressRun& run : pattern.runs()) add(run);
}

bool Exclusions::contains(const net::IpAddress& named) const {
  const net::IpAddress address = named.unmapped();
  if (as_named_.contains(address)) return true;
  if (address.zone() != 0 ? as_named_.contains(address.without_zone()) : zones_dropped_.contains(address)) return true;
  return std::ranges::any_of(patterns_, [&](const OctetPattern& pattern) { return pattern.contains(address); });
}

}  // namespace portolan::plan
