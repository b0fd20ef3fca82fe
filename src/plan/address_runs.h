// Which addresses are taken, and by whom: disjoint runs of addresses, however many expressions
// overlap. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "net/ip_address.h"
#include "plan/target_expression.h"

namespace portolan::plan {

class AddressRuns {
 public:
  // Takes what nobody took before, and returns it: ascending, and empty where all of it was taken.
  // Both ends of `run` have one family and zone.
  std::vector<AddressRun> take(const AddressRun& run, std::uint32_t owner);
  [[nodiscard]] std::optional<std::uint32_t> owner_of(const net::IpAddress& address) const;
  [[nodiscard]] bool empty() const { return runs_.empty(); }

 private:
  // Orders by zone before address, so that the addresses of one zone are neighbours.
  struct Place {
    net::Family family{};
    std::uint32_t zone = 0;
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Run {
    Place last;
    std::uint32_t owner = 0;
  };
  static Place place_of(const net::IpAddress& address);
  static net::IpAddress address_of(const Place& place);
  static Place after(Place place);   // not called on the last address
  static Place before(Place place);  // not called on the first one

  std::map<Place, Run> runs_;  // by first address
};

}  // namespace portolan::plan
