// DNS: who serves the root? Every server answers that, those that resolve for nobody with a refusal.
#include <array>

#include "payload/network/dns_message.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{53};
constexpr std::uint16_t type_ns = 2;
constexpr std::uint16_t refused = 5;

std::size_t build(std::uint32_t cookie, Buffer out) {
  return build_dns_message(cookie, {.name = "", .type = type_ns}, out);
}

std::size_t answer(Bytes question, Buffer out) { return answer_dns_message(question, refused, out); }

}  // namespace

constinit const Payload dns{.name = "dns",
                            .document = "RFC 1035 §4.1",
                            .ports = ports,
                            .build = build,
                            .match = match_dns_message,
                            .answer = answer};

}  // namespace portolan::payload
