// What is true of port numbers wherever one is: their class, and how what is spoken there is encrypted. Facts from RFCs
// and IANA's registry; a test holds the names against data/services. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/port.h"

namespace portolan::catalog {

// RFC 6335 section 6.
enum class PortClass : std::uint8_t {
  reserved,    // 0: no service can have it; to bind() it means "choose one for me"
  system,      // 1 to 1023
  registered,  // 1024 to 49151
  dynamic,     // 49152 to 65535: never registered
};
PortClass class_of(net::Port port);
std::string_view name_of(PortClass port_class);  // "system"

// One way in which what is spoken on a port is, or can be, encrypted.
struct Encryption {
  enum class Kind : std::uint8_t {
    built_in,     // what is spoken there is encrypted
    upgrade,      // it begins in the clear and turns to TLS on the same port: STARTTLS and its like
    separate,     // the encrypted variant has a port of its own
    replacement,  // another, encrypted protocol took its place
  };
  net::Protocol protocol = net::Protocol::tcp;
  net::Port port;
  Kind kind = Kind::built_in;
  std::string_view name;  // of the upgrade ("STARTTLS"), or of the other port as IANA registered it
  net::Port counterpart;  // separate and replacement: the other port, and its transport
  net::Protocol over = net::Protocol::tcp;
  std::string_view document;  // who says so: "RFC 8314"
};
std::string_view name_of(Encryption::Kind kind);  // "built-in"

// All that is known about a port; nothing does not say that it is not encrypted.
std::vector<Encryption> encryption_of(net::Protocol protocol, net::Port port);
// The table behind it, ascending by port. Counterparts are not listed again as ports of their own.
std::span<const Encryption> encryptions();

}  // namespace portolan::catalog
