// NetBIOS name service: what are you called? The node status of the name "*", which every node has.
#include <array>
#include <string_view>

#include "payload/network/dns_message.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{137};
// "*" and 15 zeros, each half byte as a letter from A on (RFC 1001 §14.1).
constexpr std::string_view any_name = " CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
static_assert(any_name.size() == 33 && any_name[0] == 32, "the blank is the length of the label");
constexpr std::uint16_t type_nbstat = 0x21;
constexpr std::uint16_t authoritative = 0x0400;

std::size_t build(std::uint32_t cookie, Buffer out) {
  return build_dns_message(cookie, {.name = any_name, .type = type_nbstat}, out);
}

std::size_t answer(Bytes question, Buffer out) { return answer_dns_message(question, authoritative, out); }

}  // namespace

constinit const Payload netbios_ns{.name = "netbios-ns",
                                   .document = "RFC 1002 §4.2.17",
                                   .ports = ports,
                                   .build = build,
                                   .match = match_dns_message,
                                   .answer = answer};

}  // namespace portolan::payload
