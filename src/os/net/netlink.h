// rtnetlink: the socket, and its messages as values. The parsers are pure and take one message each,
// so that tests hand them recordings.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "os/file_descriptor.h"
#include "wire/netlink_message.h"

namespace portolan::os {

using wire::MessageBytes;

struct Interface {
  std::uint32_t index = 0;
  std::string name;
  std::uint16_t type = 0;   // ARPHRD_*
  std::uint32_t flags = 0;  // IFF_*
  std::optional<net::Mac> mac;
  std::vector<net::Prefix> networks{};  // of its addresses
  friend bool operator==(const Interface&, const Interface&) = default;
};

struct Neighbour {
  std::uint32_t interface = 0;
  net::IpAddress address;
  std::optional<net::Mac> mac;  // none: being asked for, or it did not answer
  std::uint16_t state = 0;      // NUD_*
};

struct Route {
  std::uint8_t type = 0;        // RTN_*
  std::uint32_t interface = 0;  // 0: none
  std::optional<net::IpAddress> source;
  std::optional<net::IpAddress> gateway;
  bool encapsulated = false;
  bool many_ways = false;  // several next hops share it; said only of a matched route
};

// Nothing for messages of another kind and for those cut short.
std::optional<Interface> parse_link(MessageBytes message);
std::optional<Neighbour> parse_neighbour(MessageBytes message);
// The network of an interface's address, and which interface that is.
std::optional<std::pair<std::uint32_t, net::Prefix>> parse_network(MessageBytes message);
std::optional<Route> parse_route(MessageBytes message);
// The errno of an NLMSG_ERROR, as a positive number; 0 for an acknowledgement.
std::optional<int> parse_error(MessageBytes message);
// What RTM_GETROUTE was answered with: a route or an errno, EBADMSG where it is neither.
using RouteAnswer = std::expected<Route, int>;
RouteAnswer parse_route_answer(MessageBytes message);

// All zeros where the message is too short to have one.
inline nlmsghdr header_of(MessageBytes message) { return wire::read_struct<nlmsghdr>(message).value_or(nlmsghdr{}); }

struct RouteQuestion {
  net::IpAddress target;        // its zone counts as the interface where `interface` is 0
  std::uint32_t interface = 0;  // forces the way out; 0 lets the routes decide
  std::uint32_t sequence = 0;
  std::optional<net::IpAddress> source = std::nullopt;  // for rules that go by it
  bool matched = false;           // asks for the route as it stands in its table, not for what it means for this target
  std::uint32_t arrives_by = 0;   // asks for the way of a packet that comes in by this interface; 0: of one sent here
  std::uint8_t protocol = 6;      // TCP's number
  std::uint16_t source_port = 0;  // 0: of any
  std::uint16_t target_port = 0;
};
// Appends an RTM_GETROUTE request.
void append_question(std::vector<std::uint8_t>& datagram, const RouteQuestion& question);

class NetlinkSocket {
 public:
  using Visit = std::function<void(MessageBytes)>;
  // `protocol`: NETLINK_*, of whose messages nothing is sent or parsed here but dumps.
  static Result<NetlinkSocket> open(int protocol = NETLINK_ROUTE);
  // One that is told of what happens in these groups (RTNLGRP_*).
  static Result<NetlinkSocket> listen(std::span<const int> groups);
  // Sends a datagram of requests. The kernel answers them before this returns.
  Result<void> send(std::span<const std::uint8_t> datagram);
  // Hands every message that is waiting to `visit`; does not wait. False when answers were lost for
  // want of room.
  Result<bool> receive(const Visit& visit);
  // Forgets every message that is waiting, and says whether there was one or one was lost. Does not wait.
  Result<bool> drain();
  // Everything of one kind (RTM_GETLINK, RTM_GETNEIGH), read to its end; begun again when the kernel says
  // that it changed meanwhile (NLM_F_DUMP_INTR).
  Result<std::vector<std::vector<std::uint8_t>>> dump(std::uint16_t type);
  // The same without keeping the messages: `visit` sees some of them again when it is begun again. `family` is
  // AF_UNSPEC for all.
  Result<void> visit_dump(std::uint16_t type, std::uint8_t family, const Visit& visit);
  // The same for questions with a body of their own, of at most 128 bytes.
  Result<void> visit_dump(std::uint16_t type, std::span<const std::uint8_t> body, const Visit& visit);

 private:
  explicit NetlinkSocket(FileDescriptor socket) : socket_{std::move(socket)} {}
  Result<bool> dump_once(std::uint16_t type, std::span<const std::uint8_t> body, const Visit& visit);

  FileDescriptor socket_;
  std::vector<std::uint8_t> buffer_;
  std::uint32_t sequence_ = 0;
};

}  // namespace portolan::os
