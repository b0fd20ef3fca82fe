// XDMCP: would you log us in?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{177};
constexpr std::uint16_t version = 1;
constexpr std::uint16_t query = 2;
constexpr std::uint16_t willing = 5;
constexpr std::uint16_t unwilling = 6;
constexpr std::size_t header_size = 6;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.u16(version).u16(query).u16(1).u8(0).size();  // no name of an authentication
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint16_t spoken = r.u16();
  const std::uint16_t opcode = r.u16();
  r.skip(2);
  if (!r.ok() || spoken != version) return Match::other;
  return opcode == willing || opcode == unwilling ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  r.skip(2);
  const std::uint16_t opcode = r.u16();
  if (question.size() <= header_size || opcode != query) return 0;
  wire::Writer w{out};
  return w.u16(version).u16(unwilling).u16(4).u16(0).u16(0).size();  // without a name or a status
}

}  // namespace

constinit const Payload xdmcp{.name = "xdmcp",
                              .document = "X.Org XDMCP 1.1 §5",
                              .ports = ports,
                              .build = build,
                              .match = match,
                              .answer = answer};

}  // namespace portolan::payload
