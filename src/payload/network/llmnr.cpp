// LLMNR: who is called so? Whoever has another name is silent (RFC 4795 §2.3), so mostly only he answers who answers
// for every name: a spoofer.
#include <array>
#include <string_view>

#include "payload/network/dns_message.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5355};
constexpr std::string_view nobody = "\x08portolan";
constexpr std::uint16_t type_a = 1;

std::size_t build(std::uint32_t cookie, Buffer out) {
  return build_dns_message(cookie, {.name = nobody, .type = type_a}, out);
}

std::size_t answer(Bytes question, Buffer out) { return answer_dns_message(question, 0, out); }

}  // namespace

constinit const Payload llmnr{.name = "llmnr",
                              .document = "RFC 4795 §2.1",
                              .ports = ports,
                              .build = build,
                              .match = match_dns_message,
                              .answer = answer};

}  // namespace portolan::payload
