// The records a scan produces: plain values, the only thing that reports and stores ever see.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/boxed.h"
#include "base/result.h"
#include "base/time.h"
#include "model/filter.h"
#include "model/remark.h"
#include "model/service.h"
#include "model/state.h"
#include "model/system.h"
#include "model/wall_time.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "net/port.h"
#include "net/port_set.h"

namespace portolan::model {

// One port that is reported by itself.
struct PortRecord {
  net::Protocol protocol = net::Protocol::tcp;
  net::Port port;
  PortState state = PortState::filtered;
  Reason reason = Reason::none;
  std::uint8_t reason_ttl = 0;                   // TTL or hop limit of the answer; 0 when there was none
  std::optional<net::IpAddress> reason_address;  // who answered, where it was not the target
  std::string service;                           // registered name, "" where there is none
  Boxed<ServiceRecord> identified;               // who answers there, where that was asked (-sV)
  friend bool operator==(const PortRecord&, const PortRecord&) = default;
};

// Ports of one state that are counted, not listed ("Not shown: 995 filtered tcp ports (no-response)").
struct ReasonCount {
  Reason reason = Reason::none;
  net::Protocol protocol = net::Protocol::tcp;
  std::size_t count = 0;
  net::PortSet ports;
  friend bool operator==(const ReasonCount&, const ReasonCount&) = default;
};
struct ExtraPorts {
  PortState state = PortState::filtered;
  std::size_t count = 0;
  std::vector<ReasonCount> reasons;  // largest count first
  friend bool operator==(const ExtraPorts&, const ExtraPorts&) = default;
};

struct HostName {
  enum class Kind : std::uint8_t { user, ptr };
  std::string name;
  Kind kind = Kind::user;
  friend bool operator==(const HostName&, const HostName&) = default;
};

// How far away a host is in time. All three as nmap's <times>.
struct RoundTrip {
  Duration smoothed{};   // srtt
  Duration variation{};  // rttvar
  Duration timeout{};    // what a lost probe was waited for
  friend bool operator==(const RoundTrip&, const RoundTrip&) = default;
};

// A router on the way to a host, or the host itself at its end.
struct Hop {
  std::uint8_t ttl = 0;                   // from 1
  std::optional<net::IpAddress> address;  // nullopt where nobody answered
  std::string name;                       // PTR, "" where there is none
  std::optional<Duration> round_trip;
  friend bool operator==(const Hop&, const Hop&) = default;
};

// The way to a host (--traceroute), and by what it was asked. A host on the same link is its only hop, and was asked
// nothing for it.
struct Trace {
  std::string protocol;           // "tcp", "udp", "sctp", "icmp", "ipv6-icmp"; "" where nothing was asked
  std::optional<net::Port> port;  // where the protocol has some
  std::vector<Hop> hops;          // ascending, none left out
  friend bool operator==(const Trace&, const Trace&) = default;
};

struct HostRecord {
  net::IpAddress address;
  HostState state = HostState::unknown;
  Reason reason = Reason::none;
  std::uint8_t reason_ttl = 0;
  std::string interface;                        // name of its zone, "" where it has none or that is not known
  std::vector<HostName> names;                  // as the user typed it, then PTR
  std::vector<net::IpAddress> other_addresses;  // of the same name, not scanned by this record
  std::optional<net::Mac> mac;                  // on the same link only
  std::string vendor;                           // of the MAC, "" when unknown
  std::optional<RoundTrip> round_trip;
  WallTime started;
  WallTime ended;
  bool port_scanned = false;      // false under -sn, for hosts that are down, and where it was given up
  bool timed_out = false;         // --host-timeout: what is known is incomplete
  bool interrupted = false;       // the scan was stopped: what is known is incomplete
  std::vector<PortRecord> ports;  // ascending by protocol, then port
  std::vector<ExtraPorts> extra;  // largest count first
  // Where something about this host needs saying (its resets are rate limited, it did not answer ARP ...).
  std::vector<Remark> remarks;
  // Its place among the targets in the order in which they were named, from 0.
  std::uint64_t position = 0;
  std::optional<Trace> trace;
  Boxed<SystemRecord> system;  // what system it is, where that was asked (-O)
  Boxed<FilterRecord> filter;  // what filters its packets, where that was asked (--firewall)
  friend bool operator==(const HostRecord&, const HostRecord&) = default;
};

// A stage of the work, as nmap's taskbegin/taskprogress/taskend tell it.
struct TaskRecord {
  std::string name;  // of its technique ("tcp-syn", "arp"), or "ping" where several ask who is up
  WallTime time;
  std::size_t hosts = 0;               // it is about
  std::size_t questions = 0;           // for each of them
  std::optional<net::IpAddress> host;  // where it is one alone
  bool finds_hosts = false;            // asks who is up: a host that answered is asked no more
  friend bool operator==(const TaskRecord&, const TaskRecord&) = default;
};

struct Progress {
  TaskRecord task;
  double fraction = 0;                // 0 to 1 of this task
  std::optional<Duration> remaining;  // of this task; nullopt while nothing honest can be said
  // Of the whole scan, where more hosts follow those of this task and something honest can be said.
  std::optional<Duration> scan_remaining;
  Duration elapsed{};          // since the scan began
  double rate = 0;             // probes a second, of late
  std::size_t hosts_done = 0;  // hosts finished in earlier blocks
  std::size_t hosts_up = 0;
  std::size_t hosts_active = 0;  // hosts in this task
  std::size_t open_found = 0;
  friend bool operator==(const Progress&, const Progress&) = default;
};

// One technique over one set of ports: nmap's <scaninfo>.
struct ScanInfo {
  std::string type;  // "syn", "connect"
  net::Protocol protocol = net::Protocol::tcp;
  net::PortSet ports;
  friend bool operator==(const ScanInfo&, const ScanInfo&) = default;
};

// How far a scan goes: targets are only listed (-sL), or asked whether they are up (-sn), or asked for their ports.
enum class ScanDepth : std::uint8_t { list, ping, ports };

struct ScanStarted {
  std::string version;                 // of portolan
  std::vector<std::string> arguments;  // argv as typed, argv[0] included
  WallTime time;
  std::vector<ScanInfo> scans;  // empty under -sn and -sL
  std::string from;             // the place that is scanned from, as the user named it ("netns:dmz"); "" here
  int verbosity = 0;
  int debugging = 0;
  ScanDepth depth = ScanDepth::ports;
  friend bool operator==(const ScanStarted&, const ScanStarted&) = default;
};

struct Loss {
  std::uint64_t asked = 0;  // loss probes: ports known to answer, asked again
  std::uint64_t lost = 0;   // of those, never answered
  friend bool operator==(const Loss&, const Loss&) = default;
};

// Why a scan failed, without words.
struct Failure {
  std::string code;                // "privilege", "io": what the caller may do about it
  std::string cause;               // the name of an errno ("ENOBUFS") or a word; "" where the code says all
  std::vector<std::string> about;  // an address, a file, an interface
  friend bool operator==(const Failure&, const Failure&) = default;
};

struct ScanFinished {
  WallTime time;
  Duration elapsed{};
  std::size_t hosts_up = 0;
  std::size_t hosts_down = 0;
  std::size_t hosts_total = 0;
  std::uint64_t probes_sent = 0;
  std::uint64_t answers_seen = 0;
  Loss loss;
  std::uint64_t never_asked = 0;  // ports that the scan was stopped before it asked about them
  // How many open ports may have been missed among those asked, by the measured loss. nullopt where open ports are
  // silent by nature of the technique, so that loss says nothing about them.
  std::optional<double> expected_missed_open;
  // Hosts with silent ports of which it is not known what they hide: too little was measured there.
  std::uint64_t hosts_not_measured = 0;
  // Hosts with silent ports that the scan gave up by itself: they stopped answering, or limit their answers so much
  // that it would have waited too long.
  std::uint64_t hosts_given_up = 0;
  bool success = true;
  bool interrupted = false;
  std::optional<Failure> failure;  // where !success
  // The same for people, in the words of the machine that scanned; "" unless !success.
  std::string error;
  friend bool operator==(const ScanFinished&, const ScanFinished&) = default;
};

// Marks the end of a scan as failed by this error.
void fail_with(ScanFinished& finished, const Error& error);

}  // namespace portolan::model
