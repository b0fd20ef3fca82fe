// SNMP version 2c: what are you? For agents that have version 1 switched off.
#include <array>

#include "payload/network/snmp.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{161};

std::size_t build(std::uint32_t cookie, Buffer out) { return build_snmp_get(cookie, SnmpVersion::v2c, out); }

}  // namespace

constinit const Payload snmp_v2c{.name = "snmp-v2c",
                                 .document = "RFC 3416 §4.2.1",
                                 .ports = ports,
                                 .build = build,
                                 .match = match_snmp_response,
                                 .answer = answer_snmp_get};

}  // namespace portolan::payload
