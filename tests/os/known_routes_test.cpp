// One answer of the kernel serves a whole region of addresses. Here it is held against asking for every address by
// itself, on machines whose routes are odd.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "os/net/interfaces.h"
#include "os/net/kernel_routes.h"
#include "private_network.h"

namespace portolan::os {
namespace {

using net::IpAddress;

std::unique_ptr<KernelRoutes> open_router(std::string_view interface = {}) {
  auto opened = KernelRoutes::open(interface);
  EXPECT_TRUE(opened.has_value());
  return opened ? std::move(*opened) : nullptr;
}

// The kernel's own answers: no router is asked for so much that it reads the tables.
std::vector<Result<net::Path>> one_by_one(const std::vector<IpAddress>& targets, std::string_view interface) {
  constexpr std::size_t few = 50;
  std::vector<Result<net::Path>> paths;
  for (std::size_t first = 0; first < targets.size(); first += few) {
    const auto part = std::span{targets}.subspan(first, std::min(few, targets.size() - first));
    for (auto& path : open_router(interface)->route(part)) paths.push_back(std::move(path));
  }
  return paths;
}

std::string text_of(const Result<net::Path>& path) {
  if (!path) return path.error().message;
  const auto mac = path->next_hop_mac ? net::to_string(*path->next_hop_mac) : "unknown";
  return fmt::format("{} {} from {} {} {} via {} {}", static_cast<int>(path->kind), path->interface,
                     net::to_string(path->source), net::to_string(path->source_mac), path->on_link,
                     net::to_string(path->next_hop), mac);
}

// Most lie where routes begin and end.
std::vector<IpAddress> any_targets(std::uint64_t seed, const std::vector<std::string>& prefixes) {
  Random random{seed};
  std::vector<IpAddress> targets;
  for (int i = 0; i < 3'000; ++i) {
    const auto prefix = net::Prefix::parse(prefixes[random.below(prefixes.size())]).value();
    switch (random.below(6)) {
      case 0:
        targets.push_back(prefix.address);
        break;
      case 1:
        targets.push_back(prefix.last());
        break;
      case 2:
        targets.push_back(prefix.last().plus(1));
        break;
      case 3:
        targets.push_back(prefix.address.plus(UINT64_MAX));  // IPv4: the one before
        break;
      case 4:
        targets.push_back(prefix.address.plus(random() >> random.below(64)));
        break;
      default: {
        std::vector<std::uint8_t> bytes(prefix.address.bytes().size());
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
        if (random.chance(0.8)) std::ranges::copy(prefix.address.bytes().first(bytes.size() / 4), bytes.begin());
        targets.push_back(IpAddress::from_bytes(bytes));
      }
    }
  }
  return targets;
}

const std::vector<std::string> everywhere{
    "0.0.0.0/0",
    "10.0.0.0/8",
    "127.0.0.0/8",
    "127.0.0.1/32",
    "198.18.0.0/24",
    "198.18.0.1/32",
    "198.18.0.255/32",
    "198.19.0.0/16",
    "198.19.4.0/22",
    "198.19.5.0/24",
    "198.19.5.128/25",
    "198.19.6.0/24",
    "198.19.7.0/24",
    "198.19.8.0/24",
    "198.19.9.0/24",
    "198.19.77.7/32",
    "224.0.0.0/4",
    "224.0.0.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/0",
    "::1/128",
    "2001:db8::/64",
    "2001:db8::1/128",
    "2001:db8:1::/48",
    "2001:db8:1:5::/64",
    "2001:db8:7::/48",
    "2001:db8:9000::/36",
    "2001:db8:8::/64",
    "2002::/16",
    "fc00::/7",
    "fd00:5::/64",
    "fe80::/10",
    "ff02::/16",
    "ff0e::/16",
};

struct Machine {
  const char* name;
  const char* commands;
  const char* interface = "";
  std::uint64_t most_questions = 2'500;  // of 9,000 targets
};

// On top of "near", a link to 198.18.0.0/24 and 2001:db8::/64, and "other".
const Machine machines[] = {
    {"without other routes", ""},
    {"with a default route",
     "ip route add default via 198.18.0.2; ip -6 route add default via 2001:db8::2;"
     "ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev near"},
    {"with routes inside routes",
     "ip route add default via 198.18.0.2; ip route add 198.19.0.0/16 via 198.18.0.3;"
     "ip route add 198.19.4.0/22 dev other; ip route add 198.19.5.0/24 via 198.18.0.4 src 198.18.50.1;"
     "ip route add 198.19.5.128/25 via inet6 fe80::9 dev near; ip route add 198.19.77.7 dev other;"
     "ip -6 route add 2001:db8:1::/48 via 2001:db8::2; ip -6 route add 2001:db8:1:5::/64 dev other"},
    {"with routes that refuse",
     "ip route add default via 198.18.0.2; ip route add blackhole 198.19.4.0/22; ip route add unreachable "
     "198.19.7.0/24;"
     "ip route add prohibit 198.19.8.0/24; ip route add throw 198.19.9.0/24; ip -6 route add default via 2001:db8::2;"
     "ip -6 route add blackhole 2001:db8:7::/48; ip -6 route add unreachable 2001:db8:1:5::/64;"
     "ip -6 route add prohibit 2001:db8:8::/64"},
    {"with policy rules",
     "ip route add default via 198.18.0.2; ip route add default dev other table 100;"
     "ip route add throw 198.19.5.0/24 table 100; ip route add 198.19.77.7 via 198.18.0.9 table 100;"
     "ip route add 198.19.8.0/24 via 198.18.0.8 table 102;"
     "ip rule add to 198.19.4.0/22 lookup 100; ip rule add to 198.19.77.0/24 lookup 100;"
     "ip rule add to 198.19.9.0/24 prohibit; ip rule add to 10.9.0.0/16 unreachable; ip rule add to 10.8.0.0/16 "
     "blackhole;"
     "ip rule add from 198.18.50.1 lookup 100; ip rule add fwmark 7 lookup 100; ip rule add oif other lookup 102;"
     "ip rule add uidrange 0-0 lookup 102; ip rule add pref 9 lookup main suppress_prefixlength 16;"
     "ip -6 route add default dev other table 100; ip -6 rule add to 2001:db8:1::/48 lookup 100;"
     "ip -6 rule add from 2001:db8:50::/64 lookup 100; ip -6 rule add to 2001:db8:8::/64 prohibit"},
    {"with many ways to one prefix",
     "ip route add default nexthop via 198.18.0.2 nexthop via 198.18.0.3; ip route add 198.19.4.0/22 via 198.18.0.4;"
     "ip nexthop add id 1 via 198.18.0.5 dev near; ip nexthop add id 2 via 198.18.0.6 dev near;"
     "ip nexthop add id 10 group 1/2; ip route add 198.19.8.0/24 nhid 10; ip route add 198.19.9.0/24 nhid 1;"
     "ip -6 route add default nexthop via 2001:db8::2 nexthop via 2001:db8::3;"
     "ip -6 route add 2001:db8:1::/48 via 2001:db8::4",
     "", 10'000},
    {"with next hops of which routes know the number only",
     "echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode; ip nexthop add id 1 via 198.18.0.5 dev near;"
     "ip nexthop add id 2 via 198.18.0.6 dev near; ip nexthop add id 10 group 1/2;"
     "ip route add 198.19.0.0/16 nhid 10; ip route add 198.19.8.0/24 nhid 1",
     "", 10'000},
    {"with many sources",
     "ip addr add 198.18.0.11/24 dev near; ip addr add 10.0.0.1/8 dev other;"
     "for net in 1 1:5 7 8 ffff; do ip -6 addr add 2001:db8:$net::77/64 dev near nodad noprefixroute; done;"
     "ip -6 addr add 2001:db8:1:5::88/96 dev near nodad preferred_lft 0; ip -6 addr add fd00:5::1/64 dev near nodad;"
     "ip -6 addr add 2002:1::1/64 dev near nodad; ip -6 addr add fe80::11/64 dev near nodad;"
     "ip addrlabel add prefix fd00:5::/64 label 99; ip addrlabel add prefix 2001:db8:9000::/36 label 99; ip -6 route "
     "add default via 2001:db8::2",
     "", 2'500},
    {"that is many addresses itself",
     "ip route add local 198.19.4.0/22 dev lo; ip -6 route add local 2001:db8:1:5::/64 dev lo;"
     "ip route add local 198.19.8.0/24 dev lo src 198.18.0.1",
     "", 10'000},
    {"that was told an interface",
     "ip route add default via 198.18.0.2; ip route add 198.19.4.0/22 dev near; ip route add blackhole 198.19.7.0/24;"
     "ip route add 198.19.5.0/24 via 198.18.50.7 dev other; ip -6 route add default via 2001:db8::2",
     "other", 2'500},
};

void expect_the_kernels_answers(const Machine& machine) {
  shell(machine.commands);
  const auto router = open_router(machine.interface);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto targets = any_targets(seed, everywhere);
    const auto known = router->route(targets);
    const auto asked = one_by_one(targets, machine.interface);
    ASSERT_EQ(known.size(), targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      ASSERT_EQ(text_of(known[i]), text_of(asked[i])) << "seed " << seed << ": " << net::to_string(targets[i]);
    }
  }
  EXPECT_LT(router->asked(), machine.most_questions) << "of 9,000 targets";
}

TEST(KnownRoutes, AreTheKernelsAnswersForEveryAddress) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    std::array<Peer, std::size(machines)> places;
    for (const Peer& place : places) {
      // No end makes an address of its own: it would be known a second later, when the router counts its questions,
      // and a change makes it ask again.
      place.shell(
          "for name in near other; do ip link add $name type veth peer name $name-end;"
          "ip link set $name-end up addrgenmode none; ip link set $name up addrgenmode none; done;"
          "ip addr add 198.18.0.1/24 dev near; ip -6 addr add 2001:db8::1/64 dev near nodad;"
          "ip addr add 198.18.50.1/24 dev other; ip -6 addr add 2001:db8:50::1/64 dev other nodad");
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      SCOPED_TRACE(fmt::format("a machine {}", machines[i].name));
      places[i].enter([&] {
        for (const char* device : {"near", "near-end", "other", "other-end"}) wait_for_carrier(device);
        expect_the_kernels_answers(machines[i]);
      });
    }
  });
}

TEST(KnownRoutes, AnswerOfOnePrefixServesThePrefix) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip route add default via 198.18.0.2");
    const auto router = open_router();
    std::vector<IpAddress> targets;
    for (std::uint32_t i = 0; i < 100'000; ++i) targets.push_back(IpAddress::v4(0x0a000000 + i));
    for (const auto& path : router->route(targets)) {
      ASSERT_TRUE(path.has_value());
      ASSERT_EQ(net::to_string(path->next_hop), "198.18.0.2");
    }
    EXPECT_LE(router->asked(), 2U);
  });
}

TEST(KnownRoutes, AChangeDuringTheScanIsFollowed) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip route add default via 198.18.0.2");
    const auto router = open_router();
    const std::vector<IpAddress> targets(1'000, IpAddress::v4(0xc6130101));  // 198.19.1.1
    const auto hop = [&] { return text_of(router->route(targets).back()); };
    const std::string first = hop();
    EXPECT_NE(first.find("via 198.18.0.2"), std::string::npos) << first;
    shell("ip route add 198.19.0.0/16 via 198.18.0.3");
    EXPECT_NE(hop().find("via 198.18.0.3"), std::string::npos);
    shell("ip rule add to 198.19.1.0/24 prohibit");
    EXPECT_NE(hop().find("prohibits"), std::string::npos);
    shell("ip rule del to 198.19.1.0/24 prohibit; ip route del 198.19.0.0/16");
    EXPECT_EQ(hop(), first);
    shell("ip addr add 198.18.0.9/24 dev near; ip route replace default via 198.18.0.2 src 198.18.0.9");
    EXPECT_NE(hop().find("from 198.18.0.9"), std::string::npos) << hop();
    shell("ip link set near down");
    EXPECT_NE(hop().find("no route"), std::string::npos) << hop();
  });
}

}  // namespace
}  // namespace portolan::os
