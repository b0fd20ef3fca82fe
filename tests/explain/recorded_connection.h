// The packets of one connection to an SSH server, as two Linux kernels have exchanged them over a wire.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "explain/connection_witness.h"
#include "explain/story.h"
#include "probe/registry.h"

namespace portolan::explain::testing {

struct RecordedPacket {
  int microseconds;
  bool leaving;
  net::EtherType type;
  std::string_view hex;
};
inline constexpr std::uint16_t recorded_own_port = 41'234;
inline constexpr std::string_view recorded_words = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
inline constexpr std::array<RecordedPacket, 10> recorded{{
    {0, true, net::EtherType::arp, "00010800060400011e422416e545c6120001000000000000c6120002"},
    {21, false, net::EtherType::arp, "0001080006040002ee8328702419c61200021e422416e545c6120001"},
    {26, true, net::EtherType::ipv4,
     "4500003ce69840004006c7fbc6120001c6120002a1120016f155383900000000a002faf08c560000020405b40402080a5f2af8b0000000"
     "000103030a"},
    {58, false, net::EtherType::ipv4,
     "4500003c000040004006ae94c6120002c61200010016a112765e0d86f155383aa012fe888c560000020405b40402080afb3f0c045f2af8"
     "b00103030a"},
    {66, true, net::EtherType::ipv4,
     "45000034e69940004006c802c6120001c6120002a1120016f155383a765e0d878010003f8c4e00000101080a5f2af8b0fb3f0c04"},
    {304, false, net::EtherType::ipv4,
     "4500005c3a3c400040067438c6120002c61200010016a112765e0d87f155383a801800408c7600000101080afb3f0c045f2af8b0535348"
     "2d322e302d4f70656e5353485f392e3270312044656269616e2d322b6465623132"
     "75330d0a"},
    {309, true, net::EtherType::ipv4,
     "45000034e69a40004006c801c6120001c6120002a1120016f155383a765e0daf8010003f8c4e00000101080a5f2af8b0fb3f0c04"},
    {402, true, net::EtherType::ipv4,
     "45000034e69b40004006c800c6120001c6120002a1120016f155383a765e0daf8011003f8c4e00000101080a5f2af8b0fb3f0c04"},
    {489, false, net::EtherType::ipv4,
     "450000343a3d40004006745fc6120002c61200010016a112765e0daff155383b801100408c4e00000101080afb3f0c045f2af8b0"},
    {494, true, net::EtherType::ipv4,
     "45000034e69c40004006c7ffc6120001c6120002a1120016f155383b765e0db08010003f8c4e00000101080a5f2af8b0fb3f0c04"},
}};

inline std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return bytes;
}

inline Passed passed(const RecordedPacket& packet, std::uint32_t interface = 2) {
  return {.at = Instant{std::chrono::seconds{7} + std::chrono::microseconds{packet.microseconds}},
          .leaving = packet.leaving,
          .interface = interface,
          .type = packet.type,
          .bytes = bytes_of(packet.hex)};
}

inline Question recorded_question() {
  return {
      .target = net::IpAddress::v4(0xc612'0002), .port = net::Port{22}, .probe = &probe::tcp_connect, .whole = true};
}

inline Story recorded_story() {
  ConnectionWitness witness{recorded_question(), net::Port{recorded_own_port}};
  for (const RecordedPacket& packet : recorded) witness.see(passed(packet));
  witness.heard(recorded_words);
  return witness.take({.connected = true}, 0);
}

}  // namespace portolan::explain::testing
