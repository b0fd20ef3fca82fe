// EtherNet/IP: who are you? The sender context comes back; its first two bytes say how long a device may wait, as
// little as can be said, and the cookie stands behind them.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{44818};
constexpr std::uint16_t list_identity = 0x6300;  // of numbers here the lower byte stands first
constexpr std::uint16_t delay = 0x0100;
constexpr std::size_t context = 12;
constexpr std::size_t header_size = 24;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.u16(list_identity).u16(0).u32(0).u32(0);  // no data, no session, no error
  w.u16(delay).u32(cookie).u16(0).u32(0);
  return w.size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t command = r.u16();
  const std::uint16_t size = r.u16();
  r.skip(4);
  const std::uint32_t status = r.u32();
  if (answer.size() < header_size || command != list_identity) return Match::other;
  if (size == 0 && status == 0) return Match::other;  // a question
  return wire::u32_at(answer, context + 2) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || wire::Reader{question}.u16() != list_identity) return 0;
  wire::Writer w{out};
  w.u16(list_identity).u16(0x0200).u32(0).u32(0).bytes(question.subspan(context, 8)).u32(0).u16(0);  // no item
  return w.size();
}

}  // namespace

constinit const Payload enip{.name = "enip",
                             .document = "ODVA CIP volume 2, §2-4.2",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
