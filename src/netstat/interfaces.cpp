// netstat -i: a line for each interface, or with -e the paragraphs that ifconfig writes.

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "netstat/hardware.h"
#include "netstat/kernel_text.h"
#include "netstat/view_text.h"
#include "netstat/views.h"

namespace portolan::netstat {
namespace {

// IFF_* of linux/if.h.
constexpr std::uint16_t is_up = 0x1;
constexpr std::uint16_t has_broadcast = 0x2;
constexpr std::uint16_t is_point_to_point = 0x10;
constexpr std::uint16_t chooses_port = 0x2000;
constexpr std::uint16_t chooses_port_itself = 0x4000;

struct Flag {
  std::uint16_t bit;
  char letter;
  std::string_view word;
};

// In the order of the words.
constexpr std::array<Flag, 14> flags{{{is_up, 'U', "UP"},
                                      {has_broadcast, 'B', "BROADCAST"},
                                      {0x4, 'D', "DEBUG"},
                                      {0x8, 'L', "LOOPBACK"},
                                      {is_point_to_point, 'P', "POINTOPOINT"},
                                      {0x20, 'N', "NOTRAILERS"},
                                      {0x40, 'R', "RUNNING"},
                                      {0x80, 'O', "NOARP"},
                                      {0x100, 'P', "PROMISC"},
                                      {0x200, 'A', "ALLMULTI"},
                                      {0x800, 's', "SLAVE"},
                                      {0x400, 'm', "MASTER"},
                                      {0x1000, 'M', "MULTICAST"},
                                      {0x8000, 'd', "DYNAMIC"}}};
// The letters come in an order of their own.
constexpr std::array<std::uint16_t, 14> letter_order{0x200, 0x2,  0x4,  0x8,   0x1000, 0x8000, 0x100,
                                                     0x20,  0x80, 0x10, 0x800, 0x400,  0x40,   0x1};

std::string letters_of(std::uint16_t set) {
  if (set == 0) return "[NO FLAGS]";
  std::string letters;
  for (const std::uint16_t bit : letter_order) {
    if ((set & bit) != 0) letters += std::ranges::find(flags, bit, &Flag::bit)->letter;
  }
  return letters;
}

// "<UP,BROADCAST>"; of no flags at all net-tools leaves "<", and of flags without a word nothing.
std::string words_of(std::uint16_t set) {
  if (set == 0) return "<";
  std::string words;
  for (const Flag& flag : flags) {
    if ((set & flag.bit) == 0) continue;
    words += words.empty() ? '<' : ',';
    words += flag.word;
  }
  return words.empty() ? words : words + '>';
}

struct Row {
  InterfaceFacts facts;
  std::optional<DeviceCounters> counters;  // nullopt for labels of addresses
};

// net-tools' order: by name, but "eth2" before "eth10", and "eth0:2" before "eth0:10" behind their interface.
using SortKey = std::tuple<std::string_view, std::int64_t, std::int64_t, std::string_view>;

// Takes the digits off the end of `name`; -1 where there are none.
std::int64_t take_number(std::string_view& name) {
  const std::size_t end = name.find_last_not_of("0123456789") + 1;
  const std::string_view digits = name.substr(end);
  name = name.substr(0, end);
  std::int64_t number = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

SortKey sort_key(std::string_view name) {
  std::string_view stem = name;
  std::int64_t label = take_number(stem);
  std::string_view base = name;
  if (label >= 0 && stem.ends_with(':')) {
    base = stem.substr(0, stem.size() - 1);
  } else {
    label = -1;
  }
  const std::int64_t number = take_number(base);
  return {base, number, label, name};
}

std::vector<Row> rows_of(View& view, const Machine& machine, std::string_view counters_text) {
  const auto facts = machine.interfaces ? machine.interfaces() : fail(Errc::io, "cannot list the interfaces");
  if (!facts) {
    complain(view, facts.error());
    return {};
  }
  std::unordered_map<std::string_view, DeviceCounters> counted;
  for (const std::string_view line : lines_of(counters_text)) {
    if (const auto counters = parse_device_counters(line)) counted.emplace(counters->interface, *counters);
  }
  std::vector<Row> rows;
  for (const InterfaceFacts& fact : *facts) {
    rows.push_back({.facts = fact, .counters = std::nullopt});
    const auto counters = counted.find(fact.name);
    if (counters != counted.end()) rows.back().counters = counters->second;
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return sort_key(row.facts.name); });
  return rows;
}

void add_line(std::string& output, const Row& row) {
  append(output, "{:<15} {:>5} ", shown(row.facts.name), row.facts.mtu);
  if (row.counters) {
    for (const auto* way : {&row.counters->received, &row.counters->sent}) {
      const bool last = way == &row.counters->sent;
      append(output, "{:>8} {:>6} {:>6} ", way->packets, way->errors, way->dropped);
      if (last) {
        append(output, "{:>6} ", way->fifo);
      } else {
        append(output, "{:<6} ", way->fifo);
      }
    }
  } else {
    append(output, "{:5}- no statistics available -{:24}", "", "");
  }
  append(output, "{}\n", letters_of(row.facts.flags));
}

// --- ifconfig's layout

std::string address_or_none(const std::optional<net::IpAddress>& address) {
  return address ? numeric_text(*address) : "[NONE SET]";
}

void add_address4(std::string& output, const InterfaceFacts& facts) {
  if (!facts.address) return;
  append(output, "        inet {}  netmask {}", numeric_text(*facts.address), address_or_none(facts.netmask));
  if ((facts.flags & has_broadcast) != 0) append(output, "  broadcast {}", address_or_none(facts.broadcast));
  if ((facts.flags & is_point_to_point) != 0) {
    append(output, "  destination {}", address_or_none(facts.destination));
  }
  output += '\n';
}

// IPV6_ADDR_* of include/net/ipv6.h, in net-tools' order.
std::string scope_words(unsigned scope) {
  constexpr unsigned compatible = 0x80;
  std::string words;
  const auto add = [&](bool holds, std::string_view word) {
    if (!holds) return;
    words += words.empty() ? '<' : ',';
    words += word;
  };
  add((scope & compatible) != 0, "compat");
  add((scope & ~compatible) == 0, "global");
  add((scope & 0x20U) != 0, "link");
  add((scope & 0x40U) != 0, "site");
  add((scope & 0x10U) != 0, "host");
  return words.empty() ? words : words + '>';
}

using Addresses6 = std::unordered_map<std::string_view, std::vector<Address6>>;  // by interface

Addresses6 addresses6_in(std::string_view if_inet6) {
  Addresses6 all;
  for (const std::string_view line : lines_of(if_inet6)) {
    if (const auto address = parse_address6(line)) all[address->interface].push_back(*address);
  }
  return all;
}

void add_addresses6(std::string& output, std::string_view interface, const Addresses6& addresses) {
  const auto found = addresses.find(interface);
  if (found == addresses.end()) return;
  for (const Address6& address : found->second) {
    append(output, "        inet6 {}  prefixlen {}  scopeid {:#x}{}\n", numeric_text(address.address), address.length,
           address.scope, scope_words(address.scope));
  }
}

void add_hardware(std::string& output, const InterfaceFacts& facts) {
  const Hardware& hardware = hardware_of(facts.type);
  append(output, "        {}{}  ", hardware.name, hardware.address(facts.hardware_address));
  if (facts.queue_length >= 0) append(output, "txqueuelen {}  ", facts.queue_length);
  append(output, "({})\n", hardware.title);
  if ((facts.flags & chooses_port) == 0) return;
  append(output, "        media {}{}\n", card_port_name(facts.map.port),
         (facts.flags & chooses_port_itself) != 0 ? "autoselect" : "");
}

// "1.9 KiB": never rounded up, and the next unit only above 1024 of it.
std::string readable(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  constexpr std::uint64_t step = 1024;
  constexpr std::uint64_t tenths = 10;
  std::size_t unit = 0;
  std::uint64_t size = 1;
  while (unit + 1 < units.size() && bytes > size * step) {
    size *= step;
    ++unit;
  }
  // Ten times as many EiB would not fit.
  const std::uint64_t value = bytes > UINT64_MAX / tenths ? bytes / (size / tenths) : bytes * tenths / size;
  return fmt::format("{}.{} {}", value / tenths, value % tenths, units[unit]);
}

void add_counters(std::string& output, const DeviceCounters& counters, bool compresses) {
  const DeviceCounters::Direction& received = counters.received;
  const DeviceCounters::Direction& sent = counters.sent;
  append(output, "        RX packets {}  bytes {} ({})\n", received.packets, received.bytes, readable(received.bytes));
  if (compresses) append(output, "        RX compressed:{}\n", received.compressed);
  append(output, "        RX errors {}  dropped {}  overruns {}  frame {}\n", received.errors, received.dropped,
         received.fifo, counters.frame);
  append(output, "        TX packets {}  bytes {} ({})\n", sent.packets, sent.bytes, readable(sent.bytes));
  if (compresses) append(output, "        TX compressed {}\n", sent.compressed);
  append(output, "        TX errors {}  dropped {} overruns {}  carrier {}  collisions {}\n", sent.errors, sent.dropped,
         sent.fifo, counters.carrier, counters.collisions);
}

void add_card(std::string& output, const CardMap& map) {
  constexpr std::uint16_t lowest_base = 0x100;  // below it is the mainboard's own
  if (map.interrupt == 0 && map.memory_begin == 0 && map.dma == 0 && map.base < lowest_base) return;
  output += "        device ";
  if (map.interrupt != 0) append(output, "interrupt {}  ", map.interrupt);
  if (map.base >= lowest_base) append(output, "base {:#x}  ", map.base);
  if (map.memory_begin != 0) append(output, "memory {:#x}-{:x}  ", map.memory_begin, map.memory_end);
  if (map.dma != 0) append(output, "  dma {:#x}", map.dma);
  output += '\n';
}

void add_paragraph(std::string& output, const Row& row, const Addresses6& addresses6) {
  const InterfaceFacts& facts = row.facts;
  // ifconfig takes the flags for a signed number, so those with the highest bit come out below zero.
  append(output, "{}: flags={}{}  mtu {}\n", shown(facts.name), static_cast<std::int16_t>(facts.flags),
         words_of(facts.flags), facts.mtu);
  add_address4(output, facts);
  add_addresses6(output, facts.name, addresses6);
  add_hardware(output, facts);
  if (row.counters) add_counters(output, *row.counters, hardware_of(facts.type).compresses);
  add_card(output, facts.map);
  output += '\n';
}

}  // namespace

View interfaces(const Machine& machine, const ViewOptions& options) {
  View view;
  if (!options.again) view.output = "Kernel Interface table\n";
  const bool paragraphs = options.extended > 0;
  if (!paragraphs) {
    view.output += "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n";
  }
  const auto counters = read(machine, "/proc/net/dev");
  if (!counters) complain(view, counters.error());
  // A kernel without IPv6 has no such file.
  const std::string if_inet6 = paragraphs ? read(machine, "/proc/net/if_inet6").value_or("") : "";
  const Addresses6 addresses6 = addresses6_in(if_inet6);
  for (const Row& row : rows_of(view, machine, counters ? *counters : std::string_view{})) {
    if (!options.all && (row.facts.flags & is_up) == 0) continue;
    if (paragraphs) {
      add_paragraph(view.output, row, addresses6);
    } else {
      add_line(view.output, row);
    }
  }
  return view;
}

}  // namespace portolan::netstat
