// IKE version 2 where NAT is gone through.
#include <array>

#include "payload/registry.h"
#include "payload/tunnels/ike.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4500};
std::size_t build(std::uint32_t cookie, Buffer out) { return non_esp_marker + build_ikev2(cookie, behind_marker(out)); }

Match match(std::uint32_t cookie, Bytes answer) { return match_ikev2(cookie, after_marker(answer)); }

std::size_t answer(Bytes question, Buffer out) {
  const std::size_t size = answer_ikev2(after_marker(question), behind_marker(out));
  return size == 0 ? 0 : non_esp_marker + size;
}

}  // namespace

constinit const Payload ikev2_nat_t{.name = "ikev2-nat-t",
                                    .document = "RFC 3948 §2.2",
                                    .ports = ports,
                                    .build = build,
                                    .match = match,
                                    .answer = answer};

}  // namespace portolan::payload
