// A block of source ports for packets that the kernel knows nothing of. Should one of the ports belong
// to a socket of this machine, the kernel would hand answers to that socket, or answer itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/port_set.h"
#include "os/file_descriptor.h"
#include "os/packet/packet_filter.h"

namespace portolan::os {

// The content of /proc/sys/net/ipv4/ip_local_port_range; the kernel's default where it makes no sense.
net::PortRange parse_local_port_range(std::string_view text);
// From which ports the kernel takes those of outgoing connections.
net::PortRange local_port_range();

struct SourceBlock {
  TagBlock tags;
  bool inside_local_range = false;  // the kernel could give these ports to others meanwhile
};
// Draws blocks from `seed` until `is_free` likes one: first outside `local_range`, then anywhere above
// 1023. Errc::limit when hundreds of draws found none. Pure.
Result<SourceBlock> choose_source_block(std::uint64_t seed, std::uint16_t count, net::PortRange local_range,
                                        const std::function<bool(TagBlock)>& is_free);

class SourcePorts {
 public:
  // `count` ports, 1 to 1024, none bound on this machine. Errc::limit also where there are too few files
  // left to keep them (see held_).
  static Result<SourcePorts> reserve(std::uint64_t seed, std::uint16_t count = 64);
  [[nodiscard]] TagBlock block() const { return block_; }

 private:
  TagBlock block_;
  // Sockets bound to the ports, neither listening nor connected, so that they receive nothing. Only
  // for a block inside the local range: elsewhere the kernel does not choose ports by itself.
  std::vector<FileDescriptor> held_;
};

}  // namespace portolan::os
