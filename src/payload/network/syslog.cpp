// Syslog: a message for whoever keeps the log, of the lowest severity, that says who has written it. Nobody answers one
// (RFC 5426 §1); a closed port is refused.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{514};
// Facility 5 (syslog itself), severity 7 (debug): RFC 5424 §6.2.1. Neither time nor host nor structured data.
constexpr std::string_view message = "<47>1 - - portolan - - -";

std::size_t build(std::uint32_t, Buffer out) { return write_text(message, out); }
Match match(std::uint32_t, Bytes) { return Match::other; }
std::size_t answer(Bytes, Buffer) { return 0; }

}  // namespace

constinit const Payload syslog{.name = "syslog",
                               .document = "RFC 5424 §6, RFC 5426 §3.1",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer,
                               .is_answered = false};

}  // namespace portolan::payload
