// Whom a packet reaches is the kernel's decision, and ours are to follow it: over a table of odd paths, what connect()
// reaches is found open, and where connect() puts nothing onto the wire, nothing of ours is seen there.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "lab_test.h"
#include "net/ip_address.h"
#include "os/file_descriptor.h"
#include "os/sockets/socket_address.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

// The scanner is 198.18.0.1 and 2001:db8::1 at "wire", 02:00:00:00:00:01; the target .2, ::2 and ...:02, and also
// 198.19.0.7 and 2001:db8:9::7, to which no route leads by itself.
struct OddPath {
  std::string_view name;
  std::string_view target;
  std::string_view scanner = {};  // what makes the path: shell commands there
  std::string_view peer = {};     // and at the target
  std::string_view device = {};   // -e, SO_BINDTODEVICE
  bool optional = false;          // kernels may be built without
};

constexpr std::string_view neighbour = "198.18.0.2";
constexpr std::string_view neighbour_v6 = "2001:db8::2";
constexpr std::string_view behind = "198.19.0.7";
constexpr std::string_view behind_v6 = "2001:db8:9::7";

constexpr OddPath odd_paths[] = {
    {"a neighbour", neighbour},
    {"a neighbour, IPv6", neighbour_v6},
    {"behind a gateway", behind, "ip route add 198.19.0.0/24 via 198.18.0.2"},
    {"behind a gateway, IPv6", behind_v6, "ip route add 2001:db8:9::/64 via 2001:db8::2"},
    {"behind a gateway of the other family", behind, "ip route add 198.19.0.0/24 via inet6 2001:db8::2 dev wire"},
    {"behind a gateway outside of every prefix", behind, "ip route add 198.19.0.0/24 via 198.19.99.1 dev wire onlink",
     "ip addr add 198.19.99.1/32 dev lo"},
    {"behind a gateway that is nowhere", behind, "ip route add 198.19.0.0/24 via 198.18.0.99"},
    {"wrapped by the route",
     behind_v6,
     "ip -6 route add 2001:db8:9::/64 encap seg6 mode encap segs 2001:db8::2 dev wire",
     "sysctl -qw net.ipv6.conf.all.seg6_enabled=1 net.ipv6.conf.wire.seg6_enabled=1",
     {},
     true},
    {"a neighbour that answers no ARP and was set by hand", neighbour,
     "ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev wire nud permanent",
     "ip link set wire arp off; ip neigh replace 198.18.0.1 lladdr 02:00:00:00:00:01 dev wire nud permanent"},
    {"a neighbour that needs no ARP, IPv6", neighbour_v6,
     "ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev wire nud noarp",
     "ip link set wire arp off; ip neigh replace 2001:db8::1 lladdr 02:00:00:00:00:01 dev wire nud permanent"},
    {"a neighbour that was set by hand, wrongly", neighbour,
     "ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:77 dev wire nud permanent"},
    {"a gateway that was set by hand", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.2;"
     "ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev wire nud permanent",
     "ip link set wire arp off; ip neigh replace 198.18.0.1 lladdr 02:00:00:00:00:01 dev wire nud permanent"},
    {"a device without ARP", neighbour, "ip link set wire arp off; ip link set wire address 02:00:00:00:00:02",
     "ip link set wire arp off"},
    {"a blackhole", behind, "ip route add blackhole 198.19.0.0/24"},
    {"an unreachable route", behind, "ip route add unreachable 198.19.0.0/24"},
    {"a prohibiting route", behind_v6, "ip route add prohibit 2001:db8:9::/64"},
    {"a rule that prohibits", neighbour, "ip rule add to 198.18.0.2 prohibit"},
    {"no route", behind},
    {"a broadcast address", "198.18.0.255", "ip addr add 198.18.0.5/24 brd + dev wire"},
    {"a rule by source that knows the way", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.99; ip rule add from 198.18.0.1 table 100;"
     "ip route add 198.19.0.0/24 via 198.18.0.2 table 100"},
    {"a rule by source that forbids", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.2; ip rule add from 198.18.0.1 table 100;"
     "ip route add blackhole 198.19.0.0/24 table 100"},
    {"a rule by source, which IPv6 does not ask again", behind_v6,
     "ip route add 2001:db8:9::/64 via 2001:db8::99; ip -6 rule add from 2001:db8::1 table 100;"
     "ip route add 2001:db8:9::/64 via 2001:db8::2 table 100"},
    {"a rule for TCP", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.99; ip rule add ipproto tcp table 100;"
     "ip route add 198.19.0.0/24 via 198.18.0.2 table 100"},
    {"a rule for UDP", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.2; ip rule add ipproto udp table 100;"
     "ip route add blackhole 198.19.0.0/24 table 100"},
    {"a rule by a mark that a firewall sets", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.99; ip rule add fwmark 5 table 100;"
     "ip route add 198.19.0.0/24 via 198.18.0.2 table 100;"
     "nft 'add table ip f; add chain ip f o { type route hook output priority -150; };"
     "add rule ip f o ip daddr 198.19.0.7 meta mark set 5'"},
    {"a table of the device",
     behind,
     "ip rule add oif wire table 100; ip route add 198.19.0.0/24 via 198.18.0.2 table 100",
     {},
     "wire"},
    {"a source of the route's own", behind,
     "ip addr add 198.18.77.1/32 dev lo; ip route add 198.19.0.0/24 via 198.18.0.2 src 198.18.77.1",
     "ip route add 198.18.77.1/32 via 198.18.0.1"},
    {"two gateways", behind,
     "ip route add 198.19.0.0/24 nexthop via 198.18.0.2 dev wire nexthop via 198.18.0.3 dev wire",
     "ip addr add 198.18.0.3/24 dev wire"},
    {"a next hop that is an object",
     behind,
     "ip nexthop add id 7 via 198.18.0.2 dev wire; ip route add 198.19.0.0/24 nhid 7",
     {},
     {},
     true},
    {"a firewall on the way out", neighbour,
     "nft 'add table inet f; add chain inet f o { type filter hook output priority 0; }; add rule inet f o tcp dport "
     "22 "
     "drop'"},
    {"a firewall on the way out, IPv6", neighbour_v6,
     "nft 'add table ip6 f; add chain ip6 f o { type filter hook output priority 0; }; add rule ip6 f o tcp dport 22 "
     "drop'"},
    {"a firewall that resets", neighbour,
     "nft 'add table inet f; add chain inet f o { type filter hook output priority 0; }; add rule inet f o tcp dport "
     "22 "
     "reject with tcp reset'"},
    {"a firewall behind routing", behind,
     "ip route add 198.19.0.0/24 via 198.18.0.2;"
     "nft 'add table ip f; add chain ip f o { type filter hook postrouting priority 0; }; add rule ip f o tcp dport 22 "
     "drop'"},
    {"a firewall that lets through what it names", neighbour,
     "nft 'add table inet f; add chain inet f o { type filter hook output priority 0; policy drop; }; add rule inet f "
     "o "
     "tcp dport 22 accept; add rule inet f o icmpv6 type nd-neighbor-solicit accept'"},
    {"a firewall that lets nothing through", neighbour,
     "nft 'add table inet f; add chain inet f o { type filter hook output priority 0; policy drop; }'"},
    {"a firewall at the device",
     neighbour,
     "nft 'add table netdev f; add chain netdev f o { type filter hook egress device wire priority 0; }; add rule "
     "netdev "
     "f o tcp dport 22 drop'",
     {},
     {},
     true},
    {"a filter of the device's queue",
     neighbour,
     "tc qdisc add dev wire clsact && tc filter add dev wire egress protocol ip matchall action drop",
     {},
     {},
     true},
    {"an IPsec policy that forbids",
     neighbour,
     "ip xfrm policy add dir out src 0.0.0.0/0 dst 198.18.0.2/32 action block",
     {},
     {},
     true},
    {"an IPsec policy that forbids, IPv6",
     neighbour_v6,
     "ip xfrm policy add dir out src ::/0 dst 2001:db8::2/128 action block",
     {},
     {},
     true},
    {"an IPsec policy without a key",
     neighbour,
     "ip xfrm policy add dir out src 198.18.0.1 dst 198.18.0.2 tmpl src 198.18.0.1 dst 198.18.0.2 proto esp mode "
     "transport",
     {},
     {},
     true},
    {"an IPsec policy that lets pass",
     neighbour,
     "ip xfrm policy add dir out src 0.0.0.0/0 dst 198.18.0.0/24 action allow",
     {},
     {},
     true},
    {"a second address at the same wire", "198.18.5.2", "ip addr add 198.18.5.1/24 dev wire",
     "ip addr add 198.18.5.2/24 dev wire"},
    {"a bridge",
     neighbour,
     "ip addr flush dev wire; ip link add bridge type bridge; ip link set wire master bridge; ip link set bridge up;"
     "ip addr add 198.18.0.1/24 dev bridge",
     {},
     {},
     true},
    {"a device on a device",
     "198.18.5.2",
     "ip link add link wire name upper type macvlan && ip addr add 198.18.5.1/24 dev upper && ip link set upper up",
     "ip addr add 198.18.5.2/24 dev wire",
     {},
     true},
    {"this machine itself", "127.0.0.1"},
    {"another address of this machine", "198.18.66.6", "ip addr add 198.18.66.6/32 dev lo"},
};

class OddPaths : public LabTest {};

// What connect() to port 22 comes to, as far as it is quick.
bool connects(const OddPath& path) {
  const auto target = net::IpAddress::parse(path.target).value();
  const os::FileDescriptor socket{
      ::socket(target.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!path.device.empty()) {
    EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, path.device.data(),
                           static_cast<socklen_t>(path.device.size())),
              0);
  }
  const os::SocketAddress address = os::socket_address(target, net::Port{22});
  if (::connect(socket.get(), address.get(), address.size) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd watched{socket.get(), POLLOUT, 0};
  constexpr int longest = 1'500;  // ms: the kernel has asked twice
  if (::poll(&watched, 1, longest) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool shell(const lab::Host& host, std::string_view commands) {
  return host.run({.words = {"sh", "-ec", std::string{commands}}}).status == 0;
}

std::size_t syns(lab::Sniffer& sniffer) {
  const auto all = sniffer.all();
  return static_cast<std::size_t>(std::ranges::count_if(
      all, [](const lab::Arrival& arrival) { return lab::syn_port(arrival) == std::uint16_t{22}; }));
}

bool found_open(const lab::Host& scanner, const OddPath& path) {
  std::vector<std::string> words{"-sS", "-Pn", "-n", "-T4", "--max-retries", "2", "-p", "22", "-oL", "-"};
  if (path.target.contains(':')) words.emplace_back("-6");
  if (!path.device.empty()) words.insert(words.end(), {"-e", std::string{path.device}});
  words.emplace_back(path.target);
  const lab::Finished done = scanner.run(scan_command(words));
  // What this machine will not send it tells, and its status says so.
  EXPECT_EQ(done.status, done.errors.contains("not everything was asked") ? 1 : 0) << done.errors;
  return done.output.contains("\t22\t");
}

TEST_F(OddPaths, WhomConnectReachesAndNobodyElseIsReached) {
  if (program_is_nmap()) GTEST_SKIP() << "about the ways of this program";
  std::size_t compared = 0;
  for (const OddPath& path : odd_paths) {
    SCOPED_TRACE(path.name);
    Pair pair;
    pair.target.listen(22);
    pair.scanner.listen(22);
    ASSERT_TRUE(shell(pair.scanner, "ip link set wire address 02:00:00:00:00:01"));
    ASSERT_TRUE(shell(pair.target,
                      "ip link set wire address 02:00:00:00:00:02; ip addr add 198.19.0.7/32 dev lo;"
                      "ip addr add 2001:db8:9::7/128 dev lo nodad"));
    const bool built = shell(pair.target, path.peer) && shell(pair.scanner, path.scanner);
    EXPECT_TRUE(built || path.optional) << "the path cannot be built";
    if (!built) continue;
    lab::Sniffer sniffer = pair.target.sniff("wire");
    const bool open = found_open(pair.scanner, path);
    const std::size_t ours = syns(sniffer);
    bool connected = false;
    pair.scanner.within([&] { connected = connects(path); });
    EXPECT_EQ(open, connected);
    if (!connected && syns(sniffer) == 0) {
      EXPECT_EQ(ours, 0U) << "it was sent where the kernel sends nothing";
    }
    ++compared;
  }
  EXPECT_GE(compared, 25U);
}

}  // namespace
}  // namespace portolan::lab_test
