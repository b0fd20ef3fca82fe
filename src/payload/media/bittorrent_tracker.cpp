// A BitTorrent tracker: may we ask? It answers with a number for that.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{6969, 2710};
constexpr std::uint32_t protocol_high = 0x0000'0417;
constexpr std::uint32_t protocol_low = 0x2710'1980;
constexpr std::uint32_t connect = 0;
constexpr std::uint32_t error = 3;
constexpr std::size_t connection_size = 8;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  return w.u32(protocol_high).u32(protocol_low).u32(connect).u32(cookie).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint32_t action = r.u32();
  const std::uint32_t transaction = r.u32();
  if (!r.ok() || (action != connect && action != error)) return Match::other;
  if (action == connect && r.rest().size() < connection_size) return Match::other;
  return transaction == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint32_t high = r.u32();
  const std::uint32_t low = r.u32();
  const std::uint32_t action = r.u32();
  const std::uint32_t transaction = r.u32();
  if (!r.ok() || high != protocol_high || low != protocol_low || action != connect) return 0;
  wire::Writer w{out};
  return w.u32(connect).u32(transaction).zeros(connection_size).size();
}

}  // namespace

constinit const Payload bittorrent_tracker{.name = "bittorrent-tracker",
                                           .document = "BEP 15",
                                           .ports = ports,
                                           .build = build,
                                           .match = match,
                                           .answer = answer};

}  // namespace portolan::payload
