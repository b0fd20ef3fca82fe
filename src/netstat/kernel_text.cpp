#include "netstat/kernel_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

#include "sockets/sources/proc_line.h"

namespace portolan::netstat {
namespace {

using sockets::ProcLine;

constexpr int hexadecimal = 16;

// What the kernel prints with %08X is the address as it lies in memory, read as a number.
net::IpAddress address_in_memory(std::uint32_t word) {
  const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(word);
  return net::IpAddress::from_bytes(bytes);
}

// Numbers that are printed with %d in one kernel and with %u in another.
std::int32_t signed_number(ProcLine& line) {
  std::int64_t value = 0;
  line.number(value);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
}
std::int32_t signed_hexadecimal(ProcLine& line) {
  std::uint32_t value = 0;
  line.number(value, hexadecimal);
  return static_cast<std::int32_t>(value);
}
net::IpAddress address4(ProcLine& line) {
  std::uint32_t word = 0;
  line.number(word, hexadecimal);
  return address_in_memory(word);
}
// 32 hexadecimal digits.
net::IpAddress address6(ProcLine& line) {
  const std::string_view digits = line.word();
  std::array<std::uint8_t, 16> bytes{};
  if (digits.size() != 2 * bytes.size()) {
    line.spoil();
    return {};
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) line.read(digits.substr(2 * i, 2), bytes[i], hexadecimal);
  return net::IpAddress::v6(bytes);
}

// A leading number, with or without a sign, or 0: what the C library's strtoul makes of text.
std::uint64_t number_in(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return UINT64_MAX;
  return negative ? -value : value;
}

// "dport" of "dport=80"; what stands behind it in `value`.
std::string_view key_of(std::string_view word, std::string_view& value) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {};
  value = word.substr(equals + 1);
  return word.substr(0, equals);
}

void add_to_tuple(Connection::Tuple& tuple, std::string_view key, std::string_view value) {
  constexpr unsigned byte = 256;
  const auto number = static_cast<std::uint16_t>(number_in(value));
  if (key == "sport" || key == "id" || key == "srckey") tuple.source_port = number;
  if (key == "dport" || key == "dstkey") tuple.destination_port = number;
  if (key == "type") tuple.destination_port = static_cast<std::uint16_t>(number % byte * byte);
  if (key == "code") tuple.destination_port = static_cast<std::uint16_t>(tuple.destination_port + number % byte);
}

std::string_view first_line_of(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(first_line_of(text));
  return lines;
}

std::optional<Route4> parse_route4(std::string_view line) {
  ProcLine words{line};
  Route4 route;
  route.interface = words.word();
  route.destination = address4(words);
  route.gateway = address4(words);
  words.number(route.flags, hexadecimal);
  route.references = signed_number(words);
  route.use = signed_number(words);
  route.metric = signed_number(words);
  route.mask = address4(words);
  route.mtu = signed_number(words);
  route.window = signed_number(words);
  route.irtt = signed_number(words);
  if (!words.good()) return std::nullopt;
  return route;
}

std::optional<Route6> parse_route6(std::string_view line) {
  ProcLine words{line};
  Route6 route;
  route.destination = address6(words);
  words.number(route.length, hexadecimal);
  (void)address6(words);  // a source that the route is for, which net-tools does not show
  words.skip(1);
  route.next_hop = address6(words);
  route.metric = signed_hexadecimal(words);
  route.references = signed_hexadecimal(words);
  route.use = signed_hexadecimal(words);
  words.number(route.flags, hexadecimal);
  route.interface = words.word();
  if (!words.good() || route.interface.empty()) return std::nullopt;
  return route;
}

std::optional<DeviceCounters> parse_device_counters(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  ProcLine words{line.substr(colon + 1)};
  DeviceCounters counters;
  counters.interface = ProcLine{line.substr(0, colon)}.word();
  for (DeviceCounters::Direction* way : {&counters.received, &counters.sent}) {
    words.number(way->bytes).number(way->packets).number(way->errors).number(way->dropped).number(way->fifo);
    if (way == &counters.received) {
      words.number(counters.frame).number(way->compressed).skip(1);  // multicast
    } else {
      words.number(counters.collisions).number(counters.carrier).number(way->compressed);
    }
  }
  if (!words.good() || counters.interface.empty()) return std::nullopt;
  return counters;
}

std::optional<Address6> parse_address6(std::string_view line) {
  ProcLine words{line};
  Address6 address;
  address.address = address6(words);
  words.skip(1);  // the interface's number
  words.number(address.length, hexadecimal).number(address.scope, hexadecimal).skip(1);
  address.interface = words.word();
  if (!words.good() || address.interface.empty()) return std::nullopt;
  return address;
}

std::vector<Group> parse_igmp(std::string_view text) {
  std::vector<Group> groups;
  std::string_view interface;
  for (const std::string_view line : lines_of(text)) {
    ProcLine words{line};
    if (!line.starts_with('\t')) {  // "2\teth0      :     1      V3"; the name and its colon may touch
      words.skip(1);
      const std::string_view name = words.word();
      interface = name.substr(0, name.find(':'));
      continue;
    }
    Group group{.interface = interface, .group = address4(words), .users = 0};
    words.number(group.users);
    if (words.good() && !interface.empty()) groups.push_back(group);
  }
  return groups;
}

std::optional<Group> parse_igmp6(std::string_view line) {
  ProcLine words{line};
  words.skip(1);  // the interface's number
  Group group;
  group.interface = words.word();
  group.group = address6(words);
  words.number(group.users);
  if (!words.good()) return std::nullopt;
  return group;
}

std::optional<Connection> parse_connection(std::string_view line) {
  ProcLine words{line};
  Connection connection;
  words.skip(2);  // "ipv4 2"
  connection.protocol = words.word();
  words.skip(1);  // its number
  if (!words.good()) return std::nullopt;
  int tuples = 0;  // the words behind a "src=" belong to it
  int addresses = 0;
  bool first = true;
  for (std::string_view word = words.word(); !word.empty(); word = words.word()) {
    std::string_view value;
    const std::string_view key = key_of(word, value);
    if (std::exchange(first, false) && key.empty()) connection.expires = number_in(word);
    if (key == "src" && tuples < 2) ++tuples;
    if (tuples == 0) continue;
    Connection::Tuple& tuple = tuples == 1 ? connection.asked : connection.answered;
    if (key == "src" || key == "dst") {
      const auto address = net::IpAddress::parse(value);
      if (!address) return std::nullopt;
      (key == "src" ? tuple.source : tuple.destination) = *address;
      ++addresses;
    } else {
      add_to_tuple(tuple, key, value);
    }
  }
  if (addresses != 4) return std::nullopt;
  return connection;
}

bool is_translated(const Connection& connection) {
  const Connection::Tuple& asked = connection.asked;
  const Connection::Tuple& answered = connection.answered;
  if (answered.source != asked.destination || answered.destination != asked.source) return true;
  // An answer to an ICMP request has its identifier, and another type.
  if (connection.protocol.starts_with("icmp")) return answered.source_port != asked.source_port;
  return answered.source_port != asked.destination_port || answered.destination_port != asked.source_port;
}

CounterText parse_counter_rows(std::string_view text) {
  CounterText result;
  while (!text.empty()) {
    const std::string_view names = first_line_of(text);
    const std::string_view values = first_line_of(text);
    if (names.empty() && values.empty()) continue;
    const std::size_t colon = names.find(':');
    const std::size_t values_colon = values.find(':');
    if (colon == std::string_view::npos || values_colon == std::string_view::npos) {
      result.whole = false;
      break;
    }
    CounterSection section{.title = names.substr(0, colon), .counters = {}};
    ProcLine left{names.substr(colon + 1)};
    ProcLine right{values.substr(values_colon + 1)};
    for (;;) {
      const std::string_view name = left.word();
      const std::string_view value = right.word();
      if (name.empty() || value.empty()) break;
      section.counters.push_back({.name = name, .value = number_in(value)});
    }
    result.sections.push_back(std::move(section));
  }
  return result;
}

CounterText parse_counter_lines(std::string_view text, std::string_view title) {
  CounterText result;
  for (const std::string_view line : lines_of(text)) {
    ProcLine words{line};
    const std::string_view name = words.word();
    const std::string_view value = words.word();
    if (name.empty() || value.empty()) continue;
    const std::size_t six = name.find('6');
    const std::string_view own = six == std::string_view::npos ? name : name.substr(0, six + 1);
    const std::string_view section = title.empty() ? own : title;
    if (result.sections.empty() || result.sections.back().title != section) {
      result.sections.push_back({.title = section, .counters = {}});
    }
    result.sections.back().counters.push_back({.name = name, .value = number_in(value)});
  }
  return result;
}

}  // namespace portolan::netstat
