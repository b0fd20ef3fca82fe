// Everything a scan will do: parsed, checked, and immutable once it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/record.h"
#include "net/port.h"
#include "net/port_set.h"
#include "plan/target_set.h"
#include "wire/dress.h"

namespace portolan::plan {

using namespace std::chrono_literals;

// -T0 to -T5 fill this; single options override single fields. Defaults are -T3.
struct Timing {
  int level = 3;
  Duration initial_rtt_timeout = 1s;
  Duration min_rtt_timeout = 100ms;
  Duration max_rtt_timeout = 10s;
  int max_retries = 5;                   // beyond the first attempt; loss probes count as attempts too
  std::optional<Duration> host_timeout;  // give a host up after this long
  Duration scan_delay{};                 // least gap between two probes to one host
  bool serial = false;                   // scan_delay holds over all hosts together (-T0 to -T2)
  std::optional<double> min_rate;        // probes a second
  std::optional<double> max_rate;        // probes a second, over everything that is sent
  double blind_rate = 20'000;            // highest rate while nothing that answers confirms it
  bool ask_no_errors = false;            // do not wait for hosts that limit their ICMP errors
  Duration limiter_patience = 10min;     // longest extra wait for a host that limits its answers
};
Timing timing_template(int level);  // 0 to 5

// A way to ask, and what it is put to.
struct Technique {
  std::string name;    // Probe::name in probe/registry.h: "tcp-syn"
  net::PortSet ports;  // or IP protocol numbers; at least one
};

// A question that finds out whether a host is up.
struct DiscoveryProbe {
  std::string technique;  // Probe::name
  net::Port port;         // 0 for techniques that ask hosts as such
  friend bool operator==(const DiscoveryProbe&, const DiscoveryProbe&) = default;
};

enum class DiscoveryPolicy : std::uint8_t {
  when_many,  // portolan's default: a single named target is always scanned, ranges are asked first
  always,     // nmap's default
  never,      // -Pn
};

using model::ScanDepth;

enum class NameLookup : std::uint8_t { live_hosts, never, always };  // default, -n, -R

// Who answers at open ports is asked (-sV).
struct Identification {
  int intensity = 7;            // 0 to 9: how many questions are tried
  bool all_ports = false;       // printers too
  bool ask_industrial = false;  // machines are asked what they are, in their own protocol
  // At once, whatever they are for; nullopt: as many as the program's own manners allow (identify/host_agenda.h).
  std::optional<std::size_t> connections_a_host;
};

// Which systems hosts have is asked (-O); needs raw packets.
struct SystemDetection {
  bool only_with_both = false;  // hosts without an open and a closed TCP port are left out
  bool guess = false;           // classes that are hardly likely are listed too
  int tries = 2;                // of each packet that stays unanswered, at most
};

struct Plan {
  TargetSet targets;
  ScanDepth depth = ScanDepth::ports;
  std::vector<Technique> techniques;  // how ports are asked; empty only for ScanDepth::list and ScanDepth::ping
  bool privileged = true;             // raw packets may be sent
  DiscoveryPolicy discovery = DiscoveryPolicy::when_many;
  std::vector<DiscoveryProbe> discovery_probes;  // asked beyond the link
  bool arp_ping = true;                          // --disable-arp-ping clears it
  bool ignore_resets = false;                    // a TCP reset is no sign of a host; --discovery-ignore-rst
  bool sequential_ports = false;                 // -r
  bool traceroute = false;                       // the hops on the way to each host that is up; needs raw packets
  std::optional<Identification> identify;
  std::optional<SystemDetection> systems;
  bool firewall = false;  // what filters the packets to hosts is asked; needs raw packets
  NameLookup names = NameLookup::live_hosts;
  Timing timing;
  wire::Dress dress;            // of every packet that is sent
  std::string interface;        // -e; "" lets the routes decide
  std::size_t list_limit = 25;  // more ports of one state than this are counted, not listed; -v raises it
  std::uint64_t seed = 0;       // order of targets and questions; drawn at start unless given
  // Which part of the targets is scanned: those of one shard, of scans with the same targets and seed.
  std::uint64_t shard = 0;  // below `shards`
  std::uint64_t shards = 1;
};

// One of `parts` plans that do together what `plan` does, at the same time: hosts are shared out, and so are rates.
// `part` is below `parts`.
Plan part_of(const Plan& plan, std::uint64_t part, std::uint64_t parts);

}  // namespace portolan::plan
