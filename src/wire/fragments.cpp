#include "wire/fragments.h"

#include <algorithm>

#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::wire {
namespace {

constexpr std::size_t ipv6_header_size = 40;
constexpr std::uint8_t protocol_fragment = 44;
constexpr std::uint16_t unit = 8;  // of offsets
constexpr std::uint16_t more_fragments = 0x2000;

}  // namespace

Fragments::Fragments(Bytes packet, std::size_t each, std::uint32_t identification)
    : packet_{packet},
      each_{each},
      identification_{identification},
      header_{packet[0] >> 4U == 4 ? std::size_t{packet[0] & 0x0fU} * 4 : ipv6_header_size} {}

std::size_t Fragments::next(Buffer out) {
  const Bytes rest = packet_.subspan(std::min(packet_.size(), header_ + at_));
  if (rest.empty()) return 0;
  const Bytes piece = rest.first(std::min(each_, rest.size()));
  const bool more = piece.size() < rest.size();
  const std::size_t size = packet_[0] >> 4U == 4 ? next_v4(out, piece, more) : next_v6(out, piece, more);
  at_ += piece.size();
  return size;
}

std::size_t Fragments::next_v4(Buffer out, Bytes piece, bool more) const {
  Writer{out}.bytes(packet_.first(header_)).bytes(piece);
  const std::size_t size = header_ + piece.size();
  Writer{out.subspan(2)}.u16(static_cast<std::uint16_t>(size));
  const auto offset = static_cast<std::uint16_t>(at_ / unit);
  Writer{out.subspan(6)}.u16(static_cast<std::uint16_t>(offset | (more ? more_fragments : 0U)));
  const Buffer sum = out.subspan(10, 2);
  Writer{sum}.u16(0);
  Writer{sum}.u16(checksum(out.first(header_)));
  return size;
}

std::size_t Fragments::next_v6(Buffer out, Bytes piece, bool more) const {
  Writer w{out};
  w.bytes(packet_.first(header_)).u8(packet_[6]).u8(0).u16(static_cast<std::uint16_t>(at_ | (more ? 1U : 0U)));
  w.u32(identification_).bytes(piece);
  Writer{out.subspan(4)}.u16(static_cast<std::uint16_t>(w.size() - header_)).u8(protocol_fragment);
  return w.size();
}

}  // namespace portolan::wire
