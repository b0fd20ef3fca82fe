#include "payload/hosts/sun_rpc.h"

#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::uint32_t call = 0;
constexpr std::uint32_t reply = 1;
constexpr std::uint32_t rpc_version = 2;
constexpr std::uint32_t null_procedure = 0;
constexpr std::uint32_t denied = 1;  // the highest status a reply can have
constexpr std::size_t no_credentials = 8;

}  // namespace

std::size_t build_null_call(std::uint32_t cookie, RpcProgram program, Buffer out) {
  wire::Writer w{out};
  w.u32(cookie).u32(call).u32(rpc_version).u32(program.number).u32(program.version).u32(null_procedure);
  w.zeros(no_credentials).zeros(no_credentials);  // credential and verifier: AUTH_NONE of no length
  return w.size();
}

Match match_rpc_reply(std::uint32_t cookie, Bytes answer) {
  wire::Reader r{answer};
  const std::uint32_t transaction = r.u32();
  const std::uint32_t type = r.u32();
  const std::uint32_t status = r.u32();
  if (!r.ok() || type != reply || status > denied) return Match::other;
  return transaction == cookie ? Match::genuine : Match::stale;
}

std::size_t answer_null_call(Bytes question, Buffer out) {
  wire::Reader r{question};
  const std::uint32_t transaction = r.u32();
  const std::uint32_t type = r.u32();
  const std::uint32_t version = r.u32();
  if (!r.ok() || type != call || version != rpc_version) return 0;
  wire::Writer w{out};
  w.u32(transaction).u32(reply).u32(0).zeros(no_credentials).u32(0);  // accepted, success
  return w.size();
}

}  // namespace portolan::payload
