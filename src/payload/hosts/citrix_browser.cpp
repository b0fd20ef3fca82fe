// Citrix' ICA browser, by which clients found the servers of a farm: which server knows the others? What the numbers
// mean was never published; request and answer are as clients and servers were seen to exchange them.
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1604};
constexpr std::uint8_t size = 30;  // stands in front, as a number whose low byte comes first
constexpr std::uint8_t request = 1;
constexpr std::uint8_t which_server = 0x30;
constexpr std::uint8_t this_server = 0x31;
constexpr std::uint32_t signature = 0x02fd'a8e3;
constexpr std::uint8_t answer_size = 48;
constexpr std::size_t header_size = 8;

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u8(size).u8(0).u8(request).u8(which_server).u32(signature).zeros(size - header_size);
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  wire::Reader r{answer};
  const std::size_t low = r.u8();
  const std::size_t said_size = low | std::size_t{r.u8()} << 8U;
  r.skip(1);
  const std::uint8_t what = r.u8();
  if (r.u32() != signature || !r.ok() || said_size != answer.size() || what != this_server) return Match::other;
  return Match::genuine;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < header_size || question[3] != which_server || wire::u32_at(question, 4) != signature) return 0;
  constexpr std::uint8_t response = 2;
  wire::Writer w{out};
  w.u8(answer_size).u8(0).u8(response).u8(this_server).u32(signature).zeros(answer_size - header_size);
  return w.size();
}

}  // namespace

constinit const Payload citrix_browser{.name = "citrix-browser",
                                       .document = "as seen; Citrix MetaFrame 1.8 Administrator's Guide, ICA browser",
                                       .ports = ports,
                                       .build = build,
                                       .match = match,
                                       .answer = answer};

}  // namespace portolan::payload
