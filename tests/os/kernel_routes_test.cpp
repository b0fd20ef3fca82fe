#include "os/net/kernel_routes.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "os/net/interfaces.h"
#include "private_network.h"
#include "report/scan/wording.h"

namespace portolan::os {
namespace {

using net::IpAddress;
using Kind = net::Path::Kind;

IpAddress address(const std::string& text) {
  const auto parsed = IpAddress::parse(text, interface_index);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(IpAddress{});
}

constexpr std::uint32_t up = IFF_UP | IFF_LOWER_UP;
const std::vector<Interface> interfaces{
    {1, "lo", ARPHRD_LOOPBACK, up | IFF_LOOPBACK, net::Mac{}},
    {2, "eth0", ARPHRD_ETHER, up | IFF_BROADCAST, net::Mac{{2, 0, 0, 0, 0, 2}}},
    {3, "tun0", ARPHRD_NONE, up | IFF_POINTOPOINT | IFF_NOARP, std::nullopt},
    {4, "dark0", ARPHRD_ETHER, IFF_UP | IFF_BROADCAST, net::Mac{{2, 0, 0, 0, 0, 4}}},
    {5, "off0", ARPHRD_ETHER, IFF_BROADCAST, net::Mac{{2, 0, 0, 0, 0, 5}}},
    {6, "dummy0", ARPHRD_ETHER, up | IFF_NOARP, net::Mac{{2, 0, 0, 0, 0, 6}}},
};

Route unicast(std::uint32_t interface) { return {RTN_UNICAST, interface, address("198.18.0.1"), {}}; }

TEST(PathOf, EthernetNeighbourIsItsOwnNextHop) {
  const auto path = path_of(address("198.18.0.9"), unicast(2), interfaces);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->kind, Kind::ethernet);
  EXPECT_EQ(path->interface, 2U);
  EXPECT_TRUE(path->on_link);
  EXPECT_EQ(path->next_hop, address("198.18.0.9"));
  EXPECT_EQ(path->source, address("198.18.0.1"));
  EXPECT_EQ(path->source_mac, (net::Mac{{2, 0, 0, 0, 0, 2}}));
  EXPECT_EQ(path->next_hop_mac, std::nullopt);
}

TEST(PathOf, GatewayIsTheNextHopAndKnowsItsLink) {
  Route route = unicast(2);
  route.source = address("2001:db8::1");
  route.gateway = address("fe80::1");
  const auto path = path_of(address("2001:db8:9::1"), route, interfaces);
  ASSERT_TRUE(path.has_value());
  EXPECT_FALSE(path->on_link);
  EXPECT_EQ(path->next_hop, address("fe80::1%2"));
}

TEST(PathOf, KindFollowsTheRouteThenTheInterface) {
  const auto kind_of = [](const Route& route) { return path_of(address("198.18.0.9"), route, interfaces)->kind; };
  Route local = unicast(2);
  local.type = RTN_LOCAL;
  EXPECT_EQ(kind_of(local), Kind::local);
  local.interface = 1;
  EXPECT_EQ(kind_of(local), Kind::local);
  EXPECT_EQ(kind_of(unicast(3)), Kind::kernel);
  EXPECT_EQ(kind_of(unicast(6)), Kind::kernel);
}

TEST(PathOf, WaysThatCarryNothingAreUnreachableAndSayWhy) {
  const auto sentence_of = [](const Route& route) {
    const auto path = path_of(address("198.18.0.9"), route, interfaces);
    EXPECT_FALSE(path.has_value());
    if (path) return std::string{};
    EXPECT_EQ(path.error().code, Errc::unreachable);
    return path.error().message;
  };
  EXPECT_NE(sentence_of(unicast(4)).find("dark0, which has no carrier"), std::string::npos);
  EXPECT_NE(sentence_of(unicast(5)).find("off0, which is down"), std::string::npos);
  EXPECT_NE(sentence_of(unicast(1)).find("lo, which leads to this machine alone"), std::string::npos);
  Route no_source = unicast(2);
  no_source.source.reset();
  EXPECT_NE(sentence_of(no_source).find("eth0 has no IPv4 address"), std::string::npos);
  for (const auto& [type, word] : {std::pair{RTN_BLACKHOLE, "throws"}, std::pair{RTN_PROHIBIT, "prohibits"},
                                   std::pair{RTN_UNREACHABLE, "unreachable"}, std::pair{RTN_THROW, "no route"}}) {
    Route refusing = unicast(2);
    refusing.type = static_cast<std::uint8_t>(type);
    EXPECT_NE(sentence_of(refusing).find(word), std::string::npos) << word;
  }
}

TEST(PathOf, SentencesNameTheInterfaceOfALinkLocalTarget) {
  Route refusing = unicast(2);
  refusing.type = RTN_PROHIBIT;
  EXPECT_EQ(path_of(address("fe80::1%2"), refusing, interfaces).error().message,
            "a route of this machine prohibits fe80::1%eth0");
  EXPECT_EQ(path_of(address("fe80::1%5"), unicast(5), interfaces).error().message,
            "the way to fe80::1%off0 is off0, which is down");
  EXPECT_EQ(path_of(address("fe80::1%77"), refusing, interfaces).error().message,
            "a route of this machine prohibits fe80::1%77");
}

// RTM_NEWROUTE as Linux 6.18 answers `ip route get 198.18.5.5` over a gateway, RTA_TABLE left out.
TEST(Netlink, ReadsARecordedRoute) {
  const std::array<std::uint8_t, 52> message{
      52, 0,  0, 0, 24,  0,  0, 0, 7, 0, 0, 0, 0, 0, 0, 0,  // nlmsghdr: RTM_NEWROUTE, sequence 7
      2,  32, 0, 0, 254, 0,  0, 1, 0, 2, 0, 0,              // rtmsg: AF_INET, /32, RTN_UNICAST
      8,  0,  4, 0, 9,   0,  0, 0,                          // RTA_OIF 9
      8,  0,  5, 0, 198, 18, 0, 2,                          // RTA_GATEWAY
      8,  0,  7, 0, 198, 18, 0, 1,                          // RTA_PREFSRC
  };
  const auto route = parse_route(message);
  ASSERT_TRUE(route.has_value());
  EXPECT_EQ(route->type, RTN_UNICAST);
  EXPECT_EQ(route->interface, 9U);
  EXPECT_EQ(route->gateway, address("198.18.0.2"));
  EXPECT_EQ(route->source, address("198.18.0.1"));
  EXPECT_EQ(parse_link(message), std::nullopt);
  // Cut short anywhere it is still bytes in, a value or nothing out.
  for (std::size_t size = 0; size < message.size(); ++size) {
    const std::vector<std::uint8_t> cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
    const auto part = parse_route(cut);
    EXPECT_EQ(part.has_value(), size >= 28) << size;
    EXPECT_EQ(part && part->gateway, size >= 44) << size;
  }
}

TEST(Netlink, ReadsAnErrorAndTakesWhatIsNoneForABadMessage) {
  std::vector<std::uint8_t> message{36, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const auto with_number = [&](std::uint8_t lowest, std::uint8_t highest) {
    message[16] = lowest;
    message[17] = message[18] = lowest == 0 ? 0 : 0xff;
    message[19] = highest;
    return parse_error(message);
  };
  EXPECT_EQ(with_number(0, 0), 0);
  EXPECT_EQ(with_number(256 - ENETUNREACH, 0xff), ENETUNREACH);
  EXPECT_EQ(with_number(0, 0x80), EBADMSG) << "-2^31, whose opposite is no int";
  EXPECT_EQ(with_number(1, 0), EBADMSG);
  message.pop_back();
  EXPECT_EQ(parse_error(message), std::nullopt);
}

TEST(Netlink, AGatewayOfTheOtherFamilyCountsWhereThereIsNoOther) {
  const std::array<std::uint8_t, 50> message{
      50, 0, 0,  0, 24, 0, 0,    0,    0, 0, 0, 0, 0, 0, 0, 0,           // nlmsghdr: RTM_NEWROUTE
      2,  0, 0,  0, 0,  0, 0,    1,    0, 0, 0, 0,                       // rtmsg: AF_INET, RTN_UNICAST
      22, 0, 18, 0, 10, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // RTA_VIA: AF_INET6, fe80::9
      0,  0, 9,
  };
  EXPECT_EQ(parse_route(message)->gateway, address("fe80::9"));
  std::vector<std::uint8_t> both(message.begin(), message.end());
  both.insert(both.end(), {0, 0, 8, 0, 5, 0, 198, 18, 0, 2});  // padding, RTA_GATEWAY
  EXPECT_EQ(parse_route(both)->gateway, address("198.18.0.2"));
}

// RTM_NEWLINK of a veth, cut down to two attributes.
TEST(Netlink, ReadsALink) {
  const std::array<std::uint8_t, 52> message{
      52, 0, 0, 0, 16,  0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0,  // nlmsghdr: RTM_NEWLINK
      0,  0, 1, 0, 7,   0,   0,   0,   3, 0, 1, 0, 0, 0, 0, 0,  // ifinfomsg: ARPHRD_ETHER, 7, IFF_UP and others
      9,  0, 3, 0, 'n', 'e', 'a', 'r', 0, 0, 0, 0,              // IFLA_IFNAME, padded
      10, 0, 1, 0, 2,   0,   0,   0,                            // IFLA_ADDRESS, too short to be one
  };
  const auto link = parse_link(message);
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(*link, (Interface{7, "near", ARPHRD_ETHER, 0x10003, std::nullopt}));
  EXPECT_EQ(parse_link(std::span{message}.first(31)), std::nullopt);
}

class Ways {
 public:
  explicit Ways(std::string_view interface = {}) {
    auto opened = KernelRoutes::open(interface);
    EXPECT_TRUE(opened.has_value());
    if (opened) router_ = std::move(*opened);
  }
  Result<net::Path> to(const std::string& target) {
    const IpAddress wanted = address(target);
    return std::move(router_->route({&wanted, 1}).at(0));
  }

 private:
  std::unique_ptr<KernelRoutes> router_;
};

// The word behind `key` in what `ip route get` prints.
std::string word_after(const std::string& text, const std::string& key) {
  const auto at = text.find(' ' + key + ' ');
  if (at == std::string::npos) return "";
  const auto begin = at + key.size() + 2;
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

void expect_as_ip_route_get(Ways& ways, const std::string& target) {
  const std::string bare = target.substr(0, target.find('%'));
  const std::string zone = target == bare ? "" : " oif " + target.substr(bare.size() + 1);
  const std::string told = ' ' + output_of("ip route get " + bare + zone);
  const auto path = ways.to(target);
  ASSERT_TRUE(path.has_value()) << target << ": " << (path ? "" : path.error().message);
  std::string source = net::to_string(path->source);
  source = source.substr(0, source.find('%'));
  EXPECT_EQ(source, word_after(told, "src")) << told;
  EXPECT_EQ(path->interface, interface_index(word_after(told, "dev"))) << told;
  const std::string gateway = word_after(told, "via");
  EXPECT_EQ(path->on_link, gateway.empty()) << told;
  if (!gateway.empty() && gateway != "inet6") {
    std::string hop = net::to_string(path->next_hop);
    EXPECT_EQ(hop.substr(0, hop.find('%')), gateway) << told;
  }
  EXPECT_EQ(path->kind == Kind::local, told.starts_with(" local")) << told;
}

void make_routes(const Peer& peer) {
  make_wire(peer);
  shell("ip addr add 198.18.0.11/24 dev near");
  shell(
      "ip route add 198.19.0.0/16 via 198.18.0.2; ip route add 198.19.5.0/24 via 198.18.0.3 src 198.18.0.11 mtu 1400");
  shell("ip route add 198.19.6.0/24 via inet6 fe80::9 dev near");
  shell("ip -6 route add 2001:db8:1::/48 via 2001:db8::2; ip -6 addr add fe80::11/64 dev near nodad");
  shell("ip route add unreachable 198.19.7.0/24; ip route add blackhole 198.19.8.0/24");
  shell("ip route add 224.0.0.0/4 dev near");
  shell("ip route add prohibit 198.19.9.0/24; ip -6 route add unreachable 2001:db8:7::/48");
}

TEST(KernelRoutes, AgreesWithIpRouteGet) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_routes(peer);
    Ways ways;
    for (const char* target : {"127.0.0.1", "127.0.0.9", "198.18.0.1", "198.18.0.11", "198.18.0.2", "198.18.0.200",
                               "198.19.1.1", "198.19.5.77", "198.19.6.1", "::1", "2001:db8::1", "2001:db8::2",
                               "2001:db8::77", "2001:db8:1::5", "fe80::2%near"}) {
      expect_as_ip_route_get(ways, target);
    }
    EXPECT_EQ(ways.to("198.19.6.1")->next_hop, address("fe80::9%near"));
    EXPECT_EQ(ways.to("fe80::2%near")->next_hop, address("fe80::2%near"));
    EXPECT_EQ(ways.to("198.18.0.2")->source_mac, mac_of_device("near"));
  });
}

// What a report says of a record that holds the cause.
std::string remark_of(const Error& error) {
  model::Remark remark{model::RemarkCode::no_way, {error.cause}};
  remark.values.insert(remark.values.end(), error.about.begin(), error.about.end());
  return report::remark_text(remark, Dialect::portolan);
}

TEST(KernelRoutes, NoWayIsASentenceAboutThatTarget) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_routes(peer);
    Ways ways;
    const std::vector<std::pair<const char*, const char*>> expected{
        {"203.0.113.1", "no route leads to 203.0.113.1"},
        {"2001:db8:ffff::1", "no route leads to 2001:db8:ffff::1"},
        {"198.19.7.1", "unreachable"},
        {"198.19.8.1", "throws packets to 198.19.8.1 away"},
        {"198.19.9.1", "prohibits 198.19.9.1"},
        {"2001:db8:7::1", "unreachable"},
        {"0.0.0.0", "localhost"},
        {"224.0.0.9", "224.0.0.9 is a multicast address and names no host"},
        {"ff0e::1", "ff0e::1 is a multicast address and names no host"},
        {"fe80::2", "fe80::2%eth0"},
    };
    for (const auto& [target, words] : expected) {
      const auto path = ways.to(target);
      ASSERT_FALSE(path.has_value()) << target;
      EXPECT_EQ(path.error().code, Errc::unreachable);
      EXPECT_NE(path.error().message.find(words), std::string::npos) << path.error().message;
      EXPECT_EQ(remark_of(path.error()), path.error().message) << "a report words the cause in the same way";
    }
    peer.shell("ip link set far down");
    // The kernel tells of a lost carrier up to a second later.
    for (int i = 0; i < 60'000 && ways.to("198.18.0.2"); ++i) ::usleep(1'000);
    EXPECT_NE(ways.to("198.18.0.2").error().message.find("no carrier"), std::string::npos);
    EXPECT_EQ(remark_of(ways.to("198.18.0.2").error()), ways.to("198.18.0.2").error().message);
    EXPECT_NE(ways.to("fe80::2%near").error().message.find("fe80::2%near"), std::string::npos)
        << ways.to("fe80::2%near").error().message;
  });
}

// What the kernel has not heard of for a while may have been replaced, and only its own packets make it look.
TEST(KernelRoutes, GatewaysThatTheKernelIsSureOfNeedNotBeAsked) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_routes(peer);
    shell("ip neigh add 198.18.0.3 dev near nud failed");
    for (const auto& [state, sure] :
         {std::pair{"reachable", true}, std::pair{"permanent", true}, std::pair{"noarp", true},
          std::pair{"stale", false}, std::pair{"delay", false}, std::pair{"probe", false}}) {
      // Afresh: one that was confirmed less than five seconds ago goes from delay back to reachable
      // (neigh_timer_handler(), DELAY_PROBE_TIME).
      shell("ip neigh del 198.18.0.2 dev near 2>/dev/null || true");
      shell(fmt::format("ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:22 dev near nud {}", state));
      const net::Mac mac{{2, 0, 0, 0, 0, 0x22}};
      Ways ways;
      EXPECT_EQ(ways.to("198.19.1.1")->next_hop_mac, sure ? std::optional{mac} : std::nullopt) << state;
      EXPECT_EQ(ways.to("198.19.5.77")->next_hop_mac, std::nullopt);
      EXPECT_EQ(ways.to("198.18.0.2")->next_hop_mac, std::nullopt);  // on the link: being asked is how it is found up
    }
  });
}

// Its address was set by hand, perhaps because it answers nobody who asks.
TEST(KernelRoutes, NeighboursThatWereSetByHandAreLeftToTheKernel) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell(
        "ip neigh add 198.18.0.7 lladdr 02:00:00:00:00:07 dev near nud permanent;"
        "ip neigh add 2001:db8::8 lladdr 02:00:00:00:00:08 dev near nud noarp;"
        "ip neigh add 198.18.0.9 lladdr 02:00:00:00:00:09 dev near nud reachable");
    Ways ways;
    for (const char* by_hand : {"198.18.0.7", "2001:db8::8"}) {
      EXPECT_EQ(ways.to(by_hand)->kind, Kind::kernel) << by_hand;
      EXPECT_EQ(ways.to(by_hand)->by_kernel, net::Path::ByKernel::neighbour) << by_hand;
    }
    EXPECT_EQ(ways.to("198.18.0.9")->kind, Kind::ethernet);
  });
}

TEST(KernelRoutes, RoutesThatOnlyTheKernelCanFollowAreLeftToIt) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip route add 198.19.0.0/24 via inet6 2001:db8::2 dev near");
    const bool wraps = std::system(
                           "ip -6 route add 2001:db8:99::/64 encap seg6 mode encap segs 2001:db8::2 dev near "
                           "2>/dev/null") == 0;
    Ways ways;
    EXPECT_EQ(ways.to("198.19.0.7")->kind, Kind::kernel);
    EXPECT_EQ(ways.to("198.19.0.7")->by_kernel, net::Path::ByKernel::next_hop);
    EXPECT_EQ(ways.to("198.18.0.7")->by_kernel, net::Path::ByKernel::no);
    if (!wraps) return;  // a kernel without segment routing
    EXPECT_EQ(ways.to("2001:db8:99::2")->kind, Kind::kernel);
    EXPECT_EQ(ways.to("2001:db8:99::2")->by_kernel, net::Path::ByKernel::encapsulation);
    EXPECT_FALSE(ways.to("2001:db8:99::2")->on_link) << "who answers is not the target";
  });
}

TEST(KernelRoutes, BroadcastAddressesNameNoHost) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip addr add 198.18.4.1/24 brd + dev near");
    Ways ways;
    const auto path = ways.to("198.18.4.255");
    ASSERT_FALSE(path.has_value());
    EXPECT_EQ(path.error().message, "198.18.4.255 is a broadcast address and names no host");
    EXPECT_EQ(remark_of(path.error()), path.error().message);
  });
}

TEST(KernelRoutes, NeighbourTablesOfManyDatagramsAreReadToTheirEnd) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    std::string batch;
    for (int i = 0; i < 900; ++i) {
      batch += fmt::format("neigh replace 198.18.0.{} lladdr 02:00:00:00:00:01 dev near nud permanent\n", 3 + i % 200);
      batch += fmt::format("neigh replace 2001:db8::{:x} lladdr 02:00:00:00:00:02 dev near nud permanent\n", 16 + i);
    }
    batch += "route add 2001:db8:2::/48 via 2001:db8::393\n";
    std::FILE* ip = ::popen("ip -batch -", "w");
    ASSERT_NE(ip, nullptr);
    std::fputs(batch.c_str(), ip);
    ASSERT_EQ(::pclose(ip), 0);
    Ways ways;
    EXPECT_EQ(ways.to("2001:db8:2::1")->next_hop_mac, (net::Mac{{2, 0, 0, 0, 0, 2}}));
  });
}

TEST(KernelRoutes, ForcedInterfaceCarriesEverythingButThisMachineItself) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip link add other type veth peer name other2; ip link set other2 up addrgenmode none");
    shell("ip addr add 198.18.50.1/24 dev other; ip link set other up addrgenmode none");
    Ways ways{"other"};
    EXPECT_EQ(ways.to("198.18.0.2")->interface, interface_index("other"));
    EXPECT_EQ(ways.to("198.18.0.2")->source, address("198.18.50.1"));
    EXPECT_EQ(ways.to("127.0.0.1")->kind, Kind::local);
    EXPECT_EQ(ways.to("198.18.50.1")->kind, Kind::local);
    EXPECT_EQ(ways.to("198.18.0.1")->kind, Kind::local);
  });
}

TEST(KernelRoutes, MissingInterfaceIsToldWithThoseThereAre) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto router = KernelRoutes::open("eth7");
    ASSERT_FALSE(router.has_value());
    EXPECT_EQ(router.error().code, Errc::unreachable);
    EXPECT_EQ(router.error().message, "no interface is called 'eth7'; there are: lo");
  });
}

TEST(KernelRoutes, AnswersThousandsInTheOrderAsked) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_routes(peer);
    std::vector<IpAddress> targets;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
      targets.push_back(address(i % 2 == 0 ? "198.18.0.0" : "2001:db8::").plus(2 + i % 250));
    }
    const auto router = KernelRoutes::open();
    ASSERT_TRUE(router.has_value());
    const auto paths = (*router)->route(targets);
    ASSERT_EQ(paths.size(), targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      ASSERT_TRUE(paths[i].has_value()) << net::to_string(targets[i]);
      ASSERT_EQ(paths[i]->next_hop, targets[i]);
    }
  });
}

TEST(Interfaces, AreListedWithTheirNamesAndIndexes) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("ip link add near type veth peer name far");
    auto socket = NetlinkSocket::open();
    ASSERT_TRUE(socket.has_value());
    const auto list = list_interfaces(*socket);
    ASSERT_TRUE(list.has_value());
    ASSERT_EQ(list->size(), 3U);
    const auto named = [&](std::string_view name) { return *std::ranges::find(*list, name, &Interface::name); };
    EXPECT_EQ(named("lo").type, ARPHRD_LOOPBACK);
    EXPECT_EQ(named("far").mac, mac_of_device("far"));
    EXPECT_EQ(named("near").index, interface_index("near"));
    EXPECT_EQ(interface_index("nothing"), 0U);
    EXPECT_EQ(interface_name(named("near").index), "near");
    EXPECT_EQ(interface_name(1'000'000), "");
    EXPECT_TRUE(named("near").networks.empty());
    shell("ip addr add 198.18.3.7/24 dev near; ip addr add 2001:db8:3::7/64 dev near nodad");
    const auto with_networks = list_interfaces(*socket);
    ASSERT_TRUE(with_networks.has_value());
    EXPECT_THAT(std::ranges::find(*with_networks, "near", &Interface::name)->networks,
                testing::IsSupersetOf({*net::Prefix::parse("198.18.3.0/24"), *net::Prefix::parse("2001:db8:3::/64")}));
  });
}

}  // namespace
}  // namespace portolan::os
