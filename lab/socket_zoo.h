// Real sockets of every kind and state, and the truth about each: what the calls that made them say (fstat,
// getsockname, getpeername, TCP_INFO), never what a list of sockets says.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "lab/keeper.h"
#include "lab/lab.h"

namespace portolan::lab {

struct ZooHolder {
  pid_t pid = -1;
  int file = -1;  // its number there
  friend auto operator<=>(const ZooHolder&, const ZooHolder&) = default;
};

struct ZooEnd {
  std::string address;     // "127.0.0.1", "::ffff:127.0.0.1", "fe80::1%zoo0"; "" where the kind has none
  std::uint32_t port = 0;  // of raw sockets their protocol, of packet sockets the EtherType, of netlink the port id
  friend bool operator==(const ZooEnd&, const ZooEnd&) = default;
};

// Where the kernel tells of a socket.
enum class Listed : std::uint8_t {
  everywhere,
  proc_only,     // in /proc/net, while sock_diag leaves it out
  by_diag_only,  // by sock_diag, where it is asked for states that have no place in /proc/net
  nowhere,       // only the descriptor of whoever holds it tells that it is there
};

struct ZooSocket {
  std::string name;      // "tcp close-wait": once in the zoo
  std::string protocol;  // tcp, mptcp, udp, udplite, icmp, raw, unix, packet, netlink, vsock; other
  std::string state;     // RFC 9293's words: "ESTABLISHED", "CLOSE-WAIT"; "UNCONN" where nothing connects
  int family = 0;        // AF_INET ...
  int type = 0;          // SOCK_STREAM ...
  ZooEnd local;
  ZooEnd remote;                   // of UNIX sockets `peer`
  std::string device;              // bound to it; "" for none
  bool only_v6 = false;            // IPV6_V6ONLY
  std::string path;                // UNIX: as bound, with a NUL in front in the abstract namespace
  bool file_there = false;         // UNIX: `path` still names this socket, or that of the listener that it came from
  std::uint64_t peer = 0;          // UNIX: inode of the other end, where somebody holds it
  std::uint64_t inode = 0;         // as fstat(2) gives it; 0: belongs to no file, or to one that only the kernel has
  std::uint64_t cookie = 0;        // SO_COOKIE; 0: nobody was there to ask
  std::uint32_t user = 0;          // as fstat(2) gives it, where there is an inode
  std::uint64_t network = 0;       // inode of its network namespace
  std::vector<ZooHolder> holders;  // ascending
  std::string nobody;              // why there is no holder: "time-wait", "orphan", "not accepted", "kernel"
  Listed listed = Listed::everywhere;
};

class SocketZoo {
 public:
  // Fills `host`, where it adds addresses (198.18.0.1, 2001:db8::1), devices (zoo0, zoo1) and packet filters, and
  // puts a few sockets into `abroad`. After Lab::enter(); both hosts outlive it. Throws std::runtime_error.
  SocketZoo(Host& host, Host& abroad);
  SocketZoo(const SocketZoo&) = delete;
  SocketZoo& operator=(const SocketZoo&) = delete;
  ~SocketZoo();

  // TIME-WAIT and FIN-WAIT-2 without a holder are gone after a minute, everything else stays.
  [[nodiscard]] const std::vector<ZooSocket>& sockets() const { return sockets_; }
  [[nodiscard]] const ZooSocket& find(const std::string& name) const;  // throws where there is none
  // What this system cannot make, a sentence each.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }
  [[nodiscard]] const std::list<Keeper>& keepers() const { return keepers_; }
  [[nodiscard]] const Keeper& keeper_of(pid_t pid) const;
  [[nodiscard]] const std::string& folder() const { return folder_; }  // of the UNIX sockets' files

 private:
  friend class ZooBuilder;

  std::string folder_;
  std::list<Keeper> keepers_;
  std::vector<ZooSocket> sockets_;
  std::vector<std::string> missing_;
};

// The zoo as JSON, one socket a line.
std::string to_json(const SocketZoo& zoo);

}  // namespace portolan::lab
