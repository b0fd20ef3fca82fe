// A technique: one packet that asks one question, and how to judge what comes back. No probe sends,
// waits or prints, so each is tested with plain values. One file a technique; registry.h lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/state.h"
#include "net/ip_address.h"
#include "net/path.h"
#include "net/port.h"
#include "wire/build.h"
#include "wire/dress.h"
#include "wire/packet.h"

namespace portolan::probe {

// One question about to be asked, or just asked.
struct Attempt {
  const net::Path& path;
  net::IpAddress target;
  net::Port port;  // or IP protocol number; 0 for techniques that ask neither
  // Which of the questions that the technique has for this port: which payload, which hop limit.
  std::uint8_t variant = 0;
  // Which attempt at this question: it is the source port (TCP, UDP) or identifier (ICMP).
  std::uint16_t tag = 0;
  // Keyed hash over all of the above and the technique. Only a genuine answer can give it back.
  std::uint32_t cookie = 0;
  const wire::Dress& dress = wire::plain;
  std::uint8_t number = 0;  // of the attempts at this question, from 0
};

struct Verdict {
  model::PortState state = model::PortState::filtered;
  model::Reason reason = model::Reason::none;
  // Whether the answer proves that the host itself is there. An ICMP error from a router does not.
  bool host_is_up = false;
  // An ICMP error settled it. Who sends those mostly limits how often (RFC 1812 §4.3.2.8), so the next one may stay
  // away without any loss on the path.
  bool by_error = false;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Who an answer speaks about. What the engine needs to find the attempt.
struct Subject {
  net::IpAddress target;
  net::Port port;
  std::optional<std::uint16_t> tag{};  // nullopt: it does not say; the cookie tells
};

// What a technique puts its question to.
enum class Asks : std::uint8_t {
  links,  // hosts on the same link, for their link-layer address
  hosts,
  tcp_ports,
  udp_ports,
  sctp_ports,
  ip_protocols,
  hops,  // routers on the way
};
constexpr bool asks_ports(Asks asks) {
  return asks == Asks::tcp_ports || asks == Asks::udp_ports || asks == Asks::sctp_ports;
}
// Each named by a number: what lists of the command line are about.
constexpr bool asks_numbers(Asks asks) { return asks_ports(asks) || asks == Asks::ip_protocols; }
// Of the ports that are asked, or `ip`; tcp for techniques that ask neither.
constexpr net::Protocol protocol_of(Asks asks) {
  return asks == Asks::udp_ports      ? net::Protocol::udp
         : asks == Asks::sctp_ports   ? net::Protocol::sctp
         : asks == Asks::ip_protocols ? net::Protocol::ip
                                      : net::Protocol::tcp;
}

// What has to reach the engine for the technique, beside ICMP errors, which may be about any of them. The kernel's
// packet filter is assembled from these.
struct Hears {
  std::uint8_t protocol = 0;               // of segments to one of our source ports (TCP, UDP, SCTP); 0: none
  std::span<const std::uint8_t> icmp{};    // message types
  std::span<const std::uint8_t> icmpv6{};  // message types
  bool arp = false;                        // ARP replies
  bool any_protocol = false;  // every protocol over IP; of TCP, UDP and SCTP what is to one of our source ports
  std::uint16_t bytes = 128;  // of each packet, at least; the rest may be cut off
};

// How the command line calls a technique; both empty where it does not.
struct OptionName {
  std::string_view spelling{};  // "-sS"
  std::string_view summary{};   // for --help and the manual
};

// A question as it arrives at a host of the simulator.
struct Asked {
  const wire::Packet& packet;
  bool open = false;    // the port that is asked, where one is
  net::Mac mac;         // of the host
  wire::Bytes bytes{};  // all of the packet, from its network header on
};

struct Probe {
  std::string_view name;         // "tcp-syn"
  std::string_view scan_type{};  // nmap's <scaninfo type>: "syn"; "" for discovery only
  std::string_view task;         // nmap's name of the stage: "SYN Stealth Scan"
  OptionName scan_option{};
  OptionName discovery_option{};
  std::string_view discovery_list{"80"};  // asked where the discovery option names none
  Asks asks = Asks::tcp_ports;
  bool connects = false;  // goes through the kernel's connect() instead of onto the wire; needs no privilege
  bool has_ipv6 = true;   // false where only IPv4 has such a question
  bool has_tag = true;    // false where the answer cannot carry the tag back (ARP, ND)
  Hears hears{};
  bool closed_is_error = false;  // hosts say by ICMP errors that a port is closed, and limit how often
  bool open_answers = true;      // false where open ports are silent, so that loss cannot hide any
  // How many questions there are for a port, told apart by Attempt::variant; nullptr: one.
  std::uint8_t (*variants)(net::Port) = nullptr;
  // How many ways to ask a port take turns over the attempts (Attempt::number); nullptr: one.
  std::size_t (*turns)(net::Port) = nullptr;
  net::EtherType (*ether_type)(const Attempt&) = nullptr;
  // Link-layer destination where it is not the next hop (ARP's broadcast); nullptr mostly.
  net::Mac (*link_destination)(const Attempt&) = nullptr;
  // Writes the packet and returns its length; `out` holds wire::longest_packet bytes.
  std::size_t (*build)(const Attempt&, wire::Buffer out) = nullptr;
  // Whether `packet` could answer this technique, and whom it speaks about. No cookie is checked here.
  std::optional<Subject> (*subject)(const wire::Packet&) = nullptr;
  // The judgement. Nothing for an answer that is stale, forged or somebody else's.
  std::optional<Verdict> (*judge)(const Attempt&, const wire::Packet&) = nullptr;
  // Another port that a genuine answer shows to be open, whatever it says of its own; nullptr mostly.
  std::optional<net::Port> (*also_open)(const wire::Packet&) = nullptr;
  Verdict on_silence{};
  // How a host answers, for the simulator; 0 for silence and for what is not this technique's question.
  std::size_t (*answer)(const Asked&, wire::Buffer out) = nullptr;
};

}  // namespace portolan::probe
