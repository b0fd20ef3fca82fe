#include "sockets/sources/unix_proc.h"

#include "sockets/sources/proc_line.h"

namespace portolan::sockets {
namespace {

constexpr std::uint32_t accepts_connections = 0x10000;  // __SO_ACCEPTCON, linux/net.h
constexpr std::uint8_t connecting = 2;                  // socket_state, linux/net.h
constexpr std::uint8_t connected = 3;

// The file says what the socket does, sock_diag the state behind it: both come out of sk_state == TCP_ESTABLISHED.
State state_of(std::uint32_t flags, std::uint8_t state) {
  if ((flags & accepts_connections) != 0) return State::listen;
  return state == connecting || state == connected ? State::established : State::closed;
}

}  // namespace

bool parse_unix_line(std::span<char> line, Row& row) {
  row = Row{};
  row.protocol = SocketKind::unix_domain;
  row.family = AddressFamily::unix_domain;
  ProcLine words{line};
  const std::string_view number = words.word();
  if (!number.ends_with(':')) return false;
  std::uint32_t protocol = 0;
  std::uint32_t flags = 0;
  std::uint8_t state = 0;
  words.number(row.references, 16).number(protocol, 16).number(flags, 16);
  words.number(row.type, 16).number(state, 16).number(row.inode);
  if (!words.good()) return false;
  row.state = state_of(flags, state);
  // One blank, then the path as it is, blanks of its own included.
  std::span<char> path = line.last(words.rest().size());
  if (!path.empty() && path.front() == ' ') path = path.subspan(1);
  if (!path.empty() && path.front() == '@') path.front() = '\0';
  row.path = text_of(path);
  return true;
}

}  // namespace portolan::sockets
