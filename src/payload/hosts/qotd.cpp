// Quote of the day.
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{17};

std::size_t answer(Bytes, Buffer out) { return write_text("Know thyself.\r\n", out); }

}  // namespace

constinit const Payload qotd{.name = "qotd",
                             .document = "RFC 865",
                             .ports = ports,
                             .build = build_any_datagram,
                             .match = match_readable,
                             .answer = answer};

}  // namespace portolan::payload
