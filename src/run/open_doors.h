// The doors of one engine (engine/doors.h), opened on this machine for one plan: its link, its routes, its source
// ports, its names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "engine/doors.h"
#include "os/names/reverse_names.h"
#include "os/packet/packet_link.h"
#include "os/packet/source_ports.h"
#include "plan/plan.h"

namespace portolan::run {

class OpenDoors {
 public:
  // Opens everything that needs a privilege, in the network namespace that the calling thread is in. Connections are
  // opened later, one by one, and names are asked for by a thread of its own: a scan runs in a thread of the same
  // namespace. `wake`: a descriptor that ends Link::receive() early when it is readable, -1 for none.
  // Source ports and the key are drawn anew each time, whatever the plan's seed: that decides the order only.
  // `whole_packets`: what arrives is handed over whole, beyond what the techniques need of it.
  static Result<OpenDoors> open(const plan::Plan& plan, const os::ReverseNamesOptions& names, int wake,
                                bool whole_packets = false);

  [[nodiscard]] engine::Link& link() const { return *link_; }
  [[nodiscard]] engine::Routes& routes() const { return *routes_; }
  // nullptr where the plan wants none.
  [[nodiscard]] engine::NameSource* names() const { return names_.get(); }
  // The first of engine::tags_of(plan) source ports.
  [[nodiscard]] std::uint16_t tag_base() const;
  [[nodiscard]] const HashKey& key() const { return key_; }

 private:
  OpenDoors();
  Result<void> open_routes(const plan::Plan& plan);
  [[nodiscard]] Result<void> check_interface(const plan::Plan& plan) const;
  Result<void> open_link(const plan::Plan& plan, int wake, bool whole_packets);
  Result<std::unique_ptr<os::PacketLink>> open_packet_link(const plan::Plan& plan, int wake, bool whole_packets) const;
  Result<void> open_names(const plan::Plan& plan, const os::ReverseNamesOptions& options);

  HashKey key_;
  std::unique_ptr<engine::Routes> routes_;
  std::optional<os::SourcePorts> source_ports_;
  std::unique_ptr<engine::Link> link_;
  std::unique_ptr<os::ReverseNames> names_;
};

}  // namespace portolan::run
