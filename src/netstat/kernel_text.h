// The files of /proc/net that the views read, as values. Pure and total: a line that does not hold what it should is
// left out, and what can be counted of such lines is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.h"

namespace portolan::netstat {

// The lines of `text`, without their ends; the last one may lack its own.
std::vector<std::string_view> lines_of(std::string_view text);

// A line of /proc/net/route (net/ipv4/fib_trie.c, fib_route_seq_show).
struct Route4 {
  std::string_view interface;  // "*": none, as of a blackhole
  net::IpAddress destination;
  net::IpAddress gateway;
  net::IpAddress mask;
  std::uint32_t flags = 0;  // RTF_*
  std::int32_t references = 0;
  std::int32_t use = 0;
  std::int32_t metric = 0;
  std::int32_t mtu = 0;
  std::int32_t window = 0;  // bytes
  std::int32_t irtt = 0;    // milliseconds
};
std::optional<Route4> parse_route4(std::string_view line);

// A line of /proc/net/ipv6_route (net/ipv6/route.c, rt6_info_route).
struct Route6 {
  std::string_view interface;
  net::IpAddress destination;
  unsigned length = 0;  // of the destination's prefix
  net::IpAddress next_hop;
  std::uint32_t flags = 0;  // RTF_*
  std::int32_t metric = 0;
  std::int32_t references = 0;
  std::int32_t use = 0;
};
std::optional<Route6> parse_route6(std::string_view line);

// A line of /proc/net/dev (net/core/net-procfs.c, dev_seq_printf_stats).
struct DeviceCounters {
  std::string_view interface;
  struct Direction {
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::uint64_t errors = 0;
    std::uint64_t dropped = 0;
    std::uint64_t fifo = 0;
    std::uint64_t compressed = 0;
  };
  Direction received;
  Direction sent;
  std::uint64_t frame = 0;
  std::uint64_t collisions = 0;
  std::uint64_t carrier = 0;
};
std::optional<DeviceCounters> parse_device_counters(std::string_view line);

// A line of /proc/net/if_inet6 (net/ipv6/addrconf.c, if6_seq_show).
struct Address6 {
  std::string_view interface;
  net::IpAddress address;
  unsigned length = 0;
  unsigned scope = 0;
};
std::optional<Address6> parse_address6(std::string_view line);

// /proc/net/igmp and /proc/net/igmp6: who listens to which multicast group.
struct Group {
  std::string_view interface;
  net::IpAddress group;
  std::uint32_t users = 0;
};
std::vector<Group> parse_igmp(std::string_view text);
std::optional<Group> parse_igmp6(std::string_view line);

// A line of /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c, ct_seq_show).
struct Connection {
  struct Tuple {
    net::IpAddress source;
    net::IpAddress destination;
    std::uint16_t source_port = 0;       // the identifier of an ICMP request
    std::uint16_t destination_port = 0;  // type and code of an ICMP message, as type * 256 + code
    friend bool operator==(const Tuple&, const Tuple&) = default;
  };
  std::string_view protocol;  // "tcp"; "unknown" for one that the kernel has no name for
  std::uint64_t expires = 0;  // seconds; 0 also for one that a network card looks after
  Tuple asked;                // as whoever began it sees it
  Tuple answered;             // as the answers are addressed
};
std::optional<Connection> parse_connection(std::string_view line);
// The answers are addressed otherwise than the question would let one expect.
bool is_translated(const Connection& connection);

// Two lines of /proc/net/snmp and /proc/net/netstat, "Ip: Forwarding DefaultTTL" and "Ip: 1 64", or one of
// /proc/net/snmp6 and /proc/net/sctp/snmp, "Ip6InReceives 10".
struct Counter {
  std::string_view name;
  std::uint64_t value = 0;
};
struct CounterSection {
  std::string_view title;  // "Ip"
  std::vector<Counter> counters;
};
struct CounterText {
  std::vector<CounterSection> sections;
  bool whole = true;  // false: it stopped making sense, and the rest was left
};
CounterText parse_counter_rows(std::string_view text);
// Here every counter brings the name of its section: what stands before and with the 6, or `title` for all of them.
CounterText parse_counter_lines(std::string_view text, std::string_view title = "");

}  // namespace portolan::netstat
