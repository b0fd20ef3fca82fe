// The port mapper of ONC RPC: are you there? Version 2, which those that know later ones speak as well.
#include <array>

#include "payload/hosts/sun_rpc.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{111};
constexpr RpcProgram program{.number = 100'000, .version = 2};

std::size_t build(std::uint32_t cookie, Buffer out) { return build_null_call(cookie, program, out); }

}  // namespace

constinit const Payload rpcbind{.name = "rpcbind",
                                .document = "RFC 1833 §3",
                                .ports = ports,
                                .build = build,
                                .match = match_rpc_reply,
                                .answer = answer_null_call};

}  // namespace portolan::payload
