// Rx, over which AFS is spoken: which version are you? The header comes back as it was, with text behind it.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 9> ports{7000, 7001, 7002, 7003, 7004, 7005, 7007, 7008, 7009};
constexpr std::uint8_t version_packet = 13;
constexpr std::uint8_t client_initiated = 1;
constexpr std::uint8_t last_packet = 4;
constexpr std::size_t call = 8;
constexpr std::size_t type = 20;
constexpr std::size_t flags = 21;
constexpr std::size_t header_size = 28;

std::size_t build(std::uint32_t cookie, Buffer out) {
  wire::Writer w{out};
  w.zeros(call).u32(cookie).zeros(type - call - 4).u8(version_packet).u8(client_initiated | last_packet);
  return w.zeros(header_size - flags - 1).size();
}

Match match(std::uint32_t cookie, Bytes answer) {
  if (answer.size() <= header_size || answer[type] != version_packet) return Match::other;
  return wire::u32_at(answer, call) == cookie ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[type] != version_packet) return 0;
  if ((question[flags] & client_initiated) == 0) return 0;
  constexpr std::string_view version = " OpenAFS 1.8.9";
  constexpr std::size_t text_size = 65;
  wire::Writer w{out};
  w.bytes(question.first(flags)).u8(last_packet).bytes(question.subspan(flags + 1, header_size - flags - 1));
  return w.text(version).zeros(text_size - version.size()).size();
}

}  // namespace

constinit const Payload afs_rx{.name = "afs-rx",
                               .document = "OpenAFS source, src/rx/rx_packet.c",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
