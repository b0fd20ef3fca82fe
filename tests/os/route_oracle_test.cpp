// The kernel's word about where a packet would go, on real routing.
#include "os/net/route_oracle.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

#include "private_network.h"

namespace portolan::os {
namespace {

using Where = WayIn::Where;

net::IpAddress address(const std::string& text) { return *net::IpAddress::parse(text); }

WayIn way(const std::string& from, const std::string& to) {
  auto oracle = RouteOracle::open();
  EXPECT_TRUE(oracle);
  const auto found = oracle->way_of({.protocol = sockets::SocketKind::udp,
                                     .source = address(from),
                                     .source_port = net::Port{40'000},
                                     .target = address(to),
                                     .target_port = net::Port{9'001},
                                     .interface = ::if_nametoindex("near")});
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  return found.value_or(WayIn{});
}

// A second network of this machine.
void make_inner_network() {
  shell("ip link add inner type veth peer name other && ip address add 198.18.1.1/24 dev inner");
  shell("ip link set other up && ip link set inner up");
  wait_for_carrier("inner");
}

// Packets that the reverse path filter of this namespace has dropped (/proc/net/netstat, TcpExt).
long reverse_path_drops() {
  std::ifstream file{"/proc/self/net/netstat"};
  std::string names;
  std::string values;
  std::getline(file, names);
  std::getline(file, values);
  std::istringstream name_words{names};
  std::istringstream value_words{values};
  std::string name;
  std::string value;
  while (name_words >> name && value_words >> value) {
    if (name == "IPReversePathFilter") return std::stol(value);
  }
  ADD_FAILURE() << "the kernel does not count them";
  return 0;
}

// Whether a datagram from there comes to `socket`; the filter counts it otherwise.
bool arrives(const Peer& peer, const FileDescriptor& socket, const std::string& from, const std::string& to) {
  const long before = reverse_path_drops();
  peer.enter([&] {
    const FileDescriptor caller{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in own{};
    own.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, from.c_str(), &own.sin_addr), 1);
    EXPECT_EQ(::bind(caller.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    sockaddr_in other = own;
    other.sin_port = htons(9'001);
    EXPECT_EQ(::inet_pton(AF_INET, to.c_str(), &other.sin_addr), 1);
    EXPECT_EQ(::sendto(caller.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&other), sizeof other), 1);
  });
  for (;;) {
    char byte = 0;
    if (::recv(socket.get(), &byte, 1, MSG_DONTWAIT) == 1) return true;
    EXPECT_EQ(errno, EAGAIN);
    if (reverse_path_drops() > before) return false;
  }
}

TEST(RouteOracle, SaysWhereAPacketGoes) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    make_inner_network();
    shell("sysctl -qw net.ipv4.ip_forward=0");
    EXPECT_EQ(way("198.18.0.2", "198.18.0.1").where, Where::here);
    EXPECT_EQ(way("198.18.0.2", "198.18.1.1").where, Where::here) << "whichever interface it came in by";
    EXPECT_EQ(way("198.18.0.2", "198.18.1.9").where, Where::nowhere);
    EXPECT_EQ(way("198.18.0.2", "198.18.1.9").cause, "EHOSTUNREACH");
    shell("sysctl -qw net.ipv4.ip_forward=1");
    const WayIn forwarded = way("198.18.0.2", "198.18.1.9");
    EXPECT_EQ(forwarded.where, Where::forwarded);
    EXPECT_EQ(forwarded.interface, ::if_nametoindex("inner"));
    EXPECT_FALSE(forwarded.gateway);
    shell("ip route add 198.18.2.0/24 via 198.18.1.7");
    EXPECT_EQ(way("198.18.0.2", "198.18.2.1").gateway, address("198.18.1.7"));
    EXPECT_EQ(way("198.18.0.2", "127.0.0.1").where, Where::refused);
    shell("sysctl -qw net.ipv4.conf.near.route_localnet=1");
    EXPECT_EQ(way("198.18.0.2", "127.0.0.1").where, Where::here) << "neighbours are let in";
  });
}

TEST(RouteOracle, SaysItOverIpv6) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    EXPECT_EQ(way("2001:db8::2", "2001:db8::1").where, Where::here);
    EXPECT_EQ(way("2001:db8::2", "2001:db8:7::1").where, Where::nowhere);
    shell("ip route add 2001:db8:7::/64 via 2001:db8::9");
    const WayIn forwarded = way("2001:db8::2", "2001:db8:7::1");
    EXPECT_EQ(forwarded.where, Where::forwarded);
    EXPECT_EQ(forwarded.gateway, address("2001:db8::9"));
  });
}

// Beside what happens to a datagram that really comes.
TEST(RouteOracle, KnowsTheReversePathFilter) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    make_inner_network();
    peer.shell("ip address add 198.18.1.5/32 dev far");
    const FileDescriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(9'001);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    for (const bool filters : {false, true}) {
      SCOPED_TRACE(filters);
      shell("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.near.rp_filter=" + std::to_string(filters ? 1 : 0));
      const WayIn found = way("198.18.1.5", "198.18.0.1");
      EXPECT_EQ(found.where, filters ? Where::refused : Where::here) << found.cause;
      EXPECT_EQ(arrives(peer, socket, "198.18.1.5", "198.18.0.1"), !filters);
    }
  });
}

}  // namespace
}  // namespace portolan::os
