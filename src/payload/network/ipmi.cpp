// IPMI: how would one log in? Asked before a session, so that every controller answers.
#include <array>
#include <numeric>
#include <optional>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{623};
constexpr std::uint8_t rmcp_version = 6;
constexpr std::uint8_t unacknowledged = 0xff;
constexpr std::uint8_t ipmi_class = 7;
constexpr std::size_t session_size = 8;  // sequence and session
constexpr std::size_t code_size = 16;    // of authentication, where there is one
constexpr std::uint8_t controller = 0x20;
constexpr std::uint8_t console = 0x81;
constexpr std::uint8_t application_request = 0x18;
constexpr std::uint8_t application_response = 0x1c;
constexpr std::uint8_t get_capabilities = 0x38;
constexpr std::uint8_t this_channel = 0x0e;
constexpr std::uint8_t of_a_user = 2;

std::uint8_t sequence_of(std::uint32_t cookie) {
  return static_cast<std::uint8_t>(cookie << 2U);
}  // above a unit's number

// What makes the sum of all bytes zero.
std::uint8_t checksum(Bytes bytes) {
  return static_cast<std::uint8_t>(-std::accumulate(bytes.begin(), bytes.end(), 0));
}

std::size_t write(std::uint8_t to, std::uint8_t function, Bytes body, Buffer out) {
  const std::array<std::uint8_t, 2> head{to, function};
  wire::Writer w{out};
  w.u8(rmcp_version).u8(0).u8(unacknowledged).u8(ipmi_class).u8(0).zeros(session_size);  // no authentication
  w.u8(static_cast<std::uint8_t>(head.size() + 1 + body.size() + 1))
      .bytes(head)
      .u8(checksum(head))
      .bytes(body)
      .u8(checksum(body));
  return w.size();
}

std::size_t build(std::uint32_t cookie, Buffer out) {
  return write(controller, application_request,
               std::array{console, sequence_of(cookie), get_capabilities, this_channel, of_a_user}, out);
}

struct Message {
  std::uint8_t function = 0;
  std::uint8_t sequence = 0;
};

std::optional<Message> parse(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint8_t version = r.u8();
  r.skip(2);
  const std::uint8_t kind = r.u8();
  const std::uint8_t authentication = r.u8();
  r.skip(session_size + (authentication == 0 ? 0 : code_size) + 1);
  r.skip(1);
  const std::uint8_t function = r.u8();
  r.skip(2);
  const std::uint8_t sequence = r.u8();
  const std::uint8_t command = r.u8();
  if (!r.ok() || version != rmcp_version || kind != ipmi_class || command != get_capabilities) return std::nullopt;
  return Message{function, sequence};
}

Match match(std::uint32_t cookie, Bytes answer) {
  const auto message = parse(answer);
  if (!message || message->function != application_response) return Match::other;
  return message->sequence == sequence_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const auto message = parse(question);
  if (!message || message->function != application_request) return 0;
  constexpr std::uint8_t invalid_command = 0xc1;
  return write(console, application_response,
               std::array{controller, message->sequence, get_capabilities, invalid_command}, out);
}

}  // namespace

constinit const Payload ipmi{
    .name = "ipmi", .document = "IPMI 2.0 §22.13", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
