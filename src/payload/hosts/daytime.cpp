// Daytime: what time is it, in words?
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{13};

std::size_t answer(Bytes, Buffer out) { return write_text("Thursday, January 1, 1970 00:00:00-UTC\r\n", out); }

}  // namespace

constinit const Payload daytime{.name = "daytime",
                                .document = "RFC 867",
                                .ports = ports,
                                .build = build_any_datagram,
                                .match = match_readable,
                                .answer = answer};

}  // namespace portolan::payload
