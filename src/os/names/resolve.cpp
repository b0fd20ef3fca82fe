#include "os/names/resolve.h"

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "base/escape.h"
#include "base/message.h"
#include "os/names/name_files.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

struct Reason {
  std::string words;
  std::string cause;  // as in Error
};

Reason reason_of(int status, int error) {
  switch (status) {
    case EAI_NONAME:
    case EAI_NODATA:
      return {std::string{translated("no such name")}, "no-such-name"};
    case EAI_AGAIN:
      return {std::string{translated("the name servers do not answer; check the network, or name addresses instead")},
              "name-servers-silent"};
    case EAI_FAIL:
      return {std::string{translated("the name servers refuse to look it up")}, "name-servers-refuse"};
    case EAI_SYSTEM:
      return {error_text(error), error_name(error)};
    default:
      return {::gai_strerror(status), fmt::format("look-up-error-{}", -status)};
  }
}

std::unexpected<Error> unresolved(std::string_view name, Reason reason) {
  return fail({Errc::unresolved,
               said("cannot resolve '{0}': {1}", escape_terminal(name), reason.words),
               std::move(reason.cause),
               {std::string{name}}});
}

}  // namespace

Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (look_up_would_hang("hosts")) {
    return unresolved(
        name, {std::string{translated("a file that is read for it, such as /etc/resolv.conf or /etc/hosts, is a FIFO")},
               "name-file-is-fifo"});
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // otherwise every address comes once a socket type
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(std::string{name}.c_str(), nullptr, &hints, &list);
  const int error = errno;
  if (status != 0) return unresolved(name, reason_of(status, error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, &::freeaddrinfo};
  std::vector<net::IpAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const auto address = address_of(entry->ai_addr);
    if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
  }
  if (addresses.empty()) return unresolved(name, {std::string{translated("it has no address")}, "no-address"});
  return addresses;
}

}  // namespace portolan::os
