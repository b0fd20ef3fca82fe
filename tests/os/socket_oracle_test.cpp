// The kernel's word about who gets a packet, beside who gets it: for each way to be bound a packet really comes from
// another network.
#include "os/sockets/socket_oracle.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "os/sockets/socket_address.h"
#include "private_network.h"
#include "socket_keepers.h"

namespace portolan::os {
namespace {

using sockets::SocketKind;

constexpr const char* far_v4 = "198.18.0.2";
constexpr const char* far_v6 = "2001:db8::2";
constexpr int most_milliseconds = 20'000;

struct Bound {
  std::string address;
  bool only_v6 = false;
  std::string device = {};
  std::string connected_to = {};  // UDP: hears nobody else
};

struct Situation {
  std::uint16_t port;
  std::vector<Bound> sockets;
};

// One a port.
std::vector<Situation> situations() {
  return {{9001, {{"0.0.0.0"}}},
          {9002, {{"0.0.0.0"}, {"198.18.0.1"}}},
          {9003, {{"::"}}},
          {9004, {{.address = "::", .only_v6 = true}}},
          {9005, {{.address = "::", .only_v6 = true}, {"0.0.0.0"}}},
          {9006, {{.address = "0.0.0.0", .device = "lo"}}},
          {9007, {{.address = "0.0.0.0", .device = "near"}}},
          {9008, {{"127.0.0.1"}, {"::1"}}},
          {9009, {{"198.18.0.129"}}},
          {9010, {{"2001:db8::1"}, {"::"}}},
          {9011, {}}};
}

net::IpAddress address(const std::string& text) { return *net::IpAddress::parse(text); }

sockaddr_storage place(const std::string& where, std::uint16_t port, socklen_t& size) {
  sockaddr_storage storage{};
  if (where.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET, where.c_str(), &v4.sin_addr), 1);
    size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    EXPECT_EQ(::inet_pton(AF_INET6, where.c_str(), &v6.sin6_addr), 1);
    size = sizeof v6;
  }
  return storage;
}

FileDescriptor open_socket(SocketKind protocol, const std::string& where, std::uint16_t port, const Bound& how) {
  socklen_t size = 0;
  const sockaddr_storage local = place(where, port, size);
  const int type = protocol == SocketKind::tcp ? SOCK_STREAM : SOCK_DGRAM;
  FileDescriptor socket{::socket(local.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int on = 1;
  const int only = how.only_v6 ? 1 : 0;
  EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
  if (local.ss_family == AF_INET6) {
    EXPECT_EQ(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only), 0);
  }
  if (!how.device.empty()) {
    EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, how.device.c_str(),
                           static_cast<socklen_t>(how.device.size())),
              0);
  }
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local), size), 0) << where << " " << port;
  if (protocol == SocketKind::tcp) {
    EXPECT_EQ(::listen(socket.get(), 8), 0);
  }
  if (!how.connected_to.empty()) {
    const sockaddr_storage other = place(how.connected_to, 7, size);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&other), size), 0);
  }
  return socket;
}

// Somebody in the other network, and the port he speaks from.
std::pair<FileDescriptor, net::Port> call(const Peer& peer, SocketKind protocol, const std::string& from,
                                          const std::string& to, std::uint16_t port) {
  FileDescriptor caller;
  peer.enter([&] {
    socklen_t size = 0;
    const sockaddr_storage own = place(from, 0, size);
    const sockaddr_storage other = place(to, port, size);
    const int type = protocol == SocketKind::tcp ? SOCK_STREAM : SOCK_DGRAM;
    caller = FileDescriptor{::socket(own.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    EXPECT_EQ(::bind(caller.get(), reinterpret_cast<const sockaddr*>(&own), size), 0);
    ::connect(caller.get(), reinterpret_cast<const sockaddr*>(&other), size);
    if (protocol == SocketKind::udp) {
      EXPECT_EQ(::send(caller.get(), "x", 1, 0), 1);
    }
  });
  return {std::move(caller), net::Port{port_of(caller)}};
}

// The inode of the socket that a call has come to; 0 where the caller was refused.
std::uint64_t who_was_called(const std::vector<FileDescriptor>& sockets, const FileDescriptor& caller) {
  std::vector<pollfd> files;
  for (const FileDescriptor& socket : sockets) files.push_back({socket.get(), POLLIN, 0});
  files.push_back({caller.get(), 0, 0});  // errors are told without being asked for
  EXPECT_GE(::poll(files.data(), files.size(), most_milliseconds), 1);
  for (const pollfd& file : files) {
    if (file.revents == 0) continue;
    return file.fd == caller.get() ? 0 : testing::inode_of(file.fd);
  }
  return 0;
}

void expect_the_truth(SocketKind protocol, const std::string& from, const std::string& to) {
  const Peer peer;
  make_wire(peer);
  shell("ip address add 198.18.0.129/24 dev near");
  // Whom nobody hears is told so each time.
  shell("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0");
  auto oracle = SocketOracle::open();
  ASSERT_TRUE(oracle) << oracle.error().message;
  const std::uint32_t near = ::if_nametoindex("near");
  std::size_t taken = 0;
  for (const Situation& situation : situations()) {
    SCOPED_TRACE(situation.port);
    std::vector<FileDescriptor> sockets;
    for (const Bound& bound : situation.sockets) {
      sockets.push_back(open_socket(protocol, bound.address, situation.port, bound));
    }
    const auto [caller, port] = call(peer, protocol, from, to, situation.port);
    const std::uint64_t truth = who_was_called(sockets, caller);
    const auto told = oracle->taker_of({.protocol = protocol,
                                        .source = address(from),
                                        // Not the caller's, whose connection there is by now.
                                        .source_port = net::Port{static_cast<std::uint16_t>(port.value() ^ 1U)},
                                        .target = address(to),
                                        .target_port = net::Port{situation.port},
                                        .interface = near});
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_EQ(*told ? (*told)->inode : 0, truth);
    if (*told && protocol == SocketKind::tcp) {
      EXPECT_EQ((*told)->state, sockets::State::listen);
    }
    taken += truth != 0 ? 1 : 0;
  }
  EXPECT_GE(taken, 4U);
}

TEST(SocketOracle, SaysWhoGetsAPacket) {
  NEEDS_PRIVATE_NETWORK();
  for (const SocketKind protocol : {SocketKind::tcp, SocketKind::udp}) {
    in_private_network([&] { expect_the_truth(protocol, far_v4, "198.18.0.1"); });
    in_private_network([&] { expect_the_truth(protocol, far_v6, "2001:db8::1"); });
  }
}

// It looks bound in every list, and hears one other end alone.
TEST(SocketOracle, WhoIsConnectedHearsNobodyElse) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    auto oracle = SocketOracle::open();
    ASSERT_TRUE(oracle) << oracle.error().message;
    const FileDescriptor socket =
        open_socket(SocketKind::udp, "0.0.0.0", 9001, {.address = "0.0.0.0", .connected_to = far_v4});
    sockets::Arrival arrival{.protocol = SocketKind::udp,
                             .source = address(far_v4),
                             .source_port = net::Port{7},
                             .target = address("198.18.0.1"),
                             .target_port = net::Port{9001},
                             .interface = ::if_nametoindex("near")};
    const auto its = oracle->taker_of(arrival);
    ASSERT_TRUE(its && *its);
    EXPECT_EQ((*its)->inode, testing::inode_of(socket.get()));
    arrival.source_port = net::Port{8};
    const auto strangers = oracle->taker_of(arrival);
    ASSERT_TRUE(strangers) << strangers.error().message;
    EXPECT_FALSE(*strangers);
  });
}

}  // namespace
}  // namespace portolan::os
