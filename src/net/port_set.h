// A set of ports, kept as sorted disjoint ranges.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "net/port.h"

namespace portolan::net {

struct PortRange {
  Port first;  // inclusive
  Port last;   // inclusive, not below first
  friend constexpr auto operator<=>(const PortRange&, const PortRange&) noexcept = default;
};

class PortSet {
 public:
  void insert(Port port) { insert(PortRange{port, port}); }
  void insert(PortRange range);
  void erase(const PortSet& other);
  [[nodiscard]] bool contains(Port port) const;
  [[nodiscard]] std::size_t size() const;  // 0 to 65536
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] const std::vector<PortRange>& ranges() const { return ranges_; }
  [[nodiscard]] std::vector<Port> ports() const;  // ascending
  friend bool operator==(const PortSet&, const PortSet&) = default;

 private:
  std::vector<PortRange> ranges_;
};

// "1-3,5,7-9", as nmap's XML and grepable output write it; "" for the empty set.
std::string to_string(const PortSet& set);
// The same text back; ranges may stand in any order and overlap. Errc::parse for anything else.
Result<PortSet> parse_port_set(std::string_view text);

}  // namespace portolan::net
