// Lyrion Music Server, once Squeezebox: what are you called?
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3483};
constexpr std::string_view question = "eNAME";
constexpr std::string_view reply = "ENAME";

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  return w.text(question).u8(0).size();  // a length of nothing asks
}

Match match(std::uint32_t, Bytes answer) { return as_text(answer).starts_with(reply) ? Match::genuine : Match::other; }

std::size_t answer(Bytes asked, Buffer out) {
  if (!as_text(asked).starts_with(question)) return 0;
  constexpr std::string_view name = "music";
  wire::Writer w{out};
  return w.text(reply).u8(name.size()).text(name).size();
}

}  // namespace

constinit const Payload slimproto{.name = "slimproto",
                                  .document = "slimserver source, Slim/Networking/Discovery.pm",
                                  .ports = ports,
                                  .build = build,
                                  .match = match,
                                  .answer = answer};

}  // namespace portolan::payload
