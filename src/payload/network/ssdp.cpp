// SSDP, the discovery of UPnP: which root devices are there?
#include <array>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1900};
std::size_t build(std::uint32_t, Buffer out) {
  // The host is the group's, as devices expect it, though we ask them one by one.
  return write_text(
      "M-SEARCH * HTTP/1.1\r\n"
      "HOST: 239.255.255.250:1900\r\n"
      "MAN: \"ssdp:discover\"\r\n"
      "MX: 1\r\n"
      "ST: upnp:rootdevice\r\n\r\n",
      out);
}

Match match(std::uint32_t, Bytes answer) {
  return as_text(answer).starts_with("HTTP/1.") ? Match::genuine : Match::other;
}

std::size_t answer(Bytes question, Buffer out) {
  if (!as_text(question).starts_with("M-SEARCH * ")) return 0;
  return write_text("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nST: upnp:rootdevice\r\n\r\n", out);
}

}  // namespace

constinit const Payload ssdp{.name = "ssdp",
                             .document = "UPnP Device Architecture 2.0 §1.3.2",
                             .ports = ports,
                             .build = build,
                             .match = match,
                             .answer = answer};

}  // namespace portolan::payload
