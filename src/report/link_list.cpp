#include "report/link_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/escape.h"
#include "base/text.h"
#include "report/plain_table.h"

namespace portolan::report {
namespace {

using Type = InterfaceLine::Type;
using Cells = std::vector<std::string>;

std::string_view name_of(Type type, Dialect dialect) {
  switch (type) {
    case Type::ethernet:
      return "ethernet";
    case Type::loopback:
      return "loopback";
    case Type::point_to_point:
      return dialect == Dialect::nmap ? "point2point" : "point-to-point";
    case Type::other:
      break;
  }
  return "other";
}

std::string text_of(const InterfaceLine::Address& address) {
  return fmt::format("{}/{}", to_string(address.address.without_zone()), address.length);
}

// ---- portolan's ---------------------------------------------------------------------------------

std::string state_of(const InterfaceLine& interface) {
  if (!interface.up) return "down";
  return interface.carrier ? "up" : "up, no carrier";
}

std::string own_text(const LinkList& list) {
  PlainTable interfaces{{"INTERFACE", "ADDRESS", "TYPE", "STATE", "MTU", "MAC"}};
  for (const InterfaceLine& one : list.interfaces) {
    const std::string mac = one.mac ? to_string(*one.mac) : "";
    const auto add = [&](const std::string& address) {
      interfaces.add({one.name, address, std::string{name_of(one.type, Dialect::portolan)}, state_of(one),
                      std::to_string(one.mtu), mac});
    };
    if (one.addresses.empty()) add("");
    for (const auto& address : one.addresses) add(text_of(address));
  }
  PlainTable routes{{"DESTINATION", "GATEWAY", "INTERFACE", "METRIC"}};
  for (const RouteLine& route : list.routes) {
    if (route.local) continue;
    routes.add({to_string(route.destination), route.gateway ? to_string(route.gateway->without_zone()) : "",
                route.kind.empty() ? route.interface : fmt::format("({})", route.kind), std::to_string(route.metric)});
  }
  return interfaces.text({}) + "\n" + routes.text({});
}

// ---- nmap's -------------------------------------------------------------------------------------

// Each column as wide as its widest cell and a blank more; nothing stands behind the last cell of a line.
std::string columns(const std::vector<Cells>& lines) {
  std::vector<std::size_t> widths;
  for (const Cells& cells : lines) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], display_width(cells[i]));
  }
  std::string text;
  for (const Cells& cells : lines) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += cells[i] + std::string(widths[i] - display_width(cells[i]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

// A line of stars with the word in its middle, 58 columns wide.
std::string banner(std::string_view word) {
  constexpr std::size_t width = 58;
  const std::size_t before = (width - word.size()) / 2;
  return fmt::format("{}{}{}\n", std::string(before, '*'), word, std::string(width - before - word.size(), '*'));
}

std::string nmap_text(const LinkList& list) {
  std::vector<Cells> interfaces{{"DEV", "(SHORT)", "IP/MASK", "TYPE", "UP", "MTU", "MAC"}};
  for (const InterfaceLine& one : list.interfaces) {
    const std::string name = escape_word(one.name);
    const auto add = [&](const std::string& address) {
      interfaces.push_back({name, fmt::format("({})", name), address, std::string{name_of(one.type, Dialect::nmap)},
                            one.up ? "up" : "down", std::to_string(one.mtu),
                            one.mac && one.type == Type::ethernet ? to_string(*one.mac) : ""});
    };
    if (one.addresses.empty()) add("(none)/0");
    for (const auto& address : one.addresses) add(text_of(address));
  }
  std::vector<Cells> routes{{"DST/MASK", "DEV", "METRIC", "GATEWAY"}};
  for (const RouteLine& route : list.routes) {
    // Of the kernel's own table it has what /proc tells: IPv6 alone.
    const bool leads_nowhere = route.interface.empty();
    if (leads_nowhere || (route.local && route.destination.address.is_v4())) continue;
    routes.push_back({to_string(route.destination), escape_word(route.interface), std::to_string(route.metric),
                      route.gateway ? to_string(route.gateway->without_zone()) : ""});
  }
  const auto section = [](std::string_view title, std::string_view kind, const std::vector<Cells>& lines) {
    if (lines.size() == 1) return fmt::format("{}: NONE FOUND(!)\n", kind);
    return banner(title) + columns(lines);
  };
  return section("INTERFACES", "INTERFACES", interfaces) + "\n" + section("ROUTES", "ROUTES", routes) + "\n";
}

}  // namespace

std::string link_list_text(const LinkList& list, Dialect dialect) {
  return dialect == Dialect::nmap ? nmap_text(list) : own_text(list);
}

}  // namespace portolan::report
