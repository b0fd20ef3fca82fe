// BJNP of Canon: are you a printer?
#include <array>
#include <optional>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{8611, 8612};
constexpr std::string_view magic = "BJNP";
constexpr std::uint8_t printer = 1;
constexpr std::uint8_t is_response = 0x80;
constexpr std::uint8_t discover = 1;
constexpr std::size_t header_size = 16;

std::uint16_t sequence_of(std::uint32_t cookie) { return static_cast<std::uint16_t>(cookie); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.text(magic).u8(printer).u8(discover).u16(0).u16(sequence_of(cookie)).u16(0).u32(0);  // no session, no body
  return w.size();
}

struct Message {
  std::uint8_t device = 0;
  std::uint16_t sequence = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const Bytes head = r.take(magic.size());
  const std::uint8_t device = r.u8();
  const std::uint8_t command = r.u8();
  r.skip(2);
  const std::uint16_t sequence = r.u16();
  if (bytes.size() < header_size || as_text(head) != magic || command != discover) return std::nullopt;
  return Message{device, sequence};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || (message->device & is_response) == 0) return Match::other;
  return message->sequence == sequence_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->device != printer) return 0;
  wire::Writer w{out};
  return w.text(magic).u8(is_response | printer).u8(discover).u16(0).u16(message->sequence).u16(0).u32(0).size();
}

}  // namespace

constinit const Payload bjnp{.name = "bjnp",
                             .document = "SANE source, backend/pixma/pixma_bjnp_private.h",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
