// DCE/RPC over TCP: a bind to the endpoint mapper, with the first word of an NTLM login that is not gone on with; the
// challenge names the machine (C706 §12.6, [MS-RPCE] §2.2.1.1).
#include <array>

#include "identify/readers/machines/ntlm.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 2> ports{135, 593};
constexpr std::uint32_t call = 0x706f7274;
constexpr std::size_t head_size = 16;

std::string bind() {
  // e1af8308-5d1f-11c9-91a4-08002b14a0fa 3.0, and NDR 2.0.
  constexpr std::string_view mapper = "\x08\x83\xaf\xe1\x1f\x5d\xc9\x11\x91\xa4\x08\0\x2b\x14\xa0\xfa\x03\0\0\0"sv;
  constexpr std::string_view syntax = "\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0\x2b\x10\x48\x60\x02\0\0\0"sv;
  constexpr std::uint16_t most = 5'840;
  const std::string body = little16(most) + little16(most) + little32(0) + little32(1) + little16(0) + little16(1) +
                           std::string{mapper} + std::string{syntax};
  // NTLM, for the time of the connection, no padding.
  const std::string verifier = std::string{"\x0a\x02\0\0"sv} + little32(1);
  const std::string token = ntlm_negotiate();
  const std::size_t size = head_size + body.size() + verifier.size() + token.size();
  constexpr std::string_view head = "\x05\0\x0b\x03\x10\0\0\0"sv;
  return std::string{head} + little16(static_cast<std::uint16_t>(size)) +
         little16(static_cast<std::uint16_t>(token.size())) + little32(call) + body + verifier + token;
}

Reading read(const Talk& talk) {
  static const std::string asked = bind();
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  if (heard.empty() || !may_begin(heard, "\x05\0"sv)) return {};
  constexpr std::uint8_t taken = 12;
  constexpr std::uint8_t refused = 13;
  constexpr std::uint8_t fault = 3;
  if (const auto type = u8_at(heard, 2); type && *type != taken && *type != refused && *type != fault) return {};
  const auto id = u32_little_at(heard, 12);
  if (!id) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  // The representation of numbers is ours: lowest byte first.
  if (*id != call || *u8_at(heard, 4) != 0x10) return {};
  const std::size_t size = *u16_little_at(heard, 8);
  const std::size_t token_size = *u16_little_at(heard, 10);
  if (size < head_size) return {};
  const auto whole = part(heard, 0, size);
  if (!whole) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (token_size == 0 || token_size > size - head_size || *u8_at(heard, 2) != taken) return reading;
  if (const auto challenge = ntlm_challenge(whole->substr(size - token_size)))
    tell(*challenge, "msrpc-ntlm-info", reading.facts);
  return reading;
}

}  // namespace

constinit const Reader msrpc{
    .name = "msrpc",
    .service = "msrpc",
    .document = "C706, [MS-RPCE], [MS-NLMP]",
    .first = Speaks::client,
    .ports = ports,
    // Every Windows machine has some of it at ports that are given out.
    .rarity = 5,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return bind(); },
    .read = read,
};

}  // namespace portolan::identify
