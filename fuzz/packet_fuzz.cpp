// Packets as the network may send them: any bytes in, a packet or nothing out, nothing read beyond the end. And a line
// for people of each.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "net/path.h"
#include "probe/registry.h"
#include "probe/stack.h"
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
    const auto ask = [&](const probe::Probe* probe) {
      if (size <= out.size()) (void)probe->answer({*packet, size % 2 == 0, {}}, out);
      const auto subject = probe->subject(*packet);
      if (!subject) return;
      const auto variant = static_cast<std::uint8_t>(size);
      (void)probe->judge({path, subject->target, subject->port, variant, subject->tag.value_or(0)}, *packet);
    };
    std::ranges::for_each(probe::registry, ask);
    std::ranges::for_each(probe::registry_beside, ask);
    (void)probe::read_stack_answer(model::StackQuestion::scan, *packet, bytes, size);
  }
  return 0;
}
