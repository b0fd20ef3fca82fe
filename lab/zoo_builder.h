// How the zoo is filled: one function a group of sockets, spread over zoo_tcp.cpp, zoo_unix.cpp and zoo_datagrams.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "lab/socket_zoo.h"
#include "lab/sockets.h"

namespace portolan::lab {

// SO_MARK decides what becomes of a socket's packets once they have left it. They are dropped where they arrive: a
// packet dropped on its way out is a local failure, and the socket's state does not change.
inline constexpr int fin_gets_lost = 1;
inline constexpr int ack_gets_lost = 2;
inline constexpr int all_gets_lost = 3;

// One function a kind of socket. All of them run in the host's namespace.
class ZooBuilder {
 public:
  ZooBuilder(SocketZoo& zoo, Host& host, Host& abroad) : zoo_{zoo}, host_{host}, abroad_{abroad} {}
  void build();

 private:
  using Keepers = std::initializer_list<Keeper*>;

  void prepare_host();
  ZooSocket& add(ZooSocket socket, std::string name);
  // What `socket` says about itself, in the hands of `keepers`. Good until the next one is added.
  ZooSocket& keep(std::string name, const Handle& socket, Keepers keepers);
  void keep_both(const std::string& name, const Ends& ends);
  void keep_unix_pair(const std::string& name, const Handle& one, const Handle& other);

  void tcp_listeners();
  void tcp_listeners_on_devices();
  void tcp_connections();
  void tcp_openings();
  void tcp_not_accepted();
  void tcp_active_closings();
  void tcp_passive_closings();
  void tcp_afterlife(const std::string& address, const std::string& family);
  void tcp_nowhere();
  void datagrams(int protocol, const std::string& name);
  void datagrams_with_device();
  void raw_sockets();
  void ping_sockets();
  void packet_sockets();
  void netlink_sockets();
  void unix_paths();
  void unix_path_lost();
  void unix_connections();
  void unix_pairs();
  void multipath();
  void virtual_machine_sockets();
  void kinds_without_list();
  void kernel_sockets();
  void shared();
  void sockets_abroad();

  SocketZoo& zoo_;
  Host& host_;
  Host& abroad_;
  Keeper* server_ = nullptr;
  Keeper* client_ = nullptr;
  Keeper* odd_ = nullptr;
  Keeper* foreigner_ = nullptr;
  std::uint64_t network_ = 0;
};

}  // namespace portolan::lab
