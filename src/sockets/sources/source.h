// Where rows come from: one entry for each list that the kernel may have. A new kind of socket is a source file, a
// test file and a line in sources.cpp. Pure: requests and answers are bytes, os/ carries them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sockets/filter/filter.h"
#include "sockets/row.h"
#include "wire/netlink_message.h"

namespace portolan::sockets {

// What a listing needs to know of each socket. Every detail costs the kernel time.
struct Detail {
  StateMask states = all_states;
  bool tcp_info = false;    // --tcp-info
  bool memory = false;      // --memory
  bool details = false;     // marks, type of service, options, cgroup
  bool unix_files = false;  // inode and device of a UNIX socket's path
  bool named = false;       // the user asked for this kind: that the kernel has no list of it is worth a word
  std::vector<std::uint8_t> bytecode{};  // Filter::bytecode(); IP sources only
};

struct Source {
  std::string_view name;  // "tcp", "tcp6": in notes about gaps
  SocketKind protocol;
  AddressFamily family;
  // Appends one sock_diag dump request (nlmsghdr and body). nullptr: the kernel never had a dump for it.
  void (*request)(std::vector<std::uint8_t>& datagram, const Detail& wanted) = nullptr;
  // One answer (SOCK_DIAG_BY_FAMILY) to a row. False: cut short, or of another kind.
  bool (*parse)(wire::MessageBytes message, Row& row) = nullptr;
  // The file below /proc/net that lists the same where the kernel has no dump, and its lines to rows; its first line
  // is a heading. "": there is none. A row may point into its line, which the parser may have changed.
  std::string_view proc_file;
  bool (*parse_line)(std::span<char> line, Row& row) = nullptr;
  // Its name in /proc/net/protocols where the count there can be trusted from kernel `counted_since` (major * 1000 +
  // minor) on: a list that has nothing in it is then not asked for.
  std::string_view counted_as;
  unsigned counted_since = 0;
  // The dump tells some sockets more than once; by their cookies they are one.
  bool repeats = false;
  // The file has sockets that the dump leaves out, recognised by this; they are added where a listener has a queue.
  bool (*only_in_file)(const Row& row) = nullptr;
  // Of a list for both families, the two that it stands for: where the kernel does not have it, they are listed.
  std::array<const Source*, 2> parts{};
};

// In the order in which they are listed, each family by itself.
std::span<const Source* const> sources();

// Puts lists for both families in the place of neighbours that they stand for: the kernel keeps connections of IPv4 and
// IPv6 in one table, and a list for both walks it once.
std::vector<const Source*> joined(std::span<const Source* const> some);

}  // namespace portolan::sockets
