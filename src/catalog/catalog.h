// Facts shipped with the program: service names, the ports most worth asking, vendors of network
// cards. Read once from the data directory; lookups never fail, they just know less.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/mac.h"
#include "net/port.h"
#include "net/port_set.h"

namespace portolan::catalog {

// IP protocols (net::Protocol::ip) are the same in every catalogue (ip_protocols.h).
class Services {
 public:
  // `text` is the content of data/services (format: docs/data.md). Malformed lines are errors.
  static Result<Services> parse(std::string_view text);
  ~Services();
  Services(Services&&) noexcept;
  Services& operator=(Services&&) noexcept;

  // "" where nothing is registered.
  [[nodiscard]] std::string_view name_of(net::Protocol protocol, net::Port port) const;
  // All names of a port, the one that is printed first.
  [[nodiscard]] std::vector<std::string_view> names_of(net::Protocol protocol, net::Port port) const;
  // Every name of any port, with repetitions: for suggestions.
  [[nodiscard]] std::vector<std::string_view> names() const;
  // Every port whose service name matches `pattern` (shell wildcards * and ?), as in -p http*.
  [[nodiscard]] net::PortSet matching(net::Protocol protocol, std::string_view pattern) const;
  // Every registered port.
  [[nodiscard]] net::PortSet registered(net::Protocol protocol) const;
  // The `n` ports most worth asking, best first; all that are ranked where there are fewer.
  [[nodiscard]] std::vector<net::Port> top(net::Protocol protocol, std::size_t n) const;

 private:
  struct Data;
  explicit Services(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

// What IANA's registry says about the names of ports, from data/descriptions. A file of its own, because only who asks
// about a port wants it: a scan does not read it.
class Descriptions {
 public:
  // `text` is the content of data/descriptions (format: docs/data.md) and must outlive the catalogue; "" gives one that
  // knows none. Malformed lines are errors.
  static Result<Descriptions> parse(std::string_view text);

  // "" where the registry says no more than the name does. `name` "" asks about a port without a name: "Reserved".
  // Letter case counts.
  [[nodiscard]] std::string_view find(net::Protocol protocol, net::Port port, std::string_view name) const;

 private:
  struct Entry {
    net::PortRange ports;
    std::uint8_t protocols = 0;
    std::string_view name;
    std::string_view description;
  };
  std::vector<Entry> entries_;  // ascending, not overlapping but for equal ranges
};

// Vendors of network cards by the first 24, 28 or 36 bits of an address, from IEEE's lists as the
// ieee-data package has them. Nothing is read before the first name is asked for (a few
// milliseconds then), so a scan that prints no MAC pays nothing for the catalogue.
class Vendors {
 public:
  // `text` is oui.txt, which must outlive the catalogue; "" gives one that knows none.
  static Vendors parse(std::string_view text);
  Vendors();
  ~Vendors();
  Vendors(Vendors&&) noexcept;
  Vendors& operator=(Vendors&&) noexcept;

  // One more list (mam.txt, oui36.txt, iab.txt), which must outlive the catalogue. The smallest
  // block that holds an address names it, whatever the order of the lists. Not after name_of.
  void add(std::string_view text);
  // "" when unknown. A view into the texts; may be called from several threads.
  [[nodiscard]] std::string_view name_of(net::Mac mac) const;

 private:
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace portolan::catalog
