// Active users: who is logged in? Where nobody is, the answer is empty and tells nothing of the protocol.
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{11};

std::size_t answer(Bytes, Buffer out) { return write_text("root console\r\n", out); }

}  // namespace

constinit const Payload systat{.name = "systat",
                               .document = "RFC 866",
                               .ports = ports,
                               .build = build_any_datagram,
                               .match = match_readable,
                               .answer = answer};

}  // namespace portolan::payload
