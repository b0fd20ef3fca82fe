#include "os/net/route_regions.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace portolan::os {
namespace {

// Where the kernel's code and not a table makes the difference: net/ipv4/route.c (ip_route_output_key_hash_rcu),
// net/ipv6/addrconf_core.c (__ipv6_addr_type), include/net/ipv6.h (ipv6_addr_orchid).
constexpr std::string_view special_prefixes[] = {
    "0.0.0.0/8",          "0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/4", "224.0.0.0/24", "240.0.0.0/4",
    "255.255.255.255/32", "::/96",      "::/128",      "::1/128",     "::/3",         "::ffff:0:0/96",
    "2001:10::/28",       "e000::/3",   "fe80::/10",   "fec0::/10",   "ff00::/8",
};

std::array<std::uint8_t, 16> v6_bytes(const net::IpAddress& address) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(address.bytes(), bytes.begin());
  return bytes;
}

// Sorted and each once.
template <class T>
void arrange(std::vector<T>& cuts) {
  std::ranges::sort(cuts);
  cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
  cuts.shrink_to_fit();
}

template <class T>
std::uint64_t cuts_up_to(const std::vector<T>& cuts, const T& address) {
  return static_cast<std::uint64_t>(std::ranges::upper_bound(cuts, address) - cuts.begin());
}

// The prefix in attribute `wanted` behind a body; of full length where the body has none. Nothing where it is missing.
std::optional<net::Prefix> prefix_in(MessageBytes message, std::size_t body, std::uint16_t wanted, unsigned length) {
  std::optional<net::Prefix> prefix;
  const std::size_t first = std::min(sizeof(nlmsghdr) + wire::netlink_align(body), message.size());
  wire::for_each_attribute(message.subspan(first), [&](std::uint16_t type, MessageBytes payload) {
    if (type != wanted || (payload.size() != 4 && payload.size() != 16) || length > payload.size() * 8) return;
    prefix = net::Prefix::around(net::IpAddress::from_bytes(payload), length);
  });
  return prefix;
}

template <class Body>
std::optional<Body> body_of(MessageBytes message) {
  return wire::read_struct<Body>(message.subspan(std::min(sizeof(nlmsghdr), message.size())));
}

}  // namespace

RouteRegions::RouteRegions() {
  for (const std::string_view text : special_prefixes) cut(net::Prefix::parse(text).value());
}

void RouteRegions::learn(MessageBytes message) {
  const auto cut_at = [this](const std::optional<net::Prefix>& prefix) {
    if (prefix) cut(*prefix);
  };
  const std::uint16_t type = header_of(message).nlmsg_type;
  if (const auto route = body_of<rtmsg>(message); route && type == RTM_NEWROUTE) {
    cut_at(prefix_in(message, sizeof(rtmsg), RTA_DST, route->rtm_dst_len));
  } else if (const auto rule = body_of<fib_rule_hdr>(message); rule && type == RTM_NEWRULE) {
    // Not where it comes from: the source is not yet known when the kernel is asked.
    cut_at(prefix_in(message, sizeof(fib_rule_hdr), FRA_DST, rule->dst_len));
  } else if (const auto label = body_of<ifaddrlblmsg>(message); label && type == RTM_NEWADDRLABEL) {
    cut_at(prefix_in(message, sizeof(ifaddrlblmsg), IFAL_ADDRESS, label->ifal_prefixlen));
  } else if (const auto own = body_of<ifaddrmsg>(message); own && type == RTM_NEWADDR && own->ifa_family == AF_INET6) {
    for (const std::uint16_t which : {IFA_ADDRESS, IFA_LOCAL}) {
      if (const auto source = prefix_in(message, sizeof(ifaddrmsg), which, 128)) cut_around_source(source->address);
    }
  }
}

void RouteRegions::cut(const net::Prefix& prefix) {
  const net::IpAddress after = prefix.last().plus(1);
  const bool ends = after > prefix.address;  // and is not the end of the address space
  if (prefix.address.is_v4()) {
    v4_.push_back(prefix.address.v4_value());
    if (ends) v4_.push_back(after.v4_value());
  } else {
    v6_.push_back(v6_bytes(prefix.address));
    if (ends) v6_.push_back(v6_bytes(after));
  }
}

// Of several IPv6 sources the kernel takes the one with the longest prefix in common with the target (RFC 6724 §5,
// rule 8), so each bit of a source may make a difference. An IPv4 source belongs to its route.
void RouteRegions::cut_around_source(const net::IpAddress& source) {
  for (unsigned length = 1; length <= 128; ++length) cut(net::Prefix::around(source, length));
}

void RouteRegions::sort() {
  arrange(v4_);
  arrange(v6_);
}

std::optional<std::uint64_t> RouteRegions::region_of(const net::IpAddress& address) const {
  constexpr std::uint8_t multicast = 0xff;  // the source follows from the scope, which is any of 16
  if (address.is_v4()) return cuts_up_to(v4_, address.v4_value()) << 1U;
  const V6 bytes = v6_bytes(address);
  if (bytes[0] == multicast) return std::nullopt;
  return cuts_up_to(v6_, bytes) << 1U | 1U;
}

}  // namespace portolan::os
