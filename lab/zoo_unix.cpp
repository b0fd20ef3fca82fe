// UNIX sockets: paths there, deleted and replaced, abstract names, connections and pairs.
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "lab/zoo_builder.h"

namespace portolan::lab {

void ZooBuilder::unix_paths() {
  using namespace std::string_literals;
  const std::string& folder = zoo_.folder_;
  const auto on_disk = [](ZooSocket& entry) { entry.file_there = true; };
  on_disk(keep("unix listener, stream", unix_listener(SOCK_STREAM, folder + "/stream"), {server_}));
  on_disk(keep("unix listener, seqpacket", unix_listener(SOCK_SEQPACKET, folder + "/seqpacket"), {server_}));
  on_disk(keep("unix datagram", bound_socket(AF_UNIX, SOCK_DGRAM, 0, unix_address(folder + "/datagram")), {server_}));
  on_disk(keep("unix bound stream", bound_socket(AF_UNIX, SOCK_STREAM, 0, unix_address(folder + "/bound")), {client_}));
  on_disk(keep("unix path with blanks", unix_listener(SOCK_STREAM, folder + "/with two blanks"), {client_}));
  on_disk(
      keep("unix path with control characters", unix_listener(SOCK_STREAM, folder + "/\x1b[31m\n\"\\\xff"), {client_}));
  // The longest there is: 108 bytes, and no NUL behind them.
  const std::string longest = folder + "/" + std::string(107 - folder.size(), 'x');
  on_disk(keep("unix path of 108 bytes", unix_listener(SOCK_STREAM, longest), {client_}));
  keep("unix listener, abstract", unix_listener(SOCK_STREAM, "\0portolan-zoo"s), {server_});
  keep("unix listener, abstract with NULs inside", unix_listener(SOCK_STREAM, "\0portolan\0zoo\0"s), {server_});
  keep("unix datagram, abstract, as the kernel chose", bound_socket(AF_UNIX, SOCK_DGRAM, 0, unix_address("")),
       {client_});
  keep("unix, not bound", open_socket(AF_UNIX, SOCK_STREAM), {client_});
}

void ZooBuilder::unix_path_lost() {
  const std::string deleted = zoo_.folder_ + "/deleted";
  keep("unix deleted path", unix_listener(SOCK_STREAM, deleted), {server_});
  ::unlink(deleted.c_str());
  const std::string replaced = zoo_.folder_ + "/replaced";
  keep("unix replaced path, the old one", unix_listener(SOCK_STREAM, replaced), {server_});
  ::unlink(replaced.c_str());
  keep("unix replaced path, the new one", unix_listener(SOCK_STREAM, replaced), {client_}).file_there = true;
}

void ZooBuilder::unix_connections() {
  for (const auto& [type, name] : {std::pair{SOCK_STREAM, "stream"}, std::pair{SOCK_SEQPACKET, "seqpacket"}}) {
    const Handle listener = unix_listener(type, fmt::format("{}/connected-{}", zoo_.folder_, name));
    keep(fmt::format("unix listener of a connection, {}", name), listener, {server_}).file_there = true;
    const Handle client = open_socket(AF_UNIX, type);
    connect_to(client, name_of(listener));
    const Handle server = accept_from(listener);
    keep_unix_pair(fmt::format("unix connection, {}", name), client, server);
    zoo_.sockets_.back().file_there = true;  // it has its listener's path
  }
  const Handle listener = unix_listener(SOCK_STREAM, zoo_.folder_ + "/queue");
  keep("unix listener with a queue", listener, {server_}).file_there = true;
  const Handle client = open_socket(AF_UNIX, SOCK_STREAM);
  connect_to(client, name_of(listener));
  const ZooSocket near = keep("unix client in a queue", client, {client_});
  ZooSocket far = far_end_of(near, "ESTABLISHED", "not accepted");
  far.path = describe(listener).path;
  far.peer = near.inode;
  far.file_there = true;
  far.listed = Listed::proc_only;  // without an inode unix_diag passes it over (net/unix/diag.c, sk_diag_dump)
  add(std::move(far), "unix not accepted");
}

void ZooBuilder::unix_pairs() {
  for (const auto& [type, name] :
       {std::pair{SOCK_STREAM, "stream"}, std::pair{SOCK_SEQPACKET, "seqpacket"}, std::pair{SOCK_DGRAM, "datagrams"}}) {
    const Ends ends = socket_pair(type);
    keep_unix_pair(fmt::format("unix pair, {}", name), ends.one, ends.other);
  }
  const Handle sender = open_socket(AF_UNIX, SOCK_DGRAM);
  connect_to(sender, unix_address(zoo_.folder_ + "/datagram"));
  ZooSocket& receiver = *std::ranges::find(zoo_.sockets_, "unix datagram", &ZooSocket::name);
  // The kernel calls both ends connected, though only one was (unix_dgram_connect).
  receiver.state = "ESTABLISHED";
  const std::uint64_t inode = receiver.inode;
  keep("unix datagram, connected", sender, {client_}).peer = inode;
}

}  // namespace portolan::lab
