// A set of addresses as runs of neighbours, however many expressions overlap. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "net/ip_address.h"
#include "plan/target_expression.h"

namespace portolan::plan {

class AddressRuns {
 public:
  // Both ends of a run have one family and zone.
  void insert(const AddressRun& run);
  // The parts of `run` that are not in the set: ascending, and none where all of it is.
  [[nodiscard]] std::vector<AddressRun> missing_from(const AddressRun& run) const;
  [[nodiscard]] bool contains(const net::IpAddress& address) const;

 private:
  // Orders by zone before address, so that the addresses of one zone are neighbours.
  struct Place {
    net::Family family{};
    std::uint32_t zone = 0;
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  static Place place_of(const net::IpAddress& address);
  static net::IpAddress address_of(const Place& place);
  static Place after(Place place);   // the first address of all after the last one
  static Place before(Place place);  // the last address of all before the first one

  std::map<Place, Place> runs_;  // first address to last; neither overlaps nor touches another
};

}  // namespace portolan::plan
