// ONC RPC over UDP (RFC 5531): a call of the null procedure, which every program has and which does nothing.
#pragma once

#include <cstdint>

#include "payload/payload.h"

namespace portolan::payload {

struct RpcProgram {
  std::uint32_t number = 0;
  std::uint32_t version = 0;  // another one than the server has is refused, which is an answer as well
};

// The transaction id is the cookie.
std::size_t build_null_call(std::uint32_t cookie, RpcProgram program, Buffer out);
Match match_rpc_reply(std::uint32_t cookie, Bytes answer);
// Success without results.
std::size_t answer_null_call(Bytes question, Buffer out);

}  // namespace portolan::payload
