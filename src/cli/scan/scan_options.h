// The options of `portolan scan`: what every option of the table leaves behind, before anything is
// looked up. nmap's spellings and meanings; the table is in scan_options.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/option.h"
#include "plan/plan.h"
#include "probe/probe.h"
#include "report/resume/told.h"
#include "report/scan/format.h"
#include "wire/dress.h"

namespace portolan::cli {

// A report that was cut off and gets its rest (--resume).
struct CutOffReport {
  report::ToldHosts told;
  std::uint64_t keep = 0;  // bytes of it that stay
  std::uint64_t size = 0;  // when it was read
};

struct OutputWord {
  const report::Format* format = nullptr;            // nullptr for all of them, with their extensions behind the path
  std::string path;                                  // "-" is standard output; may hold the time (expand_time)
  std::string_view spelling = {};                    // as typed, where the format has another one
  std::shared_ptr<const CutOffReport> rest_of = {};  // the path is that of a file then, as it stands
};

struct DiscoveryWord {
  const probe::Probe* probe = nullptr;
  std::string ports;     // "" for Probe::discovery_list
  std::string spelling;  // as it was written, "-PT"
};

struct ScanOptions {
  Dialect dialect = Dialect::portolan;  // of the line: under nmap's name some values are taken that make no sense

  // Targets
  std::vector<std::string> targets;
  std::vector<std::string> target_files;  // "-" is standard input
  std::vector<std::string> excluded;
  std::vector<std::string> excluded_files;
  bool only_v4 = false;
  bool only_v6 = false;
  bool all_addresses = false;  // --resolve-all

  // What is done
  bool list_only = false;
  bool ping_only = false;
  std::string ping_only_by;  // as it was written: "-sn", "-sP"
  bool skip_discovery = false;
  bool arp_ping = true;
  bool ignore_resets = false;  // --discovery-ignore-rst
  bool discover_link = false;
  bool traceroute = false;
  bool identify = false;                      // -sV, and what implies it
  std::string identified_by;                  // the first option that did
  std::vector<std::string> scripts;           // the lists of --script; "default" for -sC
  bool everything = false;                    // -A
  bool systems = false;                       // -O
  bool systems_limited = false;               // --osscan-limit
  bool systems_guessed = false;               // --osscan-guess, --fuzzy
  std::optional<std::uint64_t> system_tries;  // --max-os-tries
  bool firewall = false;                      // --firewall
  std::string about_systems;                  // the first option that makes sense only where systems are asked
  std::optional<std::string> script_help;
  std::string about_services;            // the first option that makes sense only where services are asked
  std::optional<int> version_intensity;  // 0 to 9
  std::optional<std::uint64_t> connections_a_host;
  bool all_ports = false;
  bool ask_industrial = false;
  std::optional<std::string> fingerprints;  // a directory of rules
  bool version_trace = false;
  std::optional<std::string> unknown_services;  // --save-unknown: a file
  std::vector<DiscoveryWord> discovery;
  std::vector<const probe::Probe*> techniques;  // that ask the ports, each once; none: what is allowed decides

  // Ports
  std::optional<std::string> ports;
  std::optional<std::string> excluded_ports;
  std::optional<std::uint64_t> top_ports;
  std::string counted_by;  // the option that said how many: "--top-ports", "--port-ratio"
  bool fast = false;
  bool sequential_ports = false;

  // Packets
  wire::Dress dress;
  std::string dressed_by;  // the first option that has changed it

  // Names
  bool never_names = false;
  bool always_names = false;
  std::vector<std::string> dns_servers;
  bool system_dns = false;

  // Timing
  std::optional<int> timing_level;
  std::optional<double> min_rate;
  std::optional<double> max_rate;
  std::optional<std::uint64_t> max_retries;
  bool ask_no_errors = false;         // --defeat-icmp-ratelimit
  bool ask_without_patience = false;  // --defeat-rst-ratelimit
  std::optional<std::uint64_t> threads;
  std::optional<Duration> host_timeout;
  std::optional<Duration> initial_rtt_timeout;
  std::optional<Duration> min_rtt_timeout;
  std::optional<Duration> max_rtt_timeout;
  std::optional<Duration> scan_delay;

  // Reports
  std::vector<OutputWord> outputs;
  bool append = false;
  bool show_reason = false;
  bool only_open = false;
  bool quiet = false;  // -v0: nothing on standard output
  int verbosity = 0;
  int debugging = 0;
  std::optional<Duration> stats_every;
  bool stylesheet = true;                      // --no-stylesheet clears it
  std::optional<std::string> stylesheet_href;  // --stylesheet, --webxml
  bool packet_trace = false;                   // every packet as a line
  std::optional<std::string> capture;          // --pcap: every packet in this file; "-" is standard output

  // The rest
  std::string interface;
  std::vector<std::string> from;  // places to scan from; none: here
  enum class Privilege : std::uint8_t { tested, assumed, declined };
  Privilege privilege = Privilege::tested;
  bool privilege_contradicts = false;  // both were given; nmap takes the last one
  std::optional<std::uint64_t> seed;
  std::optional<std::string> resume;  // the report of the scan that goes on
  std::vector<std::string> told;      // addresses that this scan need not ask, because those reports have them
  bool noninteractive = false;
  bool list_links = false;              // --iflist
  std::optional<std::string> route_to;  // --route-dst: a host
  bool version = false;
  bool help = false;
};

// In the order of help.
std::span<const Option<ScanOptions>> scan_option_table();

// Errc::parse: the line cannot be taken apart (unknown or ambiguous option, argument missing).
// Errc::usage: an argument makes no sense. Errc::unsupported: an option that is not built.
Result<ScanOptions> parse_scan_options(std::span<const std::string> options, Dialect dialect = Dialect::portolan);

}  // namespace portolan::cli
