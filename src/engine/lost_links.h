// Links that are lost in mid-scan: this machine sends nothing through them any more, and its routes know no way there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "base/time.h"
#include "engine/doors.h"
#include "engine/shot.h"
#include "net/ip_address.h"

namespace portolan::engine {

class LostLinks {
 public:
  // A link may come back for so long. (A cable that is plugged in again, an address that is renewed.)
  static const Duration patience;

  explicit LostLinks(Routes& routes) : routes_{routes} {}
  // What the link took; `refused` of it were not sent.
  void note(std::span<const Shot> taken, std::span<const std::size_t> refused, Instant now);
  // Interfaces that nothing was sent through for all of the patience, and through which their last target is not
  // reached any more. Each is told once, and again when more is refused.
  std::vector<std::uint32_t> take_lost(Instant now);
  // When there may be some, without anything else happening.
  [[nodiscard]] Instant next() const;

 private:
  struct Doubt {
    Instant at;  // when the routes are to be asked
    net::IpAddress target;
    bool lost = false;
  };
  [[nodiscard]] bool leads_elsewhere(const net::IpAddress& target, std::uint32_t interface) const;

  Routes& routes_;
  std::map<std::uint32_t, Doubt> doubts_;  // by interface
};

}  // namespace portolan::engine
