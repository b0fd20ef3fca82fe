// TFTP: a file that is not there. The refusal comes from a port of its own, by which servers tell transfers apart.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{69};
constexpr std::uint16_t read_request = 1;
constexpr std::uint16_t data = 3;
constexpr std::uint16_t error = 5;
constexpr std::uint16_t options = 6;  // RFC 2347
constexpr std::uint16_t file_not_found = 1;
constexpr std::string_view file = "no-such-file";
constexpr std::string_view mode = "octet";
constexpr std::uint16_t last_code = 8;  // RFC 2347
constexpr std::uint16_t first_block = 1;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u16(read_request).text(file).u8(0).text(mode).u8(0);
  return w.size();
}

// The least that can be taken for an answer, since it comes from anywhere: an error with a known code and a text that
// ends as it has to, or the beginning of what was asked for.
Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t opcode = r.u16();
  const std::uint16_t number = r.u16();
  if (!r.ok()) return Match::other;
  const bool refuses = opcode == error && number <= last_code && !r.rest().empty() && r.rest().back() == 0;
  const bool sends = (opcode == data && number == first_block) || (opcode == options && answer.back() == 0);
  return refuses || sends ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (wire::Reader{question}.u16() != read_request) return 0;
  wire::Writer w{out};
  w.u16(error).u16(file_not_found).text("File not found").u8(0);
  return w.size();
}

}  // namespace

constinit const Payload tftp{.name = "tftp",
                             .document = "RFC 1350 §5",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer,
                             .from_elsewhere = true};

}  // namespace portolan::payload
