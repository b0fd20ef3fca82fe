// Packets as the network may send them: any bytes in, a packet or nothing out, nothing read beyond the end. And a line
// for people of each.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "net/path.h"
#include "probe/registry.h"
#include "report/packets/packet_line.h"
#include "wire/packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portolan;
  const std::span bytes{data, size};
  const net::Path path{};
  std::array<std::uint8_t, wire::longest_packet> out{};
  for (const auto type : {net::EtherType::ipv4, net::EtherType::ipv6, net::EtherType::arp}) {
    (void)report::packet_line(type, bytes);
    const auto packet = wire::parse(type, bytes);
    if (!packet) continue;
    for (const probe::Probe* probe : probe::registry) {
      if (size <= out.size()) (void)probe->answer({*packet, size % 2 == 0, {}}, out);
      const auto subject = probe->subject(*packet);
      if (!subject) continue;
      (void)probe->judge({path, subject->target, subject->port, 0, subject->tag.value_or(0)}, *packet);
    }
  }
  return 0;
}
