// A host on its way through the scan, from the target set to its record. What only few hosts have stands apart, so that
// a silent one takes some hundred bytes: a wide scan has hundreds of thousands of them under way.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/slab.h"
#include "engine/answer_details.h"
#include "engine/host_walk.h"
#include "engine/question.h"
#include "model/record.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "net/path.h"

namespace portolan::engine {

// What has been found out about a host, or came with its name.
struct HostFacts {
  std::string name;                             // as the user typed it
  std::vector<net::IpAddress> other_addresses;  // of the same name
  std::optional<net::Mac> mac;
  std::optional<model::RoundTrip> round_trip;
  // It was measured by ARP or neighbour discovery, which somebody nearer may have answered: it says nothing about how
  // long the host itself takes.
  bool round_trip_of_link = false;
  AnswerDetails details;
  std::vector<model::Remark> remarks;
  std::optional<HopProbe> found_by;  // where it was found by a question beyond its link, and the way to it is wanted
  std::optional<model::Trace> trace;
  Boxed<model::SystemRecord> system;  // where it is asked for
  Boxed<model::FilterRecord> filter;  // the same
};

inline constexpr std::size_t most_port_walks = 4;
inline constexpr std::uint32_t no_walk = UINT32_MAX;
inline constexpr std::array<std::uint32_t, most_port_walks> no_port_walks{no_walk, no_walk, no_walk, no_walk};

struct Host {
  WalkTarget target;           // its path lies in the PathTable or in own_path
  std::uint64_t position = 0;  // plan::Target::position
  model::WallTime started;
  std::unique_ptr<net::Path> own_path;  // where no other host can share it
  std::unique_ptr<HostFacts> facts;
  // In the engines that ask its ports, one of each transport; `no_walk` where it is asked nothing there.
  std::array<std::uint32_t, most_port_walks> port_walks = no_port_walks;
  std::uint8_t port_walks_left = 0;  // that are not done
  model::HostState state = model::HostState::unknown;
  model::Reason reason = model::Reason::none;
  std::uint8_t reason_ttl = 0;
  bool single = false;  // plan::Target::single

  HostFacts& known() {
    if (!facts) facts = std::make_unique<HostFacts>();
    return *facts;
  }
};

using HostTable = Slab<Host>;

// The paths of all hosts, each once: what is behind one gateway shares one.
class PathTable {
 public:
  // Valid as long as the table. The next hop of a path that leads to the target itself is not kept, only its zone.
  const net::Path* keep(net::Path path, const net::IpAddress& target);

 private:
  std::set<net::Path> paths_;
};

}  // namespace portolan::engine
