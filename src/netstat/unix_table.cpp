#include "netstat/unix_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/escape.h"
#include "sockets/sources/unix_proc.h"

namespace portolan::netstat {
namespace {

using sockets::Row;
using sockets::State;

constexpr std::array<std::string_view, 6> types{"UNKNOWN", "STREAM", "DGRAM", "RAW", "RDM", "SEQPACKET"};

// socket_state (linux/net.h), which unix_seq_show makes out of whether there is a connection and whether a process
// has, or had, the socket: one without an inode belongs to no process.
std::string_view state_text(State state, std::uint64_t inode) {
  if (state == State::listen) return "LISTENING";
  if (state == State::established) return inode != 0 ? "CONNECTED" : "CONNECTING";
  return inode != 0 ? "" : "DISCONNECTING";
}

// A NUL is an @, as /proc/net/unix has it.
std::string path_text(std::string_view path) {
  std::string shown{path};
  std::ranges::replace(shown, '\0', '@');
  return escape_terminal(shown);
}

// Lines of /proc/net/unix but the heading.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  text.remove_prefix(std::min(text.find('\n'), text.size()));
  std::string line;  // the parser's to change
  while (!text.empty()) {
    text.remove_prefix(1);
    line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    Row row;
    if (sockets::parse_unix_line(line, row)) visit(row);
  }
}

}  // namespace

UnixTable::Socket UnixTable::socket_of(const Row& row) {
  return {.inode = row.inode,
          .references = row.references,
          .type = row.type,
          .state = row.state,
          .has_peer = row.peer_inode != 0,
          .holder = row.holders.empty() ? std::nullopt : std::optional{row.holders.front().pid},
          .path = path_text(row.path)};
}

void UnixTable::add(const Row& row) {
  if (row.inode != 0) sockets_.push_back(socket_of(row));
}

void UnixTable::print(std::string_view proc_net_unix) {
  heading();
  std::unordered_map<std::uint64_t, Socket*> known;
  std::unordered_set<std::string_view> listeners;
  for (Socket& socket : sockets_) {
    known.emplace(socket.inode, &socket);
    if (socket.state == State::listen) listeners.insert(socket.path);
  }
  for_each_line(proc_net_unix, [&](const Row& row) {
    if (row.inode == 0) {
      // A waiting connection bears the name of its listener.
      Socket waiting = socket_of(row);
      if (listeners.contains(waiting.path)) line(waiting);
      return;
    }
    const auto found = known.find(row.inode);
    if (found == known.end() || std::exchange(found->second->printed, true)) return;
    found->second->references = row.references;
    line(*found->second);
  });
  // Made since the file was read, or there is none.
  for (const Socket& socket : sockets_) {
    if (!socket.printed) line(socket);
  }
}

void UnixTable::heading() {
  buffer_.add("Active UNIX domain sockets {}\n", banner_of(options_.which));
  buffer_.add("Proto RefCnt Flags       Type       State         I-Node   {}Path\n",
              options_.programs ? "PID/Program name     " : "");
}

void UnixTable::line(const Socket& socket) {
  const bool listens = socket.state == State::listen;
  if (options_.which != Which::all && listens != (options_.which == Which::listening)) return;
  // Where nothing tells: its process and the kernel's table refer to it, and its peer.
  const std::uint32_t references = socket.references != 0 ? socket.references : socket.has_peer ? 3 : 2;
  buffer_.add("{:<5} {:<6} {:<11} {:<10} {:<13} {:<8} ", "unix", references, listens ? "[ ACC ]" : "[ ]",
              socket.type < types.size() ? types[socket.type] : types[0], state_text(socket.state, socket.inode),
              socket.inode);
  if (options_.programs) {
    const std::string program = program_of(socket.holder, lookup_);
    buffer_.add("{:<20} ", options_.cut_programs ? cut_program(program) : whole_words(program));
  }
  buffer_.add("{}\n", socket.path);
}

}  // namespace portolan::netstat
