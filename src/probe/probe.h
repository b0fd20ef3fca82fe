// A technique: one packet that asks one question, and how to judge what comes back. No probe sends,
// waits or prints, so each is tested with plain values. One file a technique; registry.h lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::uint16_t tag = 0;
};

struct Probe {
  std::string_view name;       // "tcp-syn"
  std::string_view summary;    // for --help and the manual
  std::string_view scan_type;  // nmap's <scaninfo type>: "syn"; "" for discovery only
  std::string_view task;       // nmap's name of the stage: "SYN Stealth Scan"
  net::Protocol protocol = net::Protocol::tcp;
  bool connects = false;  // goes through the kernel's connect() instead of onto the wire
  bool has_ipv6 = true;   // false where only IPv4 has such a question
  bool has_tag = true;    // false where the answer cannot carry the tag back (ARP, ND)
  net::EtherType (*ether_type)(const Attempt&) = nullptr;
  // Link-layer destination where it is not the next hop (ARP's broadcast); nullptr mostly.
  net::Mac (*link_destination)(const Attempt&) = nullptr;
  std::size_t (*build)(const Attempt&, wire::Buffer) = nullptr;
  // Whether `packet` could answer this technique, and whom it speaks about. No cookie is checked here.
  std::optional<Subject> (*subject)(const wire::Packet&) = nullptr;
  // The judgement. Nothing for an answer that is stale, forged or somebody else's.
  std::optional<Verdict> (*judge)(const Attempt&, const wire::Packet&) = nullptr;
  Verdict on_silence;
};

}  // namespace portolan::probe
