// The socket of a talk: connected to the first address of a host that takes it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/ip_address.h"
#include "net/port.h"
#include "os/file_descriptor.h"

namespace portolan::os {

enum class Transport : std::uint8_t { tcp, udp };

struct Dialled {
  FileDescriptor socket;  // non-blocking
  net::IpAddress address;
  net::IpAddress own;  // of this end
};

// Tries one address after the other, each for so long. Errc::unreachable with a sentence that says of each why not.
// `host` is how the user calls it. Datagrams need no answer: the first address with a way to it is taken.
Result<Dialled> dial(std::string_view host, std::span<const net::IpAddress> addresses, net::Port port,
                     Transport transport, Duration patience);

// "198.18.0.2:25", "[2001:db8::2]:25".
std::string address_and_port(const net::IpAddress& address, net::Port port);

}  // namespace portolan::os
