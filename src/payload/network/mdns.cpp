// mDNS: which services are there? We ask from a port other than 5353, so the answer comes to us alone and repeats our
// id (RFC 6762 §6.7).
#include <array>
#include <string_view>

#include "payload/network/dns_message.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5353};
constexpr std::string_view all_services = "\x09_services\x07_dns-sd\x04_udp\x05local";  // RFC 6763 §9
constexpr std::uint16_t type_ptr = 12;
constexpr std::uint16_t unicast_wanted = 0x8000;
constexpr std::uint16_t internet = 1;
constexpr std::uint16_t authoritative = 0x0400;

std::size_t build(std::uint32_t cookie, Buffer out) {
  return build_dns_message(cookie, {.name = all_services, .type = type_ptr, .kind = unicast_wanted | internet}, out);
}

std::size_t answer(Bytes question, Buffer out) { return answer_dns_message(question, authoritative, out); }

}  // namespace

constinit const Payload mdns{.name = "mdns",
                             .document = "RFC 6762 §5.4",
                             .ports = ports,
                             .build = build,
                             .match = match_dns_message,
                             .answer = answer};

}  // namespace portolan::payload
