// XMPP between servers: a stream in the namespace jabber:server (RFC 6120 §4.8.2).
#include <array>

#include "identify/readers/asked/stream.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5269};
constexpr std::array<std::uint16_t, 1> tls_ports{5270};
constexpr std::string_view name_space = "jabber:server";

}  // namespace

constinit const Reader xmpp_server{
    .name = "xmpp_server",
    .service = "xmpp-server",
    .document = "RFC 6120",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .question = [](std::string_view host) { return stream_header(host, name_space); },
    .read = [](const Talk& talk) { return read_stream(talk, name_space); },
    .goodbye = "</stream:stream>",
};

}  // namespace portolan::identify
