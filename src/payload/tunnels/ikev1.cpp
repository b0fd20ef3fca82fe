// IKE version 1: a main mode with one proposal.
#include <array>

#include "payload/registry.h"
#include "payload/tunnels/ike.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{500};

}  // namespace

constinit const Payload ikev1{.name = "ikev1",
                              .document = "RFC 2409 §5.4",
                              .ports = ports,
                              .build = build_ikev1,
                              .match = match_ikev1,
                              .answer = answer_ikev1};

}  // namespace portolan::payload
