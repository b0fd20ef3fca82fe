// netstat -r: the routes of /proc/net/route and /proc/net/ipv6_route, in their order.

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.h"
#include "netstat/address_text.h"
#include "netstat/kernel_text.h"
#include "netstat/view_text.h"
#include "netstat/views.h"

namespace portolan::netstat {
namespace {

// RTF_* of linux/route.h and linux/ipv6_route.h.
constexpr std::uint32_t route_up = 0x1;
constexpr std::uint32_t route_host = 0x4;
constexpr std::uint32_t route_reject = 0x200;
constexpr std::uint32_t route_cached = 0x0100'0000;

struct FlagLetter {
  std::uint32_t flag;
  char letter;
};

// What stands behind the first letter of an IPv4 route. The upper half means something in IPv6 only, and is shown all
// the same.
constexpr std::array<FlagLetter, 18> letters4{{{0x4, 'H'},
                                               {0x8, 'R'},
                                               {0x10, 'D'},
                                               {0x20, 'M'},
                                               {0x1'0000, 'd'},
                                               {0x2'0000, 'a'},
                                               {0x4'0000, 'c'},
                                               {0x20'0000, 'o'},
                                               {0x40'0000, 'e'},
                                               {route_cached, 'c'},
                                               {0x200'0000, 'f'},
                                               {0x400'0000, 'p'},
                                               {0x8000'0000, 'l'},
                                               {0x40, 'u'},
                                               {0x80, 'w'},
                                               {0x100, 'i'},
                                               {0x400, 'n'},
                                               {0, 0}}};
constexpr std::array<FlagLetter, 12> letters6{{{route_up, 'U'},
                                               {route_reject, '!'},
                                               {0x2, 'G'},
                                               {route_host, 'H'},
                                               {0x1'0000, 'D'},
                                               {0x4'0000, 'A'},
                                               {route_cached, 'C'},
                                               {0x2'0000, 'a'},
                                               {0x40'0000, 'e'},
                                               {0x20, 'm'},
                                               {0x20'0000, 'n'},
                                               {0x200'0000, 'f'}}};

template <class Letters>
void append_letters(std::string& text, std::uint32_t flags, const Letters& letters) {
  for (const auto& [flag, letter] : letters) {
    if ((flags & flag) != 0) text += letter;
  }
}

std::string letters_of(const Route4& route) {
  constexpr std::uint32_t gateway = 0x2;
  std::string text;
  if ((route.flags & route_reject) != 0) {
    text = "!";  // nothing is sent, so it does not matter through whom
  } else {
    text = (route.flags & gateway) != 0 ? "UG" : "U";
  }
  append_letters(text, route.flags, letters4);
  return text;
}

// At a terminal names are cut to their column.
std::string fitting(std::string text, const ViewOptions& options, std::size_t width) {
  if (!options.wide && text.size() > width) text.resize(width);
  return text;
}

constexpr std::size_t address_width = 15;
constexpr std::size_t interface_width = 6;  // of the long form only; header and numbers leave 8

std::string destination_of(const Route4& route, const Machine& machine, const ViewOptions& options) {
  const std::string numeric = numeric_text(route.destination);
  if (options.numeric_hosts) return numeric;
  const std::uint32_t destination = route.destination.v4_value();
  const std::uint32_t mask = route.mask.v4_value();
  if (destination == 0) return mask == 0 ? "default" : numeric;
  const bool is_host = (route.flags & route_host) != 0 || (destination & ~mask) != 0;
  return name_or(is_host ? machine.host : machine.network, route.destination, numeric);
}

std::string gateway_of(const Route4& route, const Machine& machine, const ViewOptions& options) {
  if ((route.flags & route_reject) != 0) return "-";
  return host_text(route.gateway, machine, options);
}

constexpr std::string_view table4_title = "Kernel IP routing table\n";
constexpr std::array<std::string_view, 3> table4_heads{
    "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n",
    "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n",
    "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt\n"};

// Of a route that rejects, net-tools shows neither where it leads nor how.
struct Numbers4 {
  std::string references, mtu, window, irtt, interface;
};
Numbers4 numbers_of(const Route4& route) {
  if ((route.flags & route_reject) != 0) return {"-", "-", "-", "-", "-"};
  return {std::to_string(route.references), std::to_string(route.mtu), std::to_string(route.window),
          std::to_string(route.irtt), shown(route.interface)};
}

void add_route4(std::string& output, const Route4& route, const Machine& machine, const ViewOptions& options) {
  const Numbers4 numbers = numbers_of(route);
  append(output, "{:<15} {:<15} {:<15} {:<5} ",
         fitting(destination_of(route, machine, options), options, address_width),
         fitting(gateway_of(route, machine, options), options, address_width), numeric_text(route.mask),
         letters_of(route));
  if (options.extended == 0) {
    append(output, "{:>5} {:<5} {:>6} {}\n", numbers.mtu, numbers.window, numbers.irtt, numbers.interface);
    return;
  }
  append(output, "{:<6} {:<2} {:>7} ", route.metric, numbers.references, route.use);
  if (options.extended == 1) {
    append(output, "{}\n", numbers.interface);
  } else {
    append(output, "{:<8} {:<5} {:<6} {}\n", fitting(numbers.interface, options, interface_width), numbers.mtu,
           numbers.window, numbers.irtt);
  }
}

std::size_t detail_of(const ViewOptions& options) {
  return static_cast<std::size_t>(std::clamp(options.extended, 0, 2));
}

void routes4(View& view, const Machine& machine, const ViewOptions& options) {
  const auto text = read(machine, "/proc/net/route");
  if (!text) {
    complain(view, text.error());
    complain(view, "INET (IPv4) not configured in this system.");
    return;
  }
  view.output += table4_title;
  view.output += table4_heads[detail_of(options)];
  for (const std::string_view line : lines_of(*text)) {
    const auto route = parse_route4(line);
    if (route && (route->flags & route_up) != 0) add_route4(view.output, *route, machine, options);
  }
}

// Linux has had no cache of IPv4 routes since 3.6: its file still has a heading, and never a line.
constexpr std::array<std::string_view, 3> cache4_heads{
    "Source          Destination     Gateway         Flags   MSS Window  irtt Iface\n",
    "Source          Destination     Gateway         Flags Metric Ref    Use Iface\n",
    "Source          Destination     Gateway         Flags Metric Ref    Use Iface    MSS   Window irtt  TOS HHRef "
    "HHUptod     SpecDst\n"};

void cache4(View& view, const ViewOptions& options) {
  view.output += "Kernel IP routing cache\n";
  view.output += cache4_heads[detail_of(options)];
}

std::string host6(const net::IpAddress& address, const Machine& machine, const ViewOptions& options) {
  std::string numeric = numeric_text(address);
  if (options.numeric_hosts || address.is_v4_mapped()) return numeric;
  if (address == net::IpAddress::v6({})) return "[::]";
  return name_or(machine.host, address, numeric);
}

void routes6(View& view, const Machine& machine, const ViewOptions& options, bool cached) {
  const auto text = read(machine, "/proc/net/ipv6_route");
  if (!text) {
    complain(view, text.error());
    complain(view, "INET6 (IPv6) not configured in this system.");
    return;
  }
  append(view.output, "Kernel IPv6 routing {}\n{:<30} {:<26} Flag Met Ref  Use If\n", cached ? "cache" : "table",
         "Destination", "Next Hop");
  for (const std::string_view line : lines_of(*text)) {
    const auto route = parse_route6(line);
    if (!route || ((route->flags & route_cached) != 0) != cached) continue;
    std::string letters;
    append_letters(letters, route->flags, letters6);
    const std::string destination = fmt::format("{}/{}", host6(route->destination, machine, options), route->length);
    append(view.output, "{:<30} {:<26} {:<4} {:<3} {} {:>6} {}\n", destination,
           host6(route->next_hop, machine, options), letters, route->metric, route->references, route->use,
           shown(route->interface));
  }
}

}  // namespace

View routes(const Machine& machine, const ViewOptions& options) {
  View view;
  const bool table = options.fib || !options.cache;
  if (options.inet || !options.inet6) {
    if (table) routes4(view, machine, options);
    if (options.cache) cache4(view, options);
  }
  if (options.inet6) {
    if (table) routes6(view, machine, options, false);
    if (options.cache) routes6(view, machine, options, true);
  }
  return view;
}

}  // namespace portolan::netstat
