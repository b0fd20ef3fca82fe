// TwinCAT of Beckhoff: which controller are you?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{48899};
// All numbers have their lower bytes first.
constexpr std::uint32_t magic = 0x0366'1471;
constexpr std::uint32_t read_information = 0x0100'0000;
constexpr std::uint32_t information = 0x0100'0080;
constexpr std::uint16_t system_service = 0x1027;  // port 10000
constexpr std::size_t net_id_size = 6;
constexpr std::size_t header_size = 24;

std::size_t write(std::uint32_t service, Buffer out) {
  wire::Writer w{out};
  w.u32(magic).u32(0).u32(service).zeros(net_id_size).u16(system_service).u32(0);  // no invocation, nobody, no fields
  return w.size();
}

std::size_t build(std::uint32_t, Buffer out) { return write(read_information, out); }

struct Message {
  std::uint32_t head = 0;
  std::uint32_t service = 0;
};

Message parse(Bytes bytes) { return {wire::u32_at(bytes, 0), wire::u32_at(bytes, 8)}; }

Match match(std::uint32_t, Bytes answer) {
  const Message message = parse(answer);
  if (answer.size() < header_size || message.head != magic) return Match::other;
  return message.service == information ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  const Message message = parse(question);
  return message.head == magic && message.service == read_information ? write(information, out) : 0;
}

}  // namespace

constinit const Payload beckhoff_ads{.name = "beckhoff-ads",
                                     .document = "Beckhoff ADS source, AdsTool netid",
                                     .ports = ports,
                                     .build = build,
                                     .match = match,
                                     .answer = answer};

}  // namespace portolan::payload
