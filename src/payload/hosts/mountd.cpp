// The mount protocol of NFS: are you there? Elsewhere than on these ports only the port mapper tells where it is.
#include <array>

#include "payload/hosts/sun_rpc.h"
#include "payload/registry.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 2> ports{635, 20048};
constexpr RpcProgram program{.number = 100'005, .version = 3};

std::size_t build(std::uint32_t cookie, Buffer out) { return build_null_call(cookie, program, out); }

}  // namespace

constinit const Payload mountd{.name = "mountd",
                               .document = "RFC 1813 §5.2.0",
                               .ports = ports,
                               .build = build,
                               .match = match_rpc_reply,
                               .answer = answer_null_call};

}  // namespace portolan::payload
