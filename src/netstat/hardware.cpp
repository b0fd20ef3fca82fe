#include "netstat/hardware.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace portolan::netstat {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::string no_address(Bytes /*bytes*/) { return ""; }

std::string upper(Bytes bytes, std::string_view between) {
  std::string text = " ";
  for (const std::uint8_t byte : bytes) append(text, "{}{:02X}", text.size() == 1 ? "" : between, byte);
  return text;
}
std::string lower(Bytes bytes, std::string_view between) {
  std::string text = " ";
  for (const std::uint8_t byte : bytes) append(text, "{}{:02x}", text.size() == 1 ? "" : between, byte);
  return text;
}

template <std::size_t Count>
std::string with_colons(Bytes bytes) {
  return lower(bytes.first(Count), ":");
}
std::string with_hyphens(Bytes bytes) { return upper(bytes.first(6), "-"); }
std::string joined(Bytes bytes) { return lower(bytes.first(5), ""); }
std::string one_byte(Bytes bytes) { return fmt::format(" {:02x}", bytes[0]); }
// A data link connection identifier: a number as the machine keeps it.
std::string identifier(Bytes bytes) { return fmt::format(" {}", bytes[0] | bytes[1] << 8U); }
// An infrared address stands in memory from its lowest byte.
std::string infrared(Bytes bytes) {
  return fmt::format(" {:02x}:{:02x}:{:02x}:{:02x}", bytes[3], bytes[2], bytes[1], bytes[0]);
}
std::string blank(Bytes /*bytes*/) { return " "; }

// Eight bytes of the address, in a form for sixteen.
std::string unspecified(Bytes bytes) {
  std::array<std::uint8_t, 16> all{};
  std::ranges::copy(bytes.first(8), all.begin());
  return upper(all, "-");
}

// Call signs of amateur radio: six letters, each shifted by a bit, and a number behind a hyphen unless it is 0.
std::string call_sign(Bytes bytes) {
  constexpr std::size_t letters = 6;
  std::string text = " ";
  for (const std::uint8_t byte : bytes.first(letters)) {
    const auto letter = static_cast<char>((byte & 0xffU) >> 1U);
    if (letter > ' ' && letter < '\x7f') text += letter;
  }
  const unsigned station = (bytes[letters] >> 1U) & 0xfU;
  return station == 0 ? text : fmt::format("{}-{}", text, station);
}

constexpr Hardware unknown{0xffff, "unspec", "UNSPEC", unspecified};
constexpr std::array<Hardware, 24> kinds{{{0, "netrom", "AMPR NET/ROM", call_sign},
                                          {1, "ether", "Ethernet", with_colons<6>},
                                          {3, "ax25", "AMPR AX.25", call_sign},
                                          {7, "arcnet", "ARCnet", one_byte},
                                          {15, "dlci", "Frame Relay DLCI", identifier},
                                          {27, "eui64", "Generic EUI-64", with_colons<8>},
                                          {256, "slip", "Serial Line IP", no_address},
                                          {257, "cslip", "VJ Serial Line IP", no_address, true},
                                          {258, "slip6", "6-bit Serial Line IP", no_address},
                                          {259, "cslip6", "VJ 6-bit Serial Line IP", no_address, true},
                                          {264, "adaptive", "Adaptive Serial Line IP", no_address},
                                          {270, "rose", "AMPR ROSE", joined},
                                          {271, "x25", "generic X.25", blank},
                                          {512, "ppp", "Point-to-Point Protocol", no_address},
                                          {513, "hdlc", "(Cisco)-HDLC", no_address},
                                          {516, "lapb", "LAPB", no_address},
                                          {768, "tunnel", "IPIP Tunnel", blank},
                                          {770, "frad", "Frame Relay Access Device", no_address},
                                          {772, "loop", "Local Loopback", no_address},
                                          {774, "fddi", "Fiber Distributed Data Interface", with_hyphens},
                                          {776, "sit", "IPv6-in-IPv4", no_address},
                                          {780, "hippi", "HIPPI", with_colons<6>},
                                          {782, "ec", "Econet", no_address},
                                          {783, "irda", "IrLAP", infrared}}};

}  // namespace

const Hardware& hardware_of(std::uint16_t type) {
  const auto kind = std::ranges::find(kinds, type, &Hardware::type);
  return kind == kinds.end() ? unknown : *kind;
}

std::string_view card_port_name(std::uint8_t port) {
  constexpr std::array<std::string_view, 7> names{"unknown",  "10base2",   "10baseT",  "AUI",
                                                  "100baseT", "100baseTX", "100baseFX"};
  return port < names.size() ? names[port] : names[0];
}

}  // namespace portolan::netstat
