#include "plan/address_runs.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace portolan::plan {

AddressRuns::Place AddressRuns::place_of(const net::IpAddress& address) {
  Place place{.family = address.family(), .zone = address.zone(), .bytes = {}};
  std::ranges::copy(address.bytes(), place.bytes.begin());
  return place;
}

net::IpAddress AddressRuns::address_of(const Place& place) {
  if (place.family == net::Family::v6) return net::IpAddress::v6(place.bytes, place.zone);
  return net::IpAddress::from_bytes(std::span{place.bytes}.first(4));
}

AddressRuns::Place AddressRuns::after(Place place) { return place_of(address_of(place).plus(1)); }

AddressRuns::Place AddressRuns::before(Place place) {
  // Subtracting one turns the zeros at the end into ones and takes one off the byte before them.
  for (std::size_t i = place.family == net::Family::v4 ? 4 : 16; i-- > 0;) {
    if (place.bytes[i]-- != 0) break;
  }
  return place;
}

void AddressRuns::insert(const AddressRun& run) {
  Place first = place_of(run.first);
  Place last = place_of(run.last);
  auto next = runs_.upper_bound(first);
  // The run before it is met where it reaches up to the address before `first`; the first address of all has none.
  if (next != runs_.begin()) {
    const auto previous = std::prev(next);
    const Place neighbour = before(first);
    if (previous->second >= (neighbour < first ? neighbour : first)) next = previous;
  }
  const Place neighbour = after(last);
  const Place reach = last < neighbour ? neighbour : last;
  while (next != runs_.end() && next->first <= reach) {
    first = std::min(first, next->first);
    last = std::max(last, next->second);
    next = runs_.erase(next);
  }
  runs_.emplace_hint(next, first, last);
}

std::vector<AddressRun> AddressRuns::missing_from(const AddressRun& run) const {
  std::vector<AddressRun> missing;
  const Place last = place_of(run.last);
  Place from = place_of(run.first);
  auto next = runs_.upper_bound(from);
  if (next != runs_.begin() && std::prev(next)->second >= from) --next;
  for (; next != runs_.end() && next->first <= last; ++next) {
    if (from < next->first) missing.push_back({.first = address_of(from), .last = address_of(before(next->first))});
    if (next->second >= last) return missing;
    from = after(next->second);
  }
  missing.push_back({.first = address_of(from), .last = run.last});
  return missing;
}

bool AddressRuns::contains(const net::IpAddress& address) const {
  const Place place = place_of(address);
  const auto next = runs_.upper_bound(place);
  return next != runs_.begin() && std::prev(next)->second >= place;
}

}  // namespace portolan::plan
