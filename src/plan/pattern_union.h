// Octet patterns that overlap as patterns that do not, so that members can be counted and sought without being
// enumerated. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/ip_address.h"
#include "plan/target_expression.h"

namespace portolan::plan {

class PatternUnion {
 public:
  // Counting takes a time in proportion to this. A pattern that overlaps another one becomes up to four.
  static constexpr std::size_t most_patterns = 1024;

  // Patterns by their order of arrival: from `begin` up to before `end`.
  struct Slice {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const Slice&, const Slice&) = default;
  };

  // What of `pattern` no pattern before it has. False, and nothing is added, where they would become too many.
  [[nodiscard]] bool add(const OctetPattern& pattern);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(patterns_.size()); }
  [[nodiscard]] bool contains(const net::IpAddress& address) const;
  // Members of the slice that are IPv4 addresses below `value`, which is at most 2^32.
  [[nodiscard]] std::uint64_t count_below(Slice slice, std::uint64_t value) const;
  // The member number `index`, from 0, of those at or above `first`, or the address number `index` of those that are no
  // members. There are that many.
  [[nodiscard]] std::uint32_t member(Slice slice, std::uint32_t first, std::uint64_t index) const;
  [[nodiscard]] std::uint32_t other(Slice slice, std::uint32_t first, std::uint64_t index) const;

 private:
  std::vector<OctetPattern> patterns_;  // disjoint
};

}  // namespace portolan::plan
