// SNMP with communities, versions 1 and 2c: what is your sysDescr, to the community "public"?
#pragma once

#include <cstdint>

#include "payload/payload.h"

namespace portolan::payload {

enum class SnmpVersion : std::uint8_t { v1 = 0, v2c = 1 };

// The request id is of the cookie.
std::size_t build_snmp_get(std::uint32_t cookie, SnmpVersion version, Buffer out);
Match match_snmp_response(std::uint32_t cookie, Bytes answer);
// That there is no such object.
std::size_t answer_snmp_get(Bytes question, Buffer out);

}  // namespace portolan::payload
