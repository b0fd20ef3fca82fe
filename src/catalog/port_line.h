// What the lines of data/services and data/descriptions begin with: "6000-6063 tu x11". Pure. Inline: a scan
// reads six thousand of them before it does anything.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "net/port.h"

namespace portolan::catalog {

// tcp, udp and sctp have ports with names; the letters that stand for them in the files.
inline constexpr std::array ported{net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp};
inline constexpr std::array letters{'t', 'u', 's'};
inline constexpr std::size_t not_ported = ported.size();

// Its place in `ported`, or not_ported.
inline std::size_t index_of(net::Protocol protocol) {
  return static_cast<std::size_t>(std::ranges::find(ported, protocol) - ported.begin());
}

struct PortLine {
  std::uint16_t first = 0;
  std::uint16_t last = 0;      // not below first
  std::uint8_t protocols = 0;  // bit i: ported[i]; at least one
  std::string_view name;       // printable, 1 to 255 bytes
};

// Cuts the next blank-separated word off `line`; "" at its end.
inline std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

inline bool read_number(std::string_view text, std::uint16_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

namespace port_line {

inline bool read_range(std::string_view text, PortLine& facts) {
  const auto dash = text.find('-');
  if (!read_number(text.substr(0, dash), facts.first)) return false;
  facts.last = facts.first;
  return dash == std::string_view::npos || (read_number(text.substr(dash + 1), facts.last) && facts.first < facts.last);
}

inline bool read_protocols(std::string_view text, PortLine& facts) {
  facts.protocols = 0;
  for (const char c : text) {
    const auto index = static_cast<std::size_t>(std::ranges::find(letters, c) - letters.begin());
    if (index == letters.size()) return false;
    facts.protocols = static_cast<std::uint8_t>(facts.protocols | 1U << index);
  }
  return facts.protocols != 0;
}

inline constexpr std::size_t longest_name = 255;
inline bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace port_line

// Reads one off the front of `line`, and leaves what stands behind it. False where that is none.
inline bool read_port_line(std::string_view& line, PortLine& facts) {
  if (!port_line::read_range(take_word(line), facts) || !port_line::read_protocols(take_word(line), facts))
    return false;
  facts.name = take_word(line);
  return port_line::is_name(facts.name);
}

// Whether a line may stand behind one about the ports `first` to `last`: the same ports again, or later ones.
inline bool follows(const PortLine& line, std::uint16_t first, std::uint16_t last) {
  return (line.first == first && line.last == last) || line.first > last;
}

}  // namespace portolan::catalog
