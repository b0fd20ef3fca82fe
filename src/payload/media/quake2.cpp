// Quake 2: are you there?
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{27910};
constexpr std::string_view command = "\xff\xff\xff\xffping\n";
constexpr std::string_view reply =
    "\xff\xff\xff\xff"
    "ack";

std::size_t build(std::uint32_t, Buffer out) { return write_text(command, out); }

Match match(std::uint32_t, Bytes answer) { return as_text(answer).starts_with(reply) ? Match::genuine : Match::other; }

std::size_t answer(Bytes question, Buffer out) { return as_text(question) == command ? write_text(reply, out) : 0; }

}  // namespace

constinit const Payload quake2{.name = "quake2",
                               .document = "Quake II source, server/sv_main.c",
                               .ports = ports,
                               .build = build,
                               .match = match,
                               .answer = answer};

}  // namespace portolan::payload
