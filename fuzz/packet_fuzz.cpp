// Packets as the network may send them: any bytes in, a packet or nothing out, nothing read beyond the end.
#include <cstddef>
#include <cstdint>
#include <span>

#include "net/path.h"
#include "probe/registry.h"
#include "wire/packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portolan;
  const std::span bytes{data, size};
  const net::Path path{};
  for (const auto& packet : {wire::parse_ipv4(bytes), wire::parse_ipv6(bytes), wire::parse_arp(bytes)}) {
    if (!packet) continue;
    for (const probe::Probe* probe : probe::registry) {
      const auto subject = probe->subject(*packet);
      if (!subject) continue;
      (void)probe->judge({path, subject->target, subject->port, subject->tag, 0}, *packet);
    }
  }
  return 0;
}
