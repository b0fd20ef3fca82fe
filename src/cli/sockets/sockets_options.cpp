#include "cli/sockets/sockets_options.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/option_actions.h"
#include "report/sockets/socket_list.h"

namespace portolan::cli {
namespace {

using sockets::SocketKind;
using Options = SocketsOptions;

constexpr std::string_view which = "Which sockets";
constexpr std::string_view shown = "What is shown of them";
constexpr std::string_view format = "How";
constexpr std::string_view where = "Where and when";
constexpr std::string_view rest = "The rest";

constexpr auto with_value = Argument::required;

// All types of a kind, also where some were asked for before.
void add_kind(Options& options, SocketKind kind) {
  if (std::ranges::find(options.protocols, kind) == options.protocols.end()) options.protocols.push_back(kind);
  options.types.erase(kind);
}

template <SocketKind... Some>
Result<void> protocols(Options& options, const Given& /*given*/) {
  (add_kind(options, Some), ...);
  return {};
}

Result<void> all(Options& options, const Given& /*given*/) {
  options.listening = options.connected = false;
  return {};
}

// What ss calls them, beside the names of protocols; type 0: all of the kind.
struct Choice {
  SocketKind kind;
  std::uint8_t type = 0;
};
struct Name {
  std::string_view name;
  std::array<std::optional<Choice>, 4> choices;
};
constexpr std::uint8_t stream = 1;  // SOCK_STREAM ...
constexpr std::uint8_t datagram = 2;
constexpr std::uint8_t raw = 3;
constexpr std::uint8_t packets = 5;  // SOCK_SEQPACKET
constexpr std::array<Name, 16> groups{{
    {"inet", {Choice{SocketKind::tcp}, Choice{SocketKind::udp}, Choice{SocketKind::raw}, Choice{SocketKind::icmp}}},
    {"link", {Choice{SocketKind::packet}}},
    {"p_raw", {Choice{SocketKind::packet, raw}}},
    {"packet_raw", {Choice{SocketKind::packet, raw}}},
    {"p_dgr", {Choice{SocketKind::packet, datagram}}},
    {"packet_dgram", {Choice{SocketKind::packet, datagram}}},
    {"u_str", {Choice{SocketKind::unix_domain, stream}}},
    {"unix_stream", {Choice{SocketKind::unix_domain, stream}}},
    {"u_dgr", {Choice{SocketKind::unix_domain, datagram}}},
    {"unix_dgram", {Choice{SocketKind::unix_domain, datagram}}},
    {"u_seq", {Choice{SocketKind::unix_domain, packets}}},
    {"unix_seqpacket", {Choice{SocketKind::unix_domain, packets}}},
    {"v_str", {Choice{SocketKind::vsock, stream}}},
    {"vsock_stream", {Choice{SocketKind::vsock, stream}}},
    {"v_dgr", {Choice{SocketKind::vsock, datagram}}},
    {"vsock_dgram", {Choice{SocketKind::vsock, datagram}}},
}};

// The types that sockets of a kind can have, where they can be chosen.
std::vector<std::uint8_t> types_of(SocketKind kind) {
  if (kind == SocketKind::unix_domain) return {stream, datagram, packets};
  if (kind == SocketKind::packet) return {datagram, raw};
  if (kind == SocketKind::vsock) return {stream, datagram, packets};
  return {};
}

void add_kind_of_types(Options& options, const Choice& choice) {
  std::vector<std::uint8_t> types = options.types[choice.kind];
  add_kind(options, choice.kind);
  if (std::ranges::find(types, choice.type) == types.end()) types.push_back(choice.type);
  options.types[choice.kind] = std::move(types);
}

void add_choice(Options& options, const Choice& choice) {
  if (choice.type == 0) return add_kind(options, choice.kind);
  const bool whole_already = std::ranges::find(options.protocols, choice.kind) != options.protocols.end() &&
                             !options.types.contains(choice.kind);
  if (whole_already) return;
  add_kind_of_types(options, choice);
}

void remove_choice(Options& options, const Choice& choice) {
  if (choice.type != 0) {
    auto& types = options.types.try_emplace(choice.kind, types_of(choice.kind)).first->second;
    std::erase(types, choice.type);
    if (!types.empty()) return;
  }
  options.types.erase(choice.kind);
  std::erase(options.protocols, choice.kind);
}

// "tcp, mptcp, ..., vsock, ": every kind that the kernel has a list of.
std::string names_of_kinds() {
  std::string names;
  for (std::size_t i = 0; i < sockets::socket_kind_count; ++i) {
    const auto kind = static_cast<SocketKind>(i);
    if (kind != SocketKind::other) append(names, "{}, ", sockets::name_of(kind));
  }
  return names;
}

// The choices of a name; none where it is unknown.
std::vector<Choice> choices_of(std::string_view name) {
  std::vector<Choice> choices;
  if (name == "all") {
    for (std::size_t i = 0; i < sockets::socket_kind_count; ++i) {
      if (const auto kind = static_cast<SocketKind>(i); kind != SocketKind::other) choices.push_back({kind});
    }
  }
  if (const auto protocol = sockets::kind_of(name); protocol && *protocol != SocketKind::other) {
    choices.push_back({*protocol});
  }
  for (const Name& group : groups) {
    if (group.name != name) continue;
    for (const auto& choice : group.choices) {
      if (choice) choices.push_back(*choice);
    }
  }
  return choices;
}

// "!unix" takes away from what was named before it, or from everything where nothing was.
Result<void> add_named(Options& options, std::string_view option, std::string_view name) {
  const bool taken_away = name.starts_with('!');
  if (taken_away) name.remove_prefix(1);
  if (name == "all" && !taken_away) {
    options.protocols.clear();
    options.types.clear();
    options.all_but = false;
    return {};
  }
  const std::vector<Choice> choices = choices_of(name);
  if (choices.empty()) {
    return fail(Errc::parse,
                fmt::format("{}: '{}' is no kind of socket; there are {}inet, unix_stream and the like, and all",
                            option, escape_terminal(name), names_of_kinds()));
  }
  if (taken_away && options.protocols.empty()) {
    options.all_but = true;
    for (const Choice& choice : choices_of("all")) add_kind(options, choice.kind);
  }
  for (const Choice& choice : choices) taken_away ? remove_choice(options, choice) : add_choice(options, choice);
  if (options.protocols.empty()) return fail(Errc::usage, fmt::format("{}: no kind of socket is left", option));
  return {};
}

Result<void> query(Options& options, const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  std::string_view list = *given.value;
  for (;;) {
    const std::size_t comma = list.find(',');
    if (const auto done = add_named(options, given.spelling, list.substr(0, comma)); !done) return done;
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

Result<void> family(Options& options, const Given& given) {
  const std::string& name = *given.value;
  if (name == "inet") return options.only_v4 = true, Result<void>{};
  if (name == "inet6") return options.only_v6 = true, Result<void>{};
  if (name == "unix" || name == "netlink" || name == "vsock" || name == "link") {
    return add_named(options, given.spelling, name);
  }
  return fail(Errc::parse, fmt::format("{}: '{}' is no family; there are inet, inet6, unix, link, netlink and vsock",
                                       given.spelling, escape_terminal(name)));
}

Result<void> owner_method(Options& options, const Given& given) {
  const std::string& name = *given.value;
  if (name == "auto") return options.owner_method = os::OwnerMethod::automatic, Result<void>{};
  if (name == "proc") return options.owner_method = os::OwnerMethod::proc, Result<void>{};
  if (name == "bpf") return options.owner_method = os::OwnerMethod::bpf, Result<void>{};
  return fail(Errc::parse,
              fmt::format("{}: there are auto, proc and bpf, but not '{}'", given.spelling, escape_terminal(name)));
}

template <std::size_t Format>
Result<void> in_format(Options& options, const Given& /*given*/) {
  constexpr std::array<std::string_view, 2> names{"json", "csv"};
  if (options.format == names[1 - Format]) {
    return fail(Errc::usage, "--json and --csv exclude each other; without either there is a table");
  }
  options.format = names[Format];
  return {};
}

Result<void> watch(Options& options, const Given& given) {
  options.watch = true;
  if (!given.value || given.value->empty()) return {};
  const auto interval = parse_duration(given.spelling, *given.value);
  if (!interval) return fail(interval.error());
  if (*interval < std::chrono::milliseconds{10}) {
    return fail(Errc::usage,
                fmt::format("{}: '{}' is too short; the least is 10ms", given.spelling, escape_terminal(*given.value)));
  }
  options.interval = *interval;
  return {};
}

Result<void> repeat(Options& /*options*/, const Given& given) {
  return fail(Errc::usage, fmt::format("{} is netstat's: portolan netstat -c repeats whole lists, and --watch shows "
                                       "what changes",
                                       given.spelling));
}

Result<void> nothing(Options& /*options*/, const Given& /*given*/) { return {}; }

Result<void> refuse(Options& /*options*/, const Given& given) {
  const OptionSpec& option = *specs_of(sockets_option_table())[given.option];
  return fail(Errc::usage, fmt::format("{} ({}) is not built", given.spelling, option.summary));
}

using O = Option<Options>;
constexpr O missing(std::array<std::string_view, 2> names, std::string_view what, Argument argument = Argument::none) {
  return {{.spellings = {names[0], names[1]}, .argument = argument, .summary = what, .support = Support::missing},
          refuse};
}

constexpr std::array table{
    O{{.spellings = {"-l", "--listening"},
       .group = which,
       .summary = "only those that wait for connections, and UDP "
                  "sockets bound to a port"},
      set<&Options::listening>},
    O{{.spellings = {"--connected"}, .group = which, .summary = "only those with another end"},
      set<&Options::connected>},
    O{{.spellings = {"-a", "--all"}, .group = which, .summary = "both; the default"}, all},
    O{{.spellings = {"-t", "--tcp"}, .group = which, .summary = "TCP"}, protocols<SocketKind::tcp>},
    O{{.spellings = {"-u", "--udp"}, .group = which, .summary = "UDP"}, protocols<SocketKind::udp>},
    O{{.spellings = {"-x", "--unix"}, .group = which, .summary = "UNIX; with path, file, mode and owner"},
      protocols<SocketKind::unix_domain>},
    O{{.spellings = {"-w", "--raw"}, .group = which, .summary = "raw IP, and ICMP (ping)"},
      protocols<SocketKind::raw, SocketKind::icmp>},
    O{{.spellings = {"-S", "--sctp"}, .group = which, .summary = "SCTP"}, protocols<SocketKind::sctp>},
    O{{.spellings = {"-d", "--dccp"}, .group = which, .summary = "DCCP"}, protocols<SocketKind::dccp>},
    O{{.spellings = {"-M", "--mptcp"}, .group = which, .summary = "Multipath TCP"}, protocols<SocketKind::mptcp>},
    O{{.spellings = {"-U", "--udplite"}, .group = which, .summary = "UDP-Lite"}, protocols<SocketKind::udplite>},
    O{{.spellings = {"-0", "--packet"}, .group = which, .summary = "packet sockets, which see whole frames"},
      protocols<SocketKind::packet>},
    O{{.spellings = {"--netlink"}, .group = which, .summary = "netlink"}, protocols<SocketKind::netlink>},
    O{{.spellings = {"--vsock"}, .group = which, .summary = "between virtual machines and their host"},
      protocols<SocketKind::vsock>},
    O{{.spellings = {"-A", "--query", "--socket"},
       .argument = with_value,
       .value = "<kinds>",
       .group = which,
       .summary = "kinds by name, with commas: tcp,unix or inet, u_dgr, !netlink, or all"},
      query},
    O{{.spellings = {"-4", "--ipv4"}, .group = which, .summary = "only IPv4"}, set<&Options::only_v4>},
    O{{.spellings = {"-6", "--ipv6"}, .group = which, .summary = "only IPv6"}, set<&Options::only_v6>},
    O{{.spellings = {"-f", "--family"},
       .argument = with_value,
       .value = "<family>",
       .group = which,
       .summary = "inet, inet6, unix, link, netlink or vsock"},
      family},
    O{{.spellings = {"-F", "--filter"},
       .argument = with_value,
       .value = "<file>",
       .group = which,
       .summary = "read the filter from a file; - is standard input"},
      text<&Options::filter_file>},

    O{{.spellings = {"-p", "--processes"}, .group = shown, .summary = "the processes that hold it; the default"},
      set<&Options::owners>},
    O{{.spellings = {"--no-owners"}, .group = shown, .summary = "leave the processes out, which is faster"},
      clear<&Options::owners>},
    O{{.spellings = {"-e", "--extended"},
       .group = shown,
       .summary = "inode, unit, container and network namespace too"},
      set<&Options::extended>},
    O{{.spellings = {"-i", "--tcp-info", "--info"},
       .group = shown,
       .summary = "what TCP has measured: round trip, window, retransmits, bytes, congestion control"},
      set<&Options::tcp_info>},
    O{{.spellings = {"-m", "--memory"}, .group = shown, .summary = "memory of its buffers"}, set<&Options::memory>},
    O{{.spellings = {"-o", "--timers"}, .group = shown, .summary = "the timer that runs, and when it fires"},
      set<&Options::timers>},
    O{{.spellings = {"--options"}, .group = shown, .summary = "options: mark, type of service, control group, ..."},
      set<&Options::options>},
    O{{.spellings = {"--columns"},
       .argument = with_value,
       .value = "<list>",
       .group = shown,
       .summary = "these columns; +name adds one to the default, all is all"},
      text<&Options::columns>},
    O{{.spellings = {"--sort"},
       .argument = with_value,
       .value = "<column>",
       .group = shown,
       .summary = "in the order of a column; -name backwards"},
      text<&Options::sort>},
    O{{.spellings = {"-r", "--resolve"}, .group = shown, .summary = "names for addresses and ports; asks name servers"},
      set<&Options::resolve>},
    O{{.spellings = {"-n", "--numeric"}, .group = shown, .summary = "numbers; the default"}, clear<&Options::resolve>},
    O{{.spellings = {"-s", "--summary"}, .group = shown, .summary = "only how many there are of each kind and state"},
      set<&Options::summary>},

    O{{.spellings = {"--json"}, .group = format, .summary = "one object a line (docs/sockets-json.md)"}, in_format<0>},
    O{{.spellings = {"--csv"}, .group = format, .summary = "comma-separated values (RFC 4180)"}, in_format<1>},
    O{{.spellings = {"-W", "--wide"}, .group = format, .summary = "do not cut lines at the edge of a terminal"},
      set<&Options::wide>},
    O{{.spellings = {"-H", "--no-header"}, .group = format, .summary = "no heading"}, clear<&Options::heading>},
    O{{.spellings = {"-O", "--oneline"}, .group = format, .summary = "a line a socket, as it always is"}, nothing},

    O{{.spellings = {"-N", "--net"},
       .argument = with_value,
       .value = "<namespace>",
       .group = where,
       .summary = "of another network namespace: its name, its inode or a path"},
      text<&Options::network_namespace>},
    O{{.spellings = {"--all-namespaces"}, .group = where, .summary = "of all network namespaces at once"},
      set<&Options::all_namespaces>},
    O{{.spellings = {"--watch", "-E", "--events"},
       .argument = Argument::attached,
       .value = "<time>",
       .group = where,
       .summary = "go on and show what opens, closes and changes; --watch=5s looks every five seconds"},
      watch},
    O{{.spellings = {"-c", "--continuous"}, .support = Support::unlisted}, repeat},

    O{{.spellings = {"--owner-method"},
       .argument = with_value,
       .value = "<method>",
       .group = rest,
       .summary = "how processes are found: auto, proc (reads /proc) or bpf (an iterator in the kernel)"},
      owner_method},
    O{{.spellings = {"-h", "--help"}, .group = rest, .summary = "this text"}, set<&Options::help>},
    O{{.spellings = {"-V", "--version"}, .group = rest, .summary = "the version"}, set<&Options::version>},

    // What ss has besides.
    missing({"-K", "--kill"}, "closing sockets"),
    missing({"-b", "--bpf"}, "the classic BPF filters of sockets"),
    missing({"-D", "--diag"}, "raw answers of the kernel in a file", with_value),
    missing({"-Z", "--context"}, "security contexts of processes"),
    missing({"-z", "--contexts"}, "security contexts of processes and sockets"),
    missing({"-T", "--threads"}, "the threads that hold a socket"),
    missing({"-B", "--bound-inactive"}, "TCP sockets that are bound and do not listen"),
    missing({"--tos"}, "types of service; --options shows them"),
    missing({"--cgroup"}, "control groups; --options shows them"),
    missing({"--inet-sockopt"}, "options of IP sockets; --options shows some"),
    missing({"--tipc"}, "TIPC sockets"),
    missing({"--tipcinfo"}, "what TIPC has measured"),
    missing({"--xdp"}, "XDP sockets"),
};

Result<void> check(const Options& options) {
  if (options.listening && options.connected) {
    return fail(Errc::usage, "--listening and --connected exclude each other; without either all are shown");
  }
  if (options.all_namespaces && !options.network_namespace.empty()) {
    return fail(Errc::usage, "--all-namespaces and --net exclude each other");
  }
  if (!options.filter_file.empty() && !options.expression.empty()) {
    return fail(Errc::usage, "a filter on the command line and -F exclude each other");
  }
  if (options.watch && (options.summary || !options.sort.empty())) {
    return fail(Errc::usage, "--watch shows changes as they come, which --summary and --sort cannot");
  }
  if (options.summary && options.format == "csv") return fail(Errc::usage, "--summary is a table or --json, not --csv");
  if (!options.owners && options.owner_method) {
    return fail(Errc::usage, "--owner-method says how to find what --no-owners leaves out");
  }
  return {};
}

}  // namespace

std::span<const Option<SocketsOptions>> sockets_option_table() { return table; }

Result<SocketsOptions> parse_sockets_options(std::span<const std::string> options) {
  const auto arguments = parse_arguments(specs_of(sockets_option_table()), options, Dashes::two);
  if (!arguments) return fail(arguments.error());
  SocketsOptions result;
  for (const Given& given : arguments->options) {
    if (const auto done = table[given.option].apply(result, given); !done) return fail(done.error());
    if (result.help || result.version) return result;
  }
  result.expression = arguments->operands;
  if (const auto done = check(result); !done) return fail(done.error());
  return result;
}

}  // namespace portolan::cli
