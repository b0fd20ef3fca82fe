#include "sockets/row.h"

#include <array>

#include "base/escape.h"
#include "base/message.h"

namespace portolan::sockets {
namespace {

constexpr std::array<std::string_view, socket_kind_count> protocol_names{
    "tcp", "mptcp", "udp", "udplite", "icmp", "raw", "sctp", "dccp", "unix", "packet", "netlink", "vsock", "other"};

constexpr std::array<std::string_view, 14> state_names{
    "UNKNOWN", "ESTABLISHED", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
    "CLOSED",  "CLOSE-WAIT",  "LAST-ACK", "LISTEN",   "CLOSING",    "SYN-RECV",   "BOUND"};

// Whether its protocol has connections that open and close, so that "closed" is a word for it.
constexpr bool has_connections(SocketKind protocol) {
  return protocol == SocketKind::tcp || protocol == SocketKind::mptcp || protocol == SocketKind::dccp ||
         protocol == SocketKind::sctp;
}

}  // namespace

std::string_view name_of(SocketKind protocol) { return protocol_names[static_cast<std::size_t>(protocol)]; }

std::optional<SocketKind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < protocol_names.size(); ++i) {
    if (protocol_names[i] == name) return static_cast<SocketKind>(i);
  }
  return std::nullopt;
}

std::string_view name_of(State state, SocketKind protocol) {
  if (state == State::closed && !has_connections(protocol)) return "UNCONN";
  const auto number = static_cast<std::size_t>(state);
  return number < state_names.size() ? state_names[number] : state_names[0];
}

std::string_view words_of(NoOwner reason) {
  switch (reason) {
    case NoOwner::has_one:
      return "";
    case NoOwner::not_asked:
      return message("not asked");
    case NoOwner::out_of_sight:
      return message("no process in sight");
    case NoOwner::no_privilege:
      return message("no privilege");
    case NoOwner::other_pid_namespace:
      return message("other pid namespace");
    case NoOwner::kernel:
      return message("kernel");
    case NoOwner::time_wait:
      return message("closed, waits");
    case NoOwner::orphan:
      return message("closed, still sending");
    case NoOwner::half_closed:
      return message("closed, other end open");
    case NoOwner::not_accepted:
      return message("not accepted yet");
    case NoOwner::gone:
      return message("already gone");
  }
  return "";
}

std::string shown_path(std::string_view path) {
  std::string shown;
  if (path.starts_with('\0')) {
    shown.push_back('@');
    path.remove_prefix(1);
  }
  append_word(shown, path);
  return shown;
}

bool is_shown_as(std::string_view path, std::string_view name) {
  return !path.empty() && shown_path(path) == escape_word(name);
}

}  // namespace portolan::sockets
