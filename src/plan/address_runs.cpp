#include "plan/address_runs.h"

#include <algorithm>
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

std::vector<AddressRun> AddressRuns::take(const AddressRun& run, std::uint32_t owner) {
  std::vector<AddressRun> taken;
  const Place last = place_of(run.last);
  Place from = place_of(run.first);
  auto next = runs_.upper_bound(from);
  if (next != runs_.begin() && std::prev(next)->second.last >= from) {
    const Place& end = std::prev(next)->second.last;
    if (end >= last) return taken;
    from = after(end);
  }
  while (true) {
    const bool blocked = next != runs_.end() && next->first <= last;
    if (!blocked || from < next->first) {
      const Place to = blocked ? before(next->first) : last;
      taken.push_back({.first = address_of(from), .last = address_of(to)});
      runs_.emplace_hint(next, from, Run{.last = to, .owner = owner});
    }
    if (!blocked || next->second.last >= last) return taken;
    from = after(next->second.last);
    ++next;
  }
}

std::optional<std::uint32_t> AddressRuns::owner_of(const net::IpAddress& address) const {
  const Place place = place_of(address);
  const auto next = runs_.upper_bound(place);
  if (next == runs_.begin() || std::prev(next)->second.last < place) return std::nullopt;
  return std::prev(next)->second.owner;
}

}  // namespace portolan::plan
