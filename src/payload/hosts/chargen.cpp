// Character generator: up to 512 letters for any datagram.
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{19};

std::size_t answer(Bytes, Buffer out) { return write_text("!#$%&()*+,-./0123456789\r\n", out); }

}  // namespace

constinit const Payload chargen{.name = "chargen",
                                .document = "RFC 864",
                                .ports = ports,
                                .build = build_any_datagram,
                                .match = match_readable,
                                .answer = answer};

}  // namespace portolan::payload
