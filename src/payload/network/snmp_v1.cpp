// SNMP version 1: what are you? Agents that know no community "public" keep silent.
#include <array>

#include "payload/network/snmp.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{161};

std::size_t build(std::uint32_t cookie, Buffer out) { return build_snmp_get(cookie, SnmpVersion::v1, out); }

}  // namespace

constinit const Payload snmp_v1{.name = "snmp-v1",
                                .document = "RFC 1157 §4.1",
                                .ports = ports,
                                .build = build,
                                .match = match_snmp_response,
                                .answer = answer_snmp_get};

}  // namespace portolan::payload
