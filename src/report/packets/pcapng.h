// Packets as a pcapng file (draft-ietf-opsawg-pcapng), each with a comment, for tshark and Wireshark. By hand, because
// libpcap writes the older format alone, in which a packet has no room for one.
//
// Its link type is that of Linux's cooked captures (LINKTYPE_LINUX_SLL2), and every interface is in the one it has, as
// in what `tcpdump -i any` writes: in front of each packet stands what this machine knows of its link (interface,
// direction, the sender's link-layer address, protocol), and then the bytes from the network header on. As Ethernet
// frames half of each header would be made up, because nobody says whom a frame was addressed to that came in; as plain
// IP packets ARP would have no place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/mac.h"
#include "net/path.h"
#include "wire/packet.h"

namespace portolan::report {

struct CapturedPacket {
  enum class Way : std::uint8_t { to_us, broadcast, multicast, sent };  // what the link layer says of it
  enum class Device : std::uint8_t { ethernet, loopback, unknown };

  Duration at{};  // since the Epoch
  Way way = Way::to_us;
  Device device = Device::unknown;
  std::uint32_t interface = 0;       // index
  std::optional<net::Mac> sender{};  // on the link
  net::EtherType type = net::EtherType::ipv4;
  wire::Bytes bytes{};         // from the network header on
  std::size_t length = 0;      // of the whole packet, where it is more than `bytes`
  std::string_view comment{};  // UTF-8
};

// What such a file begins with; `program` is who writes it. Files that are put behind each other are one file.
std::string pcapng_head(std::string_view program);
// Adds a packet to `out`.
void append_pcapng(std::string& out, const CapturedPacket& packet);

}  // namespace portolan::report
