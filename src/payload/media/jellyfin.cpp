// Jellyfin: are you a server? The answer is an object of JSON.
#include <array>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7359};
constexpr std::string_view question = "who is JellyfinServer?";

std::size_t build(std::uint32_t, Buffer out) { return write_text(question, out); }

Match match(std::uint32_t, Bytes answer) {
  const std::string_view text = as_text(answer);
  return text.starts_with('{') && text.find("\"Address\"") != text.npos ? Match::genuine : Match::other;
}

std::size_t answer(Bytes asked, Buffer out) {
  if (as_text(asked).find(question) == std::string_view::npos) return 0;
  return write_text(R"({"Address":"http://localhost:8096","Id":"0","Name":"server","EndpointAddress":null})", out);
}

}  // namespace

constinit const Payload jellyfin{.name = "jellyfin",
                                 .document = "Jellyfin documentation, Networking: Auto-Discovery",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
