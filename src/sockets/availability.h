// Whether a program could bind a socket to a port now: what "it is free" means. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace portolan::sockets {

enum class Availability : std::uint8_t {
  not_asked,        // somebody is there, or too many ports to try, or a protocol that this kernel has not loaded
  free,             // bind() succeeds
  not_permitted,    // nobody is there, and this user may not bind to it (EACCES)
  no_such_address,  // the address belongs to no interface here (EADDRNOTAVAIL)
  in_use,           // bind() says EADDRINUSE though no list of the kernel has anybody there
};
// "free", "not-permitted", ...: what JSON says; "" for not_asked.
constexpr std::string_view name_of(Availability availability) {
  switch (availability) {
    case Availability::free:
      return "free";
    case Availability::not_permitted:
      return "not-permitted";
    case Availability::no_such_address:
      return "no-such-address";
    case Availability::in_use:
      return "in-use";
    case Availability::not_asked:
      break;
  }
  return "";
}

}  // namespace portolan::sockets
