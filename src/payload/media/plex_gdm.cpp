// Plex: which media server or player are you? ("G'day mate".)
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 4> ports{32410, 32412, 32413, 32414};
std::size_t build(std::uint32_t, Buffer out) { return write_text("M-SEARCH * HTTP/1.1\r\n\r\n", out); }

Match match(std::uint32_t, Bytes answer) {
  return as_text(answer).starts_with("HTTP/1.") ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (!as_text(question).starts_with("M-SEARCH * ")) return 0;
  return write_text("HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\n\r\n", out);
}

}  // namespace

constinit const Payload plex_gdm{.name = "plex-gdm",
                                 .document = "python-plexapi, plexapi/gdm.py",
                                 .ports = ports,
                                 .build = build,
                                 .match = match,
                                 .answer = answer};

}  // namespace portolan::payload
