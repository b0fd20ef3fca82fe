// NFS version 3: are you there? Servers of other versions say which they have.
#include <array>

#include "payload/hosts/sun_rpc.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2049};
constexpr RpcProgram program{.number = 100'003, .version = 3};

std::size_t build(std::uint32_t cookie, Buffer out) { return build_null_call(cookie, program, out); }

}  // namespace

constinit const Payload nfs{.name = "nfs",
                            .document = "RFC 1813 §3.3.0",
                            .ports = ports,
                            .build = build,
                            .match = match_rpc_reply,
                            .answer = answer_null_call};

}  // namespace portolan::payload
