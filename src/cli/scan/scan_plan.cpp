#include "cli/scan/scan_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "base/error_name.h"
#include "base/escape.h"
#include "cli/scan/dress_options.h"
#include "cli/scan/firewall_options.h"
#include "cli/scan/identify_options.h"
#include "cli/scan/link_targets.h"
#include "cli/scan/system_options.h"
#include "cli/scan/target_words.h"
#include "cli/scan/timing_plan.h"
#include "cli/scan/wanted_ports.h"
#include "plan/port_expression.h"
#include "plan/target_set.h"
#include "probe/plan_techniques.h"
#include "probe/registry.h"
#include "report/scan/wording.h"

namespace portolan::cli {
namespace {

using model::RemarkCode;

class Preparation {
 public:
  Preparation(const ScanOptions& options, Dialect dialect, const PlanSources& sources, PreparedScan& prepared)
      : options_{options}, as_nmap_{dialect == Dialect::nmap}, sources_{sources}, prepared_{prepared} {}

  Result<void> run() {
    using Step = Result<void> (Preparation::*)();
    // Cheap checks first, look-ups of names last: what is wrong is said at once.
    for (const Step step : {&Preparation::depth, &Preparation::techniques, &Preparation::identification,
                            &Preparation::systems, &Preparation::firewall, &Preparation::traceroute,
                            &Preparation::dress, &Preparation::ports, &Preparation::discovery, &Preparation::timing,
                            &Preparation::words, &Preparation::exclusions, &Preparation::targets}) {
      if (const auto done = (this->*step)(); !done) return fail(done.error());
    }
    plan_.names = options_.never_names    ? plan::NameLookup::never
                  : options_.always_names ? plan::NameLookup::always
                                          : plan::NameLookup::live_hosts;
    plan_.sequential_ports = options_.sequential_ports;
    plan_.dress = options_.dress;
    plan_.ignore_resets = options_.ignore_resets;
    plan_.interface = options_.interface;
    plan_.seed = options_.seed.value_or(0);
    plan_.list_limit = list_limit();
    prepared_.target_options = target_options();
    return {};
  }

 private:
  // How many ports of one state are listed before they are only counted: as many as nmap 7.93 lists.
  [[nodiscard]] std::size_t list_limit() const {
    if (options_.debugging > 2) return 65536;
    return 25 * static_cast<std::size_t>(1 + options_.verbosity + 20 * options_.debugging);
  }

  static std::unexpected<Error> usage(std::string message) { return fail(Errc::usage, std::move(message)); }

  Result<void> depth() {
    if (options_.list_only) {
      plan_.depth = plan::ScanDepth::list;
    } else if (options_.ping_only) {
      plan_.depth = plan::ScanDepth::ping;
    } else {
      return {};
    }
    const std::string option = options_.list_only ? "-sL" : options_.ping_only_by;
    if (options_.list_only && options_.discover_link) {
      return usage("-sL sends nothing to targets, and --discover-link asks all on a link; leave one of them out");
    }
    if (!options_.techniques.empty()) {
      return usage(fmt::format("{} asks no ports, so it cannot go with {}", option,
                               options_.techniques.front()->scan_option.spelling));
    }
    if (options_.ports || options_.fast) {
      return usage(fmt::format("{} asks no ports, so it cannot go with {}", option, options_.ports ? "-p" : "-F"));
    }
    return {};
  }

  Result<void> techniques() {
    if (options_.privilege_contradicts && !as_nmap_) {
      return usage("--privileged and --unprivileged contradict each other; choose one");
    }
    for (const probe::Probe* probe : options_.techniques) {
      if (const auto done = add_technique(*probe); !done) return done;
    }
    plan_.privileged = raw_packets();
    note_hindrance();
    if (!techniques_.empty()) return {};
    techniques_.push_back(plan_.privileged ? &probe::tcp_syn : &probe::tcp_connect);
    const bool declined = options_.privilege == ScanOptions::Privilege::declined;
    // Where something else is missing, root asks by connections, too, and that has been said.
    const bool for_want_of_right = !sources_.raw_packets && !declined && !hindrance();
    if (for_want_of_right && plan_.depth == plan::ScanDepth::ports && !as_nmap_) {
      notice({RemarkCode::connects_instead});
    }
    return {};
  }

  Result<void> identification() { return plan_identification(options_, dialect(), prepared_); }

  Result<void> systems() {
    if (const auto done = plan_systems(options_, dialect(), plan_); !done) return fail(done.error());
    if (!plan_.systems) return {};
    return needs_raw_packets("-O", "TCP/IP fingerprinting (for OS scan) requires root privileges.");
  }

  Result<void> firewall() {
    if (const auto done = plan_firewall(options_, plan_); !done) return fail(done.error());
    if (!plan_.firewall) return {};
    return needs_raw_packets("--firewall", "Asking what filters packets requires root privileges.");
  }

  // A list asks nobody; nmap passes over it, too.
  Result<void> traceroute() {
    if (!options_.traceroute || plan_.depth == plan::ScanDepth::list) return {};
    plan_.traceroute = true;
    return needs_raw_packets("--traceroute", "Traceroute has to be run as root");
  }

  Result<void> needs_raw_packets(std::string_view option, std::string_view as_nmap_says) {
    if (plan_.privileged) return {};
    if (as_nmap_) return fail(Errc::privilege, std::string{as_nmap_says});
    if (const auto remark = hindrance()) {
      return fail(Errc::io, fmt::format("{} sends raw packets, and {}", option, why_hindered(*remark)));
    }
    if (options_.privilege == ScanOptions::Privilege::declined) {
      return usage(fmt::format("{} sends raw packets, which --unprivileged declines; leave one of them out", option));
    }
    return fail(Errc::privilege,
                fmt::format("{} sends raw packets, which needs CAP_NET_RAW; run it as root, or leave it out", option));
  }

  Result<void> dress() {
    if (as_nmap_) return {};
    return check_dress(options_, plan_, techniques_);
  }

  [[nodiscard]] bool raw_packets() const {
    return sources_.raw_packets && (!hindrance() || options_.privilege == ScanOptions::Privilege::assumed);
  }

  // What keeps everybody here from raw packets, whatever their rights: they need to know where they shall go, and a
  // socket to go by.
  [[nodiscard]] std::optional<model::Remark> hindrance() const {
    if (sources_.routes_missing) return model::Remark{RemarkCode::routes_unknown, {cause_of(*sources_.routes_missing)}};
    if (sources_.packets_missing) {
      return model::Remark{RemarkCode::packets_refused, {cause_of(*sources_.packets_missing)}};
    }
    return std::nullopt;
  }

  void note_hindrance() {
    if (plan_.privileged || plan_.depth == plan::ScanDepth::list) return;
    if (auto remark = hindrance()) notice(std::move(*remark));
  }

  Result<void> add_technique(const probe::Probe& probe) {
    const std::string_view option = probe.scan_option.spelling;
    if (const auto done = check_alone(probe); !done) return done;
    const auto rival = std::ranges::find(techniques_, probe.asks, &probe::Probe::asks);
    if (rival != techniques_.end()) {
      return usage(fmt::format("{} and {} are two ways to ask the same {} ports; choose one",
                               (*rival)->scan_option.spelling, option, protocol_name(probe.asks)));
    }
    techniques_.push_back(&probe);
    if (probe.connects || raw_packets()) return {};
    if (const auto remark = hindrance()) return hindered(probe, *remark);
    if (as_nmap_) return fail(Errc::privilege, "You requested a scan type which requires root privileges.");
    const probe::Probe* plain = unprivileged_way(probe.asks);
    if (options_.privilege == ScanOptions::Privilege::declined) {
      const std::string instead = plain == nullptr ? "" : fmt::format(", or use {}", plain->scan_option.spelling);
      return usage(
          fmt::format("{} sends raw packets, which --unprivileged declines; leave that out{}", option, instead));
    }
    const std::string instead = plain == nullptr
                                    ? ", or ask TCP ports by -sT, which needs nothing"
                                    : fmt::format(", or use {}, which needs nothing", plain->scan_option.spelling);
    return fail(Errc::privilege,
                fmt::format("{} sends raw packets, which needs CAP_NET_RAW; run it as root{}", option, instead));
  }

  // Protocols and ports are two things to ask for: -p could not say which of them is meant.
  [[nodiscard]] Result<void> check_alone(const probe::Probe& probe) const {
    const auto of_protocols = [](const probe::Probe* one) { return one->asks == probe::Asks::ip_protocols; };
    if (techniques_.empty() || (!of_protocols(&probe) && !of_protocols(techniques_.front()))) return {};
    const probe::Probe& alone = of_protocols(&probe) ? probe : *techniques_.front();
    const probe::Probe& other = of_protocols(&probe) ? *techniques_.front() : probe;
    if (as_nmap_) {
      return usage(
          "Sorry, the IPProtoscan (-sO) must currently be used alone rather than combined with other scan types.");
    }
    return usage(fmt::format("{} asks IP protocols and {} asks ports; make two scans of it", alone.scan_option.spelling,
                             other.scan_option.spelling));
  }

  // Whoever asks: no right makes up for it.
  [[nodiscard]] std::unexpected<Error> hindered(const probe::Probe& probe, const model::Remark& by) const {
    const std::string why = why_hindered(by);
    if (as_nmap_) {
      return fail(Errc::io, fmt::format("You requested a scan type which requires raw packets, and {}.", why));
    }
    const probe::Probe* plain = unprivileged_way(probe.asks);
    const std::string instead = plain == nullptr ? "" : fmt::format("; {} does without", plain->scan_option.spelling);
    return fail(Errc::io, fmt::format("{} sends raw packets, and {}, by which they would go{}",
                                      probe.scan_option.spelling, why, instead));
  }

  static std::string why_hindered(const model::Remark& by) {
    const bool lacks_routes = by.code == RemarkCode::routes_unknown;
    return fmt::format("{} ({})",
                       lacks_routes ? "the kernel does not tell its routes" : "packet sockets are refused here",
                       words_of_error(by.text(0)));
  }

  // Another way to ask the same that anybody may go; nullptr where there is none.
  static const probe::Probe* unprivileged_way(probe::Asks asks) {
    const auto found = std::ranges::find_if(
        probe::registry, [asks](const probe::Probe* probe) { return probe->connects && probe->asks == asks; });
    return found == probe::registry.end() ? nullptr : *found;
  }

  Result<void> ports() {
    if (plan_.depth != plan::ScanDepth::ports) return {};
    if (options_.fast && options_.ports) {
      return usage("-F and -p both choose ports; --top-ports 100 with -p takes the most common of those given");
    }
    if (options_.fast && options_.top_ports && !as_nmap_) {
      return usage(fmt::format("-F and {} both say how many ports; -F is --top-ports 100", options_.counted_by));
    }
    const plan::PortLanguage language = language_of(techniques_.front()->asks);
    if (language == plan::PortLanguage::ip_protocols && options_.top_ports && !as_nmap_) {
      return usage(fmt::format("{}: nobody counts which IP protocols are common; -F asks those that are assigned",
                               options_.counted_by));
    }
    std::optional<plan::PortPlan> named;
    if (options_.ports) {
      auto parsed = plan::parse_ports(*options_.ports, sources_.services, language);
      if (!parsed) return usage(fmt::format("-p: {}", parsed.error().message));
      named = std::move(*parsed);
      if (const auto done = check_protocols(*named); !done) return done;
    }
    plan::PortPlan excluded;
    if (options_.excluded_ports) {
      auto parsed = plan::parse_ports(*options_.excluded_ports, sources_.services, language);
      if (!parsed) return usage(fmt::format("--exclude-ports: {}", parsed.error().message));
      excluded = std::move(*parsed);
    }
    for (const probe::Probe* probe : techniques_) {
      const net::Protocol protocol = probe::protocol_of(probe->asks);
      net::PortSet asked = wanted_ports(options_, named, protocol, sources_.services);
      asked.erase(excluded.of(protocol));
      if (!asked.empty()) {
        plan_.techniques.push_back({std::string{probe->name}, std::move(asked)});
        continue;
      }
      if (!as_nmap_) {
        return usage(fmt::format("no {} {} is left to ask; look at -p and --exclude-ports", protocol_name(probe->asks),
                                 numbered(probe->asks)));
      }
      notice({protocol == net::Protocol::udp  ? RemarkCode::no_udp_ports
              : protocol == net::Protocol::ip ? RemarkCode::no_ip_protocols
                                              : RemarkCode::no_tcp_ports});
    }
    if (plan_.techniques.empty()) plan_.depth = plan::ScanDepth::ping;
    return {};
  }

  // Whether what -p names is what the techniques ask. Some port there is: parse_ports() refuses lists without any.
  Result<void> check_protocols(const plan::PortPlan& named) {
    const auto is_asked = [&](net::Protocol protocol) {
      return std::ranges::any_of(
          techniques_, [&](const probe::Probe* probe) { return probe::protocol_of(probe->asks) == protocol; });
    };
    constexpr std::array protocols{net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp, net::Protocol::ip};
    const bool some_asked = std::ranges::any_of(
        protocols, [&](net::Protocol protocol) { return is_asked(protocol) && !named.of(protocol).empty(); });
    if (!some_asked && !as_nmap_) {
      const auto other = std::ranges::find_if(
          protocols, [&](net::Protocol protocol) { return !is_asked(protocol) && !named.of(protocol).empty(); });
      if (is_asked(net::Protocol::ip)) {
        return usage(fmt::format("-p: {}", names_none(*options_.ports, probe::Asks::ip_protocols)));
      }
      return usage(only_other_ports(*other, !options_.techniques.empty()));
    }
    for (const auto& [prefix, protocol] :
         {std::pair{"U:", net::Protocol::udp}, {"S:", net::Protocol::sctp}, {"P:", net::Protocol::ip}}) {
      if (is_asked(protocol) || !options_.ports->contains(prefix)) continue;
      notice({RemarkCode::other_protocol, {std::string{net::name_of(protocol)}}});
    }
    return {};
  }

  Result<void> discovery() {
    plan_.arp_ping = options_.arp_ping;
    for (const DiscoveryWord& word : options_.discovery) {
      if (options_.only_v6 && !word.probe->has_ipv6 && !options_.skip_discovery) return asks_nobody(*word.probe);
      if (const auto done = add_probe(word); !done) return fail(done.error());
    }
    if (options_.skip_discovery) {
      plan_.discovery = plan::DiscoveryPolicy::never;
      plan_.discovery_probes.clear();
      return {};
    }
    // Who writes down how to ask wants it asked, even of a single host.
    plan_.discovery =
        as_nmap_ || !options_.discovery.empty() ? plan::DiscoveryPolicy::always : plan::DiscoveryPolicy::when_many;
    if (leaves_out_) notice({RemarkCode::connects_for_discovery});
    if (!plan_.discovery_probes.empty()) return {};
    plan_.discovery_probes = probe::usual_discovery(plan_.privileged);
    return {};
  }

  static std::unexpected<Error> asks_nobody(const probe::Probe& probe) {
    return usage(fmt::format("{} asks over IPv4 only, so it asks none of the IPv6 targets; ask by -PE instead",
                             probe.discovery_option.spelling));
  }

  Result<void> add_probe(const DiscoveryWord& word) {
    const probe::Probe& probe = *word.probe;
    if (!probe::asks_numbers(probe.asks)) {
      if (plan_.privileged) add_once(probe, {});
      leaves_out_ = leaves_out_ || !plan_.privileged;
      return {};
    }
    const std::string_view list = word.ports.empty() ? probe.discovery_list : std::string_view{word.ports};
    const auto named = plan::parse_ports(list, sources_.services, language_of(probe.asks));
    if (!named) return usage(fmt::format("{}: {}", word.spelling, named.error().message));
    const net::PortSet& ports = named->of(probe::protocol_of(probe.asks));
    if (ports.empty()) return usage(fmt::format("{}: {}", word.spelling, names_none(list, probe.asks)));
    if (options_.skip_discovery) return {};
    // Without raw packets a connection is the only question there is.
    const probe::Probe* way = plan_.privileged ? &probe : unprivileged_way(probe.asks);
    if (way == nullptr) {
      return fail(
          Errc::privilege,
          fmt::format("{} sends raw packets, which needs CAP_NET_RAW; run it as root, or use -PS", word.spelling));
    }
    for (const net::Port port : ports.ports()) add_once(*way, port);
    return {};
  }

  void add_once(const probe::Probe& probe, net::Port port) {
    plan::DiscoveryProbe question{std::string{probe.name}, port};
    if (std::ranges::find(plan_.discovery_probes, question) != plan_.discovery_probes.end()) return;
    plan_.discovery_probes.push_back(std::move(question));
  }

  Result<void> timing() {
    auto timing = timing_of(options_, as_nmap_);
    if (!timing) return fail(timing.error());
    plan_.timing = *timing;
    return {};
  }

  // What names them: the command line, and files.
  struct Typed {
    std::string place;  // the file, "" for the command line
    std::vector<std::string> expressions;
  };

  // Everything is read, and all look-ups have begun, before the first name is waited for.
  Result<void> words() {
    if (options_.only_v4 && options_.only_v6) {
      return usage(as_nmap_ ? "Cannot use both -4 and -6 in one scan."
                            : "-4 and -6 exclude each other; without both, all addresses are scanned");
    }
    for (const std::string& list : options_.excluded) excluded_.push_back({"--exclude", plan::split_expressions(list)});
    for (const std::string& path : options_.excluded_files) {
      if (const auto done = read(path, fmt::format("--excludefile {}", escape_terminal(path)), excluded_); !done) {
        return done;
      }
    }
    if (!options_.told.empty()) excluded_.push_back({"--resume", options_.told});
    // nmap reads the file alone.
    if (!as_nmap_ || options_.target_files.empty()) targets_.push_back({"", options_.targets});
    for (const std::string& path : options_.target_files) {
      if (const auto done = read(path, path == "-" ? "standard input" : path, targets_); !done) return done;
    }
    return sources_.look_up ? begin_look_ups() : Result<void>{};
  }

  Result<void> read(const std::string& path, std::string place, std::vector<Typed>& list) {
    const auto text = sources_.read(path);
    if (!text) return fail(text.error());
    list.push_back({std::move(place), target_words(*text, dialect())});
    return {};
  }

  Result<void> begin_look_ups() {
    for (const auto& [place, expressions] : excluded_) {
      for (const std::string& expression : expressions) {
        const auto parsed = read_excluded(expression);
        if (!parsed) return at(place, parsed.error());
        if (const auto* name = name_in(*parsed)) sources_.look_up(name->name);
      }
    }
    for (const auto& [place, expressions] : targets_) {
      for (const std::string& expression : expressions) {
        const auto parsed = read(usable(expression));
        if (!parsed) {
          if (stops_the_scan(parsed.error().code)) return wrong_target(parsed.error(), place);
          continue;
        }
        const auto* name = name_in(*parsed);
        if (name == nullptr) continue;
        sources_.look_up(name->name);
        if (!name->length) plain_names_.insert(name->name);
      }
    }
    return {};
  }

  Result<void> exclusions() {
    // Both families and every address of a name: leaving out too much is the safe mistake, and a
    // name that cannot be looked up must not end in its host being scanned.
    for (const auto& [place, expressions] : excluded_) {
      for (const std::string& expression : expressions) {
        if (const auto parsed = read_excluded(expression); !parsed) return at(place, parsed.error());
        const auto done = plan_.targets.exclude(expression, {}, sources_.resolve, sources_.zone_of);
        if (!done) return at(place, done.error());
      }
    }
    return {};
  }

  [[nodiscard]] Result<plan::TargetExpression> read(const std::string& expression) const {
    return read_target(expression, dialect(), sources_.zone_of);
  }
  [[nodiscard]] Result<plan::TargetExpression> read_excluded(const std::string& expression) const {
    return read_exclusion(expression, dialect(), sources_.zone_of);
  }

  // Whether a scan may begin without it. A list has the order that was typed, and what is wrong with name/24 stops a
  // scan before it starts: those wait.
  [[nodiscard]] bool is_late(const std::string& expression) const {
    if (!sources_.is_late || plan_.depth == plan::ScanDepth::list) return false;
    return plain_names_.contains(expression) && sources_.is_late(expression);
  }

  // There is nothing that could begin without it.
  Result<void> wait_for_the_only_one() {
    if (prepared_.late.size() != 1 || is_any_left() || !prepared_.left_out.empty()) return {};
    const run::LateName only = std::exchange(prepared_.late, {}).front();
    return add_known(only.name, only.place);
  }

  Result<void> targets() {
    for (const auto& [place, expressions] : targets_) {
      for (const std::string& expression : expressions) {
        if (const auto done = add(expression, place); !done) return fail(done.error());
      }
    }
    if (const auto done = wait_for_the_only_one(); !done) return fail(done.error());
    if (const auto done = add_neighbours(); !done) return fail(done.error());
    if (const auto done = check_discovery_fits(); !done) return fail(done.error());
    if (as_nmap_ || !prepared_.late.empty()) return {};
    if (!plan_.targets.empty()) return check_some_left();
    if (!prepared_.left_out.empty()) {
      return fail(Errc::unresolved, fmt::format("{}; no other target is left", left_out_text()));
    }
    return usage("no targets; name hosts, addresses, prefixes (192.168.0.0/24) or ranges, or a file with -iL");
  }

  Result<void> add_neighbours() {
    if (!options_.discover_link) return {};
    if (options_.only_v4) return usage("--discover-link finds neighbours over IPv6, which -4 leaves out");
    const auto found = neighbours_of_links(options_.interface, sources_);
    if (!found) return fail(found.error());
    for (const std::string& address : *found) {
      const auto done = plan_.targets.add(address, target_options(), sources_.resolve, sources_.zone_of);
      if (!done) return fail(done.error());
    }
    return {};
  }

  // Of what was named, after exclusions.
  [[nodiscard]] bool is_any_left() const { return !plan::TargetSet::Cursor{plan_.targets}.at_end(); }

  [[nodiscard]] Result<void> check_some_left() const {
    if (is_any_left() || options_.resume) return {};
    const bool by_file = options_.excluded.empty();
    const bool by_both = !by_file && !options_.excluded_files.empty();
    return usage(fmt::format("every target is excluded, so nothing is left to scan; look at {}",
                             by_both   ? "--exclude and --excludefile"
                             : by_file ? "--excludefile"
                                       : "--exclude"));
  }

  // Whether what is asked to find hosts can be put to any of them.
  [[nodiscard]] Result<void> check_discovery_fits() const {
    const bool asks = plan_.discovery != plan::DiscoveryPolicy::never && plan_.depth != plan::ScanDepth::list;
    if (!prepared_.late.empty() || options_.resume) return {};  // not known yet, or it was put to those that are done
    if (!asks || options_.discovery.empty() || !is_any_left() || plan_.targets.has_v4()) return {};
    const auto fits = [](const DiscoveryWord& word) { return word.probe->has_ipv6; };
    if (std::ranges::any_of(options_.discovery, fits)) return {};
    return asks_nobody(*options_.discovery.front().probe);
  }

  // nmap scans one host where the prefix is too long; so does portolan under that name.
  [[nodiscard]] std::string usable(const std::string& expression) const {
    return as_nmap_ ? without_long_prefix(expression, options_.only_v6 ? 128 : 32) : expression;
  }

  Result<void> add(const std::string& typed, std::string_view file) {
    if (is_late(typed)) {
      prepared_.late.push_back({typed, std::string{file}});
      return {};
    }
    return add_known(typed, file);
  }

  Result<void> add_known(const std::string& typed, std::string_view file) {
    if (!typed.contains(':') && usable(typed) != typed) {
      notice({RemarkCode::noted, {fmt::format("Illegal netmask in \"{}\". Assuming /32 (one host)", typed)}});
    }
    const bool sends = plan_.depth != plan::ScanDepth::list;
    const auto expression = sends ? with_link(usable(typed), options_.interface, sources_) : usable(typed);
    if (!expression) return fail(expression.error());
    const auto parsed = read(*expression);
    const auto done = parsed ? plan_.targets.add(*expression, target_options(), sources_.resolve, sources_.zone_of)
                             : Result<void>{fail(parsed.error())};
    if (done) return {};
    if (stops_the_scan(done.error().code)) return wrong_target(done.error(), file);
    prepared_.left_out.push_back(run::left_out(file, typed, done.error()));
    return {};
  }

  // With its cause: a signal is one.
  static std::unexpected<Error> at(std::string_view place, Error error) {
    error.message = fmt::format("{}: {}", place, error.message);
    return fail(std::move(error));
  }

  static std::unexpected<Error> wrong_target(const Error& error, std::string_view file) {
    return file.empty() ? fail(error) : at(escape_terminal(file), error);
  }

  // Of a target that makes no sense; under the name nmap it is left out.
  [[nodiscard]] bool stops_the_scan(Errc code) const {
    if (code == Errc::unresolved) return false;
    return !as_nmap_ || code == Errc::limit || code == Errc::io;
  }

  [[nodiscard]] std::string left_out_text() const {
    std::string text;
    for (const model::Remark& remark : prepared_.left_out) {
      if (!text.empty()) text += "; ";
      text += escape_terminal(report::remark_text(remark, Dialect::portolan));
    }
    return text;
  }

  [[nodiscard]] plan::TargetOptions target_options() const {
    using Options = plan::TargetOptions;
    Options options;
    if (options_.only_v6) {
      options.families = Options::Families::v6;
    } else if (options_.only_v4 || as_nmap_) {
      options.families = Options::Families::v4;
    }
    if (as_nmap_ && !options_.all_addresses) options.addresses = Options::Addresses::first;
    return options;
  }

  [[nodiscard]] Dialect dialect() const { return as_nmap_ ? Dialect::nmap : Dialect::portolan; }
  void notice(model::Remark remark) { prepared_.notices.push_back(std::move(remark)); }

  const ScanOptions& options_;
  bool as_nmap_;
  const PlanSources& sources_;
  PreparedScan& prepared_;
  plan::Plan& plan_ = prepared_.plan;
  std::vector<const probe::Probe*> techniques_;
  std::vector<Typed> excluded_;
  std::vector<Typed> targets_;
  bool leaves_out_ = false;                      // questions about hosts that only raw packets can put
  std::unordered_set<std::string> plain_names_;  // those among the targets that have no prefix length
};

}  // namespace

Result<void> prepare_scan(const ScanOptions& options, Dialect dialect, const PlanSources& sources,
                          PreparedScan& prepared) {
  return Preparation{options, dialect, sources, prepared}.run();
}

}  // namespace portolan::cli
