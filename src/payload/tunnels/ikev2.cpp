// IKE version 2: an IKE_SA_INIT with one proposal.
#include <array>

#include "payload/registry.h"
#include "payload/tunnels/ike.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{500};

}  // namespace

constinit const Payload ikev2{.name = "ikev2",
                              .document = "RFC 7296 §1.2",
                              .ports = ports,
                              .build = build_ikev2,
                              .match = match_ikev2,
                              .answer = answer_ikev2};

}  // namespace portolan::payload
