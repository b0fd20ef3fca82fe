#include "report/packets/pcapng.h"

#include <algorithm>
#include <array>

namespace portolan::report {
namespace {

// Numbers in network order: the magic number at the beginning of a section says so (§4.1).
template <class Number>
void put(std::string& out, Number value) {
  for (std::size_t i = sizeof value; i-- > 0;) {
    out += static_cast<char>(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

void put_bytes(std::string& out, wire::Bytes bytes) { out.append(bytes.begin(), bytes.end()); }

// What is in a block or an option ends at a multiple of four bytes.
void pad(std::string& out, std::size_t size) { out.append((4 - size % 4) % 4, '\0'); }

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  constexpr std::size_t longest = 0xffff;
  value = value.substr(0, longest);
  put(out, code);
  put(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out, value.size());
}

void end_options(std::string& out) { put(out, std::uint32_t{0}); }

// A block has its length in front of its content and behind it (§3.1).
void put_block(std::string& out, std::uint32_t type, std::string_view content) {
  constexpr std::size_t frame = 12;
  const auto length = static_cast<std::uint32_t>(content.size() + frame);
  put(out, type);
  put(out, length);
  out += content;
  put(out, length);
}

// The header of LINKTYPE_LINUX_SLL2: fields of a sockaddr_ll (packet(7)), in network order.
void put_link_header(std::string& out, const CapturedPacket& packet) {
  constexpr std::array<std::uint8_t, 4> packet_type{0, 1, 2, 4};  // in the order of Way
  constexpr std::array<std::uint16_t, 3> device{1, 772, 0xffff};  // ARPHRD_ETHER, ARPHRD_LOOPBACK, ARPHRD_VOID
  std::array<std::uint8_t, 8> address{};
  if (packet.sender) std::ranges::copy(packet.sender->bytes, address.begin());
  put(out, static_cast<std::uint16_t>(packet.type));
  put(out, std::uint16_t{0});
  put(out, packet.interface);
  put(out, device[static_cast<std::size_t>(packet.device)]);
  put(out, packet_type[static_cast<std::size_t>(packet.way)]);
  put(out, static_cast<std::uint8_t>(packet.sender ? packet.sender->bytes.size() : 0));
  put_bytes(out, address);
}
constexpr std::size_t link_header_size = 20;

// epb_flags (§4.3): direction, and how it was addressed.
std::uint32_t flags_of(CapturedPacket::Way way) {
  constexpr std::uint32_t inbound = 1;
  constexpr std::uint32_t outbound = 2;
  switch (way) {
    case CapturedPacket::Way::to_us:
      return inbound | 1U << 2U;
    case CapturedPacket::Way::multicast:
      return inbound | 2U << 2U;
    case CapturedPacket::Way::broadcast:
      return inbound | 3U << 2U;
    case CapturedPacket::Way::sent:
      break;
  }
  return outbound;
}

}  // namespace

std::string pcapng_head(std::string_view program) {
  constexpr std::uint16_t user_application = 4;
  std::string section;
  put(section, std::uint32_t{0x1a2b3c4d});
  put(section, std::uint16_t{1});
  put(section, std::uint16_t{0});
  put(section, ~std::uint64_t{0});  // its length is not known yet
  put_option(section, user_application, program);
  end_options(section);

  constexpr std::uint16_t cooked = 276;
  constexpr std::uint16_t name = 2;
  constexpr std::uint16_t time_resolution = 9;
  std::string interface;
  put(interface, cooked);
  put(interface, std::uint16_t{0});
  put(interface, std::uint32_t{0});  // no limit to the length of a packet
  put_option(interface, name, "any");
  put_option(interface, time_resolution, "\x09");  // nanoseconds
  end_options(interface);

  std::string head;
  put_block(head, 0x0a0d0d0a, section);
  put_block(head, 1, interface);
  return head;
}

void append_pcapng(std::string& out, const CapturedPacket& packet) {
  constexpr std::uint16_t comment = 1;
  constexpr std::uint16_t flags = 2;
  const std::size_t captured = link_header_size + packet.bytes.size();
  const auto at = static_cast<std::uint64_t>(packet.at.count());
  std::string content;
  put(content, std::uint32_t{0});  // the interface of the file, of which there is one
  put(content, static_cast<std::uint32_t>(at >> 32U));
  put(content, static_cast<std::uint32_t>(at));
  put(content, static_cast<std::uint32_t>(captured));
  put(content, static_cast<std::uint32_t>(link_header_size + std::max(packet.length, packet.bytes.size())));
  put_link_header(content, packet);
  put_bytes(content, packet.bytes);
  pad(content, captured);
  if (!packet.comment.empty()) put_option(content, comment, packet.comment);
  std::string flag_bytes;
  put(flag_bytes, flags_of(packet.way));
  put_option(content, flags, flag_bytes);
  end_options(content);
  put_block(out, 6, content);
}

}  // namespace portolan::report
