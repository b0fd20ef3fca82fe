// XMPP between clients and servers: a stream in the namespace jabber:client (RFC 6120 §4.8.2). Servers also tell who
// they are to whoever speaks wrongly, in an error.
#include <array>

#include "identify/readers/asked/stream.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5222};
constexpr std::array<std::uint16_t, 1> tls_ports{5223};
constexpr std::string_view name_space = "jabber:client";

}  // namespace

constinit const Reader xmpp_client{
    .name = "xmpp_client",
    .service = "xmpp-client",
    .document = "RFC 6120",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 8,
    .question = [](std::string_view host) { return stream_header(host, name_space); },
    .read = [](const Talk& talk) { return read_stream(talk, name_space); },
    .goodbye = "</stream:stream>",
};

}  // namespace portolan::identify
