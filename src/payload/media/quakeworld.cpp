// QuakeWorld: are you there? The answer is a letter.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{27500};
constexpr std::string_view command = "\xff\xff\xff\xffk\n";
constexpr std::string_view reply = "l";  // without the four bytes before

std::size_t build(std::uint32_t, Buffer out) { return write_text(command, out); }

Match match(std::uint32_t, Bytes answer) { return as_text(answer) == reply ? Match::genuine : Match::other; }

std::size_t answer(Bytes question, Buffer out) { return as_text(question) == command ? write_text(reply, out) : 0; }

}  // namespace

constinit const Payload quakeworld{.name = "quakeworld",
                                   .document = "Quake source, QW/server/sv_main.c",
                                   .ports = ports,
                                   .build = build,
                                   .match = match,
                                   .answer = answer};

}  // namespace portolan::payload
