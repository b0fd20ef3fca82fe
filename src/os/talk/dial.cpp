#include "os/talk/dial.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "base/error_name.h"
#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "os/sockets/socket_address.h"
#include "os/stop_signals.h"
#include "os/system_error.h"
#include "os/talk/stream_socket.h"

namespace portolan::os {
namespace {

// Of a name with many addresses the sentence tells so many.
constexpr std::size_t most_told = 4;

int begin_connecting(const FileDescriptor& socket, const SocketAddress& to) {
  return ::connect(socket.get(), to.get(), to.size) == 0 ? 0 : errno;
}

// Waits for a connection that is under way; the error it ended with, 0 for none, nullopt where it did not end in time.
std::optional<int> wait_for_connection(const FileDescriptor& socket, Duration patience) {
  if (!wait_for(socket.get(), POLLOUT, deadline_in(patience))) return std::nullopt;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

std::string words_of(std::optional<int> error, Duration patience) {
  if (!error) return said("no answer within {} s", seconds_of(patience));
  if (*error == ECONNREFUSED) return std::string{translated("the connection was refused: nothing listens there")};
  return error_text(*error);
}

std::optional<net::IpAddress> own_address(const FileDescriptor& socket) {
  SocketAddress own;
  own.size = sizeof own.storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own.storage), &own.size) != 0) return std::nullopt;
  return address_of(own.get());
}

}  // namespace

std::string address_and_port(const net::IpAddress& address, net::Port port) {
  return fmt::format(fmt::runtime(address.is_v4() ? "{}:{}" : "[{}]:{}"), to_string(address), port.value());
}

Result<Dialled> dial(std::string_view host, std::span<const net::IpAddress> addresses, net::Port port,
                     Transport transport, Duration patience) {
  std::vector<std::string> reasons;
  std::string cause;  // of the last one
  for (const net::IpAddress& address : addresses) {
    const int type = transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM;
    FileDescriptor socket{::socket(address.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    std::optional<int> error = socket.is_open() ? begin_connecting(socket, socket_address(address, port)) : errno;
    if (error == EINPROGRESS) error = wait_for_connection(socket, patience);
    if (!error && StopSignals::signal()) return stopped();
    if (error == 0) {
      const net::IpAddress own = own_address(socket).value_or(address);
      return Dialled{std::move(socket), address, own};
    }
    cause = error_name(error.value_or(ETIMEDOUT));
    const std::string reason = words_of(error, patience);
    reasons.push_back(addresses.size() == 1 ? reason : fmt::format("{}: {}", to_string(address), reason));
    if (reasons.size() == most_told && addresses.size() > most_told) {
      reasons.push_back(said("and so on for {} more", addresses.size() - most_told));
      break;
    }
  }
  return fail(
      {Errc::unreachable, said("cannot connect to {0}: {1}", escape_terminal(host), join(reasons, "; ")), cause});
}

}  // namespace portolan::os
