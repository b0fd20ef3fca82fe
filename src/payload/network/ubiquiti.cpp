// The discovery protocol of Ubiquiti: what are you?
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{10001};
constexpr std::uint8_t version_1 = 1;
constexpr std::uint8_t information = 0;
constexpr std::size_t header_size = 4;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.u8(version_1).u8(information).u16(0).size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::uint8_t version = r.u8();
  r.skip(1);
  const std::size_t size = r.u16();
  // Without a field it is a question.
  return r.ok() && version == version_1 && size != 0 && size == r.rest().size() ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() != header_size || question[0] != version_1 || question[1] != information) return 0;
  constexpr std::string_view name = "ap";
  constexpr std::uint8_t host_name = 0x0b;
  wire::Writer w{out};
  w.u8(version_1).u8(information).u16(3 + name.size()).u8(host_name).u16(name.size()).text(name);
  return w.size();
}

}  // namespace

constinit const Payload ubiquiti{.name = "ubiquiti",
                                 .document = "python-ubnt-discovery, README",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
