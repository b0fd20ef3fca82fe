#include "explain/conversation.h"

#include <algorithm>

#include "wire/build.h"
#include "wire/cursor.h"

namespace portolan::explain {

Payload payload_of(wire::Bytes whole, const wire::Packet& packet) {
  constexpr std::size_t data_offset = 12;  // where a TCP header tells its own length, in words (RFC 9293 §3.1)
  if (packet.transport.size() <= data_offset) return {};
  const std::size_t header = static_cast<std::size_t>(packet.transport[data_offset] >> 4U) * 4;
  const auto before = static_cast<std::size_t>(packet.transport.data() - whole.data());
  wire::Reader in{whole};
  constexpr std::size_t v6_header = 40;
  in.skip(packet.source.is_v4() ? 2 : 4);
  const std::size_t total = in.u16() + (packet.source.is_v4() ? 0 : v6_header);
  const wire::Bytes there = packet.transport.subspan(std::min(header, packet.transport.size()));
  const std::size_t length = total > before + header ? total - before - header : 0;
  return {there.first(std::min(there.size(), length)), length};
}

Meaning Conversation::meaning_of(const Segment& segment, bool was_connected) const {
  const auto has = [&](std::uint8_t flag) { return (segment.flags & flag) != 0; };
  if (has(wire::rst)) {
    if (!was_connected && !segment.ours) return Meaning::refusing_reset;
    return segment.ours ? Meaning::reset_by_us : Meaning::reset_by_them;
  }
  if (has(wire::syn)) return has(wire::ack) ? Meaning::syn_ack : Meaning::syn;
  const Side& other = segment.ours ? there_ : here_;
  if (segment.length > 0) {
    if (segment.ours) return Meaning::our_words;
    if (has(wire::fin)) return Meaning::last_words;
    return has_heard_words_ ? Meaning::more_words : Meaning::first_words;
  }
  if (has(wire::fin)) return other.has_said_end ? Meaning::ends_too : Meaning::says_end;
  return segment.ours && !has_ended_handshake_ ? Meaning::kernel_acknowledges : Meaning::acknowledges;
}

Conversation::Turn Conversation::hear(const Segment& segment) {
  Side& sender = segment.ours ? here_ : there_;
  const auto has = [&](std::uint8_t flag) { return (segment.flags & flag) != 0; };
  Turn turn{.meaning = meaning_of(segment, states_.here() == TcpState::established || has_ended_handshake_)};
  // What occupies sequence numbers (RFC 9293 §3.4); an ACK alone takes none, and is never sent again.
  const std::size_t taken = segment.length + (has(wire::syn) ? 1 : 0) + (has(wire::fin) ? 1 : 0);
  const std::uint32_t behind = segment.sequence + static_cast<std::uint32_t>(taken);
  if (taken > 0 && !has(wire::rst)) {
    turn.again = sender.sent && static_cast<std::int32_t>(behind - *sender.sent) <= 0;
    if (!turn.again) sender.sent = behind;
  }
  states_.hear(segment);
  if (has(wire::fin)) sender.has_said_end = true;
  if (!segment.ours && segment.length > 0) has_heard_words_ = true;
  const bool acknowledges = segment.ours && !has(wire::syn) && !has(wire::rst) && has(wire::ack);
  has_ended_handshake_ = has_ended_handshake_ || acknowledges;
  return turn;
}

}  // namespace portolan::explain
