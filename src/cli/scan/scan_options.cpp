#include "cli/scan/scan_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "cli/arguments.h"
#include "cli/option_actions.h"
#include "cli/scan/dress_options.h"
#include "cli/scan/firewall_options.h"
#include "cli/scan/identify_options.h"
#include "cli/scan/nmap_options.h"
#include "cli/scan/report_options.h"
#include "cli/scan/script_options.h"
#include "cli/scan/system_options.h"
#include "cli/scan/technique_options.h"
#include "cli/values.h"

namespace portolan::cli {
namespace {

// Groups, in the order of help.
constexpr std::string_view targets = "Targets";
constexpr std::string_view discovery = "Which hosts are up";
constexpr std::string_view techniques = "How ports are asked";
constexpr std::string_view ports = "Which ports";
constexpr std::string_view services = "Who answers";
constexpr std::string_view packets = "What packets look like";
constexpr std::string_view names = "Names of hosts";
constexpr std::string_view timing = "Timing";
constexpr std::string_view reports = "Reports";
constexpr std::string_view miscellaneous = "The rest";

constexpr std::uint64_t most_threads = 64;

// Round-trip times below this are shorter than the scheduler's own delays (nmap draws the same line).
constexpr Duration least_round_trip = std::chrono::milliseconds{5};

template <auto Member>
Result<void> round_trip(ScanOptions& options, const Given& given) {
  if (const auto done = duration<Member>(options, given); !done) return done;
  if (*(options.*Member) >= least_round_trip) return {};
  return fail(Errc::usage,
              fmt::format("{}: '{}' is too short; the least is 5ms", given.spelling, escape_terminal(*given.value)));
}
template <auto Member>
Result<void> rate(ScanOptions& options, const Given& given) {
  const auto value = parse_rate(given.spelling, *given.value);
  if (!value) return fail(value.error());
  options.*Member = *value;
  return {};
}
template <auto Member, std::uint64_t Least, std::uint64_t Most>
Result<void> count(ScanOptions& options, const Given& given) {
  const auto value = parse_count(given.spelling, *given.value, Least, Most);
  if (!value) return fail(value.error());
  options.*Member = *value;
  return {};
}
// How common a port is nobody tells, only which is commoner. Shares are taken to fall as Zipf's law has it, by which
// the port at place n of the order has 1/n: so those above the ratio are the 1/ratio commonest.
Result<void> port_ratio(ScanOptions& options, const Given& given) {
  double ratio = 0;
  const std::string& value = *given.value;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ratio);
  const bool is_share = ratio >= 0 && ratio < 1;  // what is no number is none
  if (error != std::errc{} || end != value.data() + value.size() || !is_share) {
    return fail(Errc::usage, said("{0}: '{1}' is no share; write a number from 0 to less than 1, as 0.01",
                                  given.spelling, escape_terminal(value)));
  }
  constexpr double all_ports = 65'536;
  constexpr double rounding = 1e-9;  // 1 / 0.0001 may be 9999.99...
  options.counted_by = given.spelling;
  options.top_ports = static_cast<std::uint64_t>(std::min(all_ports, 1 / std::max(ratio, 1 / all_ports) + rounding));
  return {};
}
Result<void> top_ports(ScanOptions& options, const Given& given) {
  options.counted_by = given.spelling;
  return count<&ScanOptions::top_ports, 1, 65536>(options, given);
}
Result<void> only_ping(ScanOptions& options, const Given& given) {
  options.ping_only = true;
  options.ping_only_by = given.spelling;
  return {};
}
// A lower bound that is out of reach is none; 0 is how that is written.
Result<void> min_round_trip(ScanOptions& options, const Given& given) {
  const auto done = duration<&ScanOptions::min_rtt_timeout>(options, given);
  if (done) options.min_rtt_timeout = std::max(*options.min_rtt_timeout, least_round_trip);
  return done;
}
// 0 is never, as under nmap.
Result<void> status_period(ScanOptions& options, const Given& given) {
  const auto done = duration<&ScanOptions::stats_every>(options, given);
  if (done && *options.stats_every <= Duration{}) options.stats_every.reset();
  return done;
}
Result<void> nothing(ScanOptions&, const Given&) { return {}; }

Result<void> port_list(ScanOptions& options, const Given& given) {
  if (options.ports) return fail(Errc::usage, "-p is given twice; put all ports into one, with commas");
  options.ports = *given.value;
  return {};
}

Result<void> server_list(ScanOptions& options, const Given& given) {
  if (given.value->find_first_not_of(',') == std::string::npos) {
    if (options.dialect == Dialect::nmap) {  // which has nobody to ask then
      options.never_names = true;
      return {};
    }
    return fail(Errc::usage, fmt::format("{}: it names no server", given.spelling));
  }
  std::string_view rest = *given.value;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    if (comma != 0) options.dns_servers.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return {};
}

Result<void> timing_level(ScanOptions& options, const Given& given) {
  const auto level = parse_timing_level(given.spelling, *given.value);
  if (!level) return fail(level.error());
  options.timing_level = *level;
  return {};
}

// -v, -vvv, -v2: how often the letter stands there, or the number itself.
Result<int> intensity(const ScanOptions& options, const Given& given, char letter, int before) {
  constexpr int most = 10;
  const std::string value = given.value.value_or("");
  if (value.find_first_not_of(letter) == std::string::npos) return before + 1 + static_cast<int>(value.size());
  const bool begins_with_digit = value.front() >= '0' && value.front() <= '9';
  if (options.dialect == Dialect::nmap && begins_with_digit) {
    return static_cast<int>(std::min<std::int64_t>(leading_number(value), most));
  }
  const auto number = parse_count(given.spelling, value, 0, most);
  if (!number) return fail(number.error());
  return static_cast<int>(*number);
}

Result<void> verbose(ScanOptions& options, const Given& given) {
  const auto value = intensity(options, given, 'v', options.verbosity);
  if (!value) return fail(value.error());
  options.verbosity = *value;
  options.quiet = *value == 0;
  return {};
}

// As nmap does: debugging makes verbose too, and gives reasons.
Result<void> debug(ScanOptions& options, const Given& given) {
  const auto value = intensity(options, given, 'd', options.debugging);
  if (!value) return fail(value.error());
  options.debugging = *value;
  options.verbosity = std::max(options.verbosity, *value);
  options.show_reason = options.show_reason || *value > 0;
  return {};
}

Result<void> web_stylesheet(ScanOptions& options, const Given&) {
  options.stylesheet_href = "https://svn.nmap.org/nmap/docs/nmap.xsl";
  return {};
}

template <ScanOptions::Privilege Which>
Result<void> privilege(ScanOptions& options, const Given&) {
  if (options.privilege != ScanOptions::Privilege::tested && options.privilege != Which)
    options.privilege_contradicts = true;
  options.privilege = Which;
  return {};
}

using Apply = Result<void> (*)(ScanOptions&, const Given&);

constexpr Option<ScanOptions> entry(OptionSpec spec, Apply apply) { return {spec, apply}; }
constexpr Option<ScanOptions> unlisted(OptionSpec spec, Apply apply) {
  spec.support = Support::unlisted;
  return {spec, apply};
}

constexpr Argument required = Argument::required;
constexpr Argument attached = Argument::attached;

constexpr std::array first_rows{
    entry({.spellings = {"-iL", "-i"},
           .argument = required,
           .value = "<file>",
           .group = targets,
           .summary = "read targets from a file (- is standard input), separated by white space; # starts a comment"},
          add<&ScanOptions::target_files>),
    entry({.spellings = {"--exclude"},
           .argument = required,
           .value = "<targets>",
           .group = targets,
           .summary = "never send anything to these, separated by commas"},
          add<&ScanOptions::excluded>),
    entry({.spellings = {"--excludefile"},
           .argument = required,
           .value = "<file>",
           .group = targets,
           .summary = "never send anything to the targets in this file"},
          add<&ScanOptions::excluded_files>),
    entry({.spellings = {"-4"}, .group = targets, .summary = "only IPv4 addresses"}, set<&ScanOptions::only_v4>),
    entry({.spellings = {"-6"}, .group = targets, .summary = "only IPv6 addresses"}, set<&ScanOptions::only_v6>),
    entry(
        {.spellings = {"--resolve-all"},
         .group = targets,
         .summary = "scan every address of a name (portolan's default; under the name nmap only the first is scanned)"},
        set<&ScanOptions::all_addresses>),
    entry({.spellings = {"--unique"}, .group = targets, .summary = "each address only once, as it always is"}, nothing),

    entry({.spellings = {"-sL"}, .group = discovery, .summary = "only list the targets; sends nothing to them"},
          set<&ScanOptions::list_only>),
    entry({.spellings = {"-sn", "-sP"}, .group = discovery, .summary = "only find out which hosts are up; no ports"},
          only_ping),
    entry({.spellings = {"-Pn", "-P0", "-PN", "-PD"},
           .group = discovery,
           .summary = "take every target for up; ask ports at once"},
          set<&ScanOptions::skip_discovery>),
};

// Behind them stand those of the techniques; then the rest.
constexpr std::array later_rows{
    entry({.spellings = {"--disable-arp-ping"},
           .group = discovery,
           .summary = "do not take an answer to ARP or neighbour discovery for being up; ask as beyond the link"},
          clear<&ScanOptions::arp_ping>),
    unlisted({.spellings = {"-PR"}}, nothing),  // ARP is asked on the link anyway

    entry({.spellings = {"--discovery-ignore-rst"},
           .group = discovery,
           .summary = "do not take a TCP reset for being up; some firewalls send them for hosts that are not there"},
          set<&ScanOptions::ignore_resets>),
    entry({.spellings = {"--discover-link"},
           .group = discovery,
           .summary = "scan also who is on the links here (or that of -e) over IPv6: all are asked at once"},
          set<&ScanOptions::discover_link>),
    entry({.spellings = {"--traceroute"},
           .group = discovery,
           .summary = "tell the routers on the way to each host that is up; needs CAP_NET_RAW"},
          set<&ScanOptions::traceroute>),
    entry(
        {.spellings = {"-p"},
         .argument = required,
         .value = "<ports>",
         .group = ports,
         .summary =
             "these ports: 22,80,8000-8080, - for 1 to 65535, names and patterns (ssh,http*), [1-1024] for "
             "registered ones among them, T:, U:, S: before those of TCP, UDP, SCTP; with -sO IP protocols (1,6,gre)"},
        port_list),
    entry({.spellings = {"-F"}, .group = ports, .summary = "fast: the 100 most common ports instead of 1000"},
          set<&ScanOptions::fast>),
    entry({.spellings = {"--top-ports"},
           .argument = required,
           .value = "<number>",
           .group = ports,
           .summary = "this many of the most common ports; with -p, of those given there"},
          top_ports),
    entry({.spellings = {"--port-ratio"},
           .argument = required,
           .value = "<ratio>",
           .group = ports,
           .summary = "the 1/ratio most common ports, as 0.01 for 100 of them; with -p, of those given there"},
          port_ratio),
    entry({.spellings = {"--exclude-ports"},
           .argument = required,
           .value = "<ports>",
           .group = ports,
           .summary = "leave these ports out"},
          text<&ScanOptions::excluded_ports>),
    entry({.spellings = {"-r"}, .group = ports, .summary = "ask ports in ascending order instead of a shuffled one"},
          set<&ScanOptions::sequential_ports>),

    entry({.spellings = {"-n"}, .group = names, .summary = "never look up names of addresses"},
          set<&ScanOptions::never_names>),
    entry({.spellings = {"-R"},
           .group = names,
           .summary = "look up names of all addresses, not only of hosts that are up"},
          set<&ScanOptions::always_names>),
    entry({.spellings = {"--dns-servers"},
           .argument = required,
           .value = "<servers>",
           .group = names,
           .summary = "ask these name servers, separated by commas"},
          server_list),
    entry({.spellings = {"--system-dns"}, .group = names, .summary = "ask through the system's resolver"},
          set<&ScanOptions::system_dns>),

    entry({.spellings = {"-T", "--timing"},
           .argument = required,
           .value = "<0-5>",
           .group = timing,
           .summary = "how fast, from 0 (paranoid) by 3 (normal, the default) to 5 (insane)"},
          timing_level),
    entry({.spellings = {"--min-rate"},
           .argument = required,
           .value = "<number>",
           .group = timing,
           .summary = "do not send slower than this many packets a second"},
          rate<&ScanOptions::min_rate>),
    entry({.spellings = {"--max-rate"},
           .argument = required,
           .value = "<number>",
           .group = timing,
           .summary = "never send faster than this many packets a second"},
          rate<&ScanOptions::max_rate>),
    entry({.spellings = {"--threads"},
           .argument = required,
           .value = "<number>",
           .group = timing,
           .summary = "share the hosts out between this many threads; the rates are for all together"},
          count<&ScanOptions::threads, 1, most_threads>),
    entry({.spellings = {"--max-retries"},
           .argument = required,
           .value = "<number>",
           .group = timing,
           .summary = "ask a silent port at most this many times more"},
          count<&ScanOptions::max_retries, 0, 1000>),
    entry({.spellings = {"--defeat-icmp-ratelimit"},
           .group = timing,
           .summary = "do not wait for hosts that limit their ICMP errors: silent UDP ports are closed|filtered"},
          set<&ScanOptions::ask_no_errors>),
    entry({.spellings = {"--defeat-rst-ratelimit"},
           .group = timing,
           .summary = "do not wait for hosts that limit what they answer: their ports are told by their silence"},
          set<&ScanOptions::ask_without_patience>),
    entry({.spellings = {"--host-timeout"},
           .argument = required,
           .value = "<time>",
           .group = timing,
           .summary = "give a host up after this time"},
          duration<&ScanOptions::host_timeout>),
    entry({.spellings = {"--initial-rtt-timeout"},
           .argument = required,
           .value = "<time>",
           .group = timing,
           .summary = "wait this long for an answer while nothing is known about a host"},
          round_trip<&ScanOptions::initial_rtt_timeout>),
    entry({.spellings = {"--min-rtt-timeout"},
           .argument = required,
           .value = "<time>",
           .group = timing,
           .summary = "never wait shorter than this for an answer"},
          min_round_trip),
    entry({.spellings = {"--max-rtt-timeout"},
           .argument = required,
           .value = "<time>",
           .group = timing,
           .summary = "never wait longer than this for an answer"},
          round_trip<&ScanOptions::max_rtt_timeout>),
    entry({.spellings = {"--scan-delay"},
           .argument = required,
           .value = "<time>",
           .group = timing,
           .summary = "let at least this time pass between two packets to one host"},
          duration<&ScanOptions::scan_delay>),

    entry({.spellings = {"--append-output"}, .group = reports, .summary = "add to files instead of replacing them"},
          set<&ScanOptions::append>),
    entry({.spellings = {"--reason"}, .group = reports, .summary = "show why each port and host is in its state"},
          set<&ScanOptions::show_reason>),
    entry({.spellings = {"--open"}, .group = reports, .summary = "show only open ports, and hosts that have some"},
          set<&ScanOptions::only_open>),
    entry({.spellings = {"-v", "--verbose"},
           .argument = attached,
           .value = "<level>",
           .group = reports,
           .summary = "tell more; -vv or -v2 still more; -v0 nothing on standard output"},
          verbose),
    entry({.spellings = {"-d", "--debug"},
           .argument = attached,
           .value = "<level>",
           .group = reports,
           .summary = "tell what helps to find faults; -dd or -d2 more of it"},
          debug),
    entry({.spellings = {"--stats-every"},
           .argument = required,
           .value = "<time>",
           .group = reports,
           .summary = "print how far the scan is, this often"},
          status_period),
    entry({.spellings = {"--stylesheet"},
           .argument = required,
           .value = "<path or URL>",
           .group = reports,
           .summary = "stylesheet that the XML names"},
          text<&ScanOptions::stylesheet_href>),
    entry({.spellings = {"--webxml"}, .group = reports, .summary = "name nmap's stylesheet on the web in the XML"},
          web_stylesheet),
    entry({.spellings = {"--no-stylesheet"}, .group = reports, .summary = "name no stylesheet in the XML"},
          clear<&ScanOptions::stylesheet>),

    entry({.spellings = {"-e"},
           .argument = required,
           .value = "<interface>",
           .group = miscellaneous,
           .summary = "send through this interface"},
          text<&ScanOptions::interface>),
    entry(
        {.spellings = {"--from"},
         .argument = required,
         .value = "<place>",
         .group = miscellaneous,
         .summary =
             "scan from the network namespace netns:NAME, or from here; given several times, it scans from each place "
             "and shows in a table how each port looks from where"},
        add<&ScanOptions::from>),
    entry({.spellings = {"--privileged"},
           .group = miscellaneous,
           .summary = "do not test whether raw packets are allowed; use them"},
          privilege<ScanOptions::Privilege::assumed>),
    entry({.spellings = {"--unprivileged"},
           .group = miscellaneous,
           .summary = "use no raw packets, even where they are allowed"},
          privilege<ScanOptions::Privilege::declined>),
    entry({.spellings = {"--seed"},
           .argument = required,
           .value = "<number>",
           .group = miscellaneous,
           .summary = "draw the order of probes from this number: the same seed gives the same order"},
          count<&ScanOptions::seed, 0, UINT64_MAX>),
    entry({.spellings = {"--noninteractive"}, .group = miscellaneous, .summary = "do not watch the keyboard"},
          set<&ScanOptions::noninteractive>),
    entry({.spellings = {"--iflist"},
           .group = miscellaneous,
           .summary = "print this machine's interfaces and routes and end"},
          set<&ScanOptions::list_links>),
    entry({.spellings = {"--route-dst"},
           .argument = required,
           .value = "<host>",
           .group = miscellaneous,
           .summary = "print which way packets go from this machine to this host and end"},
          text<&ScanOptions::route_to>),
    entry({.spellings = {"-V", "--version"}, .group = miscellaneous, .summary = "print the version and end"},
          set<&ScanOptions::version>),
    entry({.spellings = {"-h", "--help"}, .group = miscellaneous, .summary = "print this help and end"},
          set<&ScanOptions::help>),

};

// What nmap has and portolan has not stands in a list of its own, until something in the table has that name.
bool is_built_elsewhere(const OptionSpec& row, std::span<const Option<ScanOptions>> built) {
  return row.support == Support::missing && std::ranges::any_of(built, [&](const OptionSpec& other) {
           return other.spellings.front() == row.spellings.front();
         });
}

std::vector<Option<ScanOptions>> all_rows() {
  std::vector<Option<ScanOptions>> rows{first_rows.begin(), first_rows.end()};
  for (const auto& derived : {discovery_rows(discovery), technique_rows(techniques)}) {
    rows.insert(rows.end(), derived.begin(), derived.end());
  }
  rows.insert(rows.end(), later_rows.begin(), later_rows.end());
  const auto insert_before = [&rows](std::string_view group, const std::vector<Option<ScanOptions>>& more) {
    rows.insert(std::ranges::find(rows, group, &OptionSpec::group), more.begin(), more.end());
  };
  insert_before(names, identify_rows(services));
  insert_before(names, system_rows(services));
  insert_before(names, firewall_rows(services));
  insert_before(names, script_rows(services));
  insert_before(names, dress_rows(packets));
  insert_before(reports, report_rows(reports));
  const std::vector<Option<ScanOptions>> built = rows;
  std::ranges::copy_if(rows_of_nmap(), std::back_inserter(rows),
                       [&](const OptionSpec& row) { return !is_built_elsewhere(row, built); });
  return rows;
}

// It can be read once. Whoever read it second would find nothing, and exclude nothing.
Result<void> check_standard_input(const ScanOptions& options) {
  const auto named = [](const std::vector<std::string>& files) { return std::ranges::count(files, "-"); };
  if (named(options.target_files) + named(options.excluded_files) < 2) return {};
  return fail(Errc::usage,
              "standard input can be read only once, so only one of -iL and --excludefile can have -, and once");
}

// "--exclude A, B": the shell makes two words of it, and B would be a target.
Result<void> check_blanks_in_lists(const Arguments& arguments, std::span<const std::string> line) {
  for (const Given& given : arguments.options) {
    const OptionSpec& option = scan_option_table()[given.option];
    const bool of_ports = option.value == "<ports>" || option.value == "<protocols>";
    const bool of_hosts = option.value == "<targets>" || option.value == "<servers>";
    if (!given.value || given.next_word >= line.size() || (!of_ports && !of_hosts)) continue;
    // No server at all is refused, or taken as it is, where the option is read.
    if (option.value == "<servers>" && given.value->find_first_not_of(',') == std::string::npos) continue;
    const std::string& next = line[given.next_word];
    if (next.empty() || next.front() == '-') continue;
    const bool goes_on =
        next.front() == ',' ||
        (given.value->ends_with(',') && (of_hosts || next.find_first_not_of("0123456789-,") == std::string::npos));
    if (!goes_on) continue;
    return fail(Errc::usage,
                fmt::format("{0}: with a blank at the comma, '{2}' is no part of the list '{1}' but a target of "
                            "its own; write the list without blanks",
                            given.spelling, escape_terminal(*given.value), escape_terminal(next)));
  }
  return {};
}

}  // namespace

std::span<const Option<ScanOptions>> scan_option_table() {
  static const std::vector<Option<ScanOptions>> table = all_rows();
  return table;
}

Result<ScanOptions> parse_scan_options(std::span<const std::string> options, Dialect dialect) {
  const Dashes dashes = dialect == Dialect::nmap ? Dashes::nmap : Dashes::one_or_two;
  const auto arguments = parse_arguments(specs_of(scan_option_table()), options, dashes);
  if (!arguments) return fail(arguments.error());
  ScanOptions result;
  result.dialect = dialect;
  for (const Given& given : arguments->options) {
    if (const auto done = scan_option_table()[given.option].apply(result, given); !done) return fail(done.error());
    // As nmap does: who asks for help or the version gets it, whatever stands behind.
    if (result.help || result.version) return result;
  }
  result.targets = arguments->operands;
  if (const auto done = check_blanks_in_lists(*arguments, options); !done) return fail(done.error());
  if (const auto done = check_standard_input(result); !done) return fail(done.error());
  return result;
}

}  // namespace portolan::cli
