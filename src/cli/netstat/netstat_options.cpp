#include "cli/netstat/netstat_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/arguments.h"
#include "cli/option_actions.h"

namespace portolan::cli {
namespace {

using Options = NetstatOptions;

constexpr std::string_view views = "Views (without one: sockets)";
constexpr std::string_view which = "Which sockets";
constexpr std::string_view families = "Which families";
constexpr std::string_view shown = "What is shown of them";
constexpr std::string_view names = "Numbers instead of names";
constexpr std::string_view rest = "The rest";

// What -A knows, and what net-tools calls families that the kernel once had in its message about them.
struct FamilyWord {
  std::string_view name;
  bool Options::* member;
  std::string_view missing;
};
constexpr std::array<FamilyWord, 16> family_words{{
    {"inet", &Options::inet, ""},
    {"ip", &Options::inet, ""},
    {"tcpip", &Options::inet, ""},
    {"inet6", &Options::inet6, ""},
    {"ip6", &Options::inet6, ""},
    {"unix", &Options::unix_domain, ""},
    {"ax25", nullptr, "AX25"},
    {"ipx", nullptr, "IPX"},
    {"netrom", nullptr, "NETROM"},
    {"x25", nullptr, "X25"},
    {"rose", nullptr, "ROSE"},
    {"ddp", nullptr, "DDP"},
    {"appletalk", nullptr, "DDP"},
    {"ash", nullptr, "ASH"},
    {"econet", nullptr, "ECONET"},
    {"bluetooth", nullptr, "BLUETOOTH"},
}};

void miss(Options& options, std::string_view family) {
  if (std::ranges::find(options.missing, family) == options.missing.end()) options.missing.emplace_back(family);
}

Result<void> add_family(Options& options, std::string_view name) {
  const auto* const known = std::ranges::find(family_words, name, &FamilyWord::name);
  if (known == family_words.end()) {
    return fail(Errc::unsupported,
                fmt::format("unknown address family '{}'; there are inet, inet6 and unix", escape_terminal(name)));
  }
  if (known->member != nullptr) {
    options.*known->member = true;
  } else {
    miss(options, known->missing);
  }
  return {};
}

Result<void> family_list(Options& options, const Given& given) {
  for (std::string_view list = *given.value;;) {
    const std::size_t comma = list.find(',');
    if (const auto done = add_family(options, list.substr(0, comma)); !done) return done;
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

template <const std::string_view& Family>
Result<void> without(Options& options, const Given& /*given*/) {
  miss(options, Family);
  return {};
}
constexpr std::string_view ax25 = "AX25";
constexpr std::string_view ipx = "IPX";
constexpr std::string_view netrom = "NETROM";
constexpr std::string_view x25 = "X25";
constexpr std::string_view rose = "ROSE";
constexpr std::string_view appletalk = "DDP";
constexpr std::string_view bluetooth = "BLUETOOTH";

Result<void> nothing(Options& /*options*/, const Given& /*given*/) { return {}; }

using O = Option<Options>;
constexpr auto with_value = Argument::required;
constexpr auto unlisted = Support::unlisted;

constexpr std::array table{
    O{{.spellings = {"-r", "--route"}, .group = views, .summary = "routes"}, set<&Options::routes>},
    O{{.spellings = {"-i", "--interfaces"}, .group = views, .summary = "interfaces; with -e as ifconfig shows them"},
      set<&Options::interfaces>},
    O{{.spellings = {"-g", "--groups"}, .group = views, .summary = "multicast groups"}, set<&Options::groups>},
    O{{.spellings = {"-s", "--statistics"}, .group = views, .summary = "counters, of each protocol"},
      set<&Options::statistics>},
    O{{.spellings = {"-M", "--masquerade"}, .group = views, .summary = "translated connections"},
      set<&Options::masquerade>},

    O{{.spellings = {"-a", "--all"}, .group = which, .summary = "listening and connected ones (without: connected)"},
      set<&Options::all>},
    O{{.spellings = {"-l", "--listening"}, .group = which, .summary = "listening ones only"}, set<&Options::listening>},
    O{{.spellings = {"-t", "--tcp"}, .group = which, .summary = "TCP"}, set<&Options::tcp>},
    O{{.spellings = {"-u", "--udp"}, .group = which, .summary = "UDP"}, set<&Options::udp>},
    O{{.spellings = {"-U", "--udplite"}, .group = which, .summary = "UDP-Lite"}, set<&Options::udplite>},
    O{{.spellings = {"-S", "--sctp"}, .group = which, .summary = "SCTP"}, set<&Options::sctp>},
    O{{.spellings = {"-w", "--raw"}, .group = which, .summary = "raw sockets"}, set<&Options::raw>},
    O{{.spellings = {"-x", "--unix"}, .group = which, .summary = "UNIX sockets"}, set<&Options::unix_domain>},

    O{{.spellings = {"-4", "--inet", "--ip", "--tcpip"}, .group = families, .summary = "IPv4"}, set<&Options::inet>},
    O{{.spellings = {"-6", "--inet6"}, .group = families, .summary = "IPv6"}, set<&Options::inet6>},
    O{{.spellings = {"-A", "--protocol"},
       .argument = with_value,
       .value = "<families>",
       .group = families,
       .summary = "inet, inet6, unix, with commas between them"},
      family_list},
    O{{.spellings = {"--ax25"}, .support = unlisted}, without<ax25>},
    O{{.spellings = {"--ipx"}, .support = unlisted}, without<ipx>},
    O{{.spellings = {"--netrom"}, .support = unlisted}, without<netrom>},
    O{{.spellings = {"--x25"}, .support = unlisted}, without<x25>},
    O{{.spellings = {"--rose"}, .support = unlisted}, without<rose>},
    O{{.spellings = {"--ddp", "--appletalk"}, .support = unlisted}, without<appletalk>},
    O{{.spellings = {"--bluetooth", "-2", "--l2cap", "-f", "--rfcomm"}, .support = unlisted}, without<bluetooth>},

    O{{.spellings = {"-p", "--programs"}, .group = shown, .summary = "who holds the socket"}, set<&Options::programs>},
    O{{.spellings = {"-e", "--extend"}, .group = shown, .summary = "more: user and inode; -ee for the most"},
      once_more<&Options::extended>},
    O{{.spellings = {"-o", "--timers"}, .group = shown, .summary = "timers"}, set<&Options::timers>},
    O{{.spellings = {"-W", "--wide"}, .group = shown, .summary = "addresses uncut at a terminal too"},
      set<&Options::wide>},
    O{{.spellings = {"-v", "--verbose"}, .group = shown, .summary = "say what this kernel does not have"},
      set<&Options::verbose>},
    O{{.spellings = {"-Z", "--context"}, .support = unlisted}, set<&Options::contexts>},

    O{{.spellings = {"-n", "--numeric"}, .group = names, .summary = "of hosts, ports and users"},
      set<&Options::numeric>},
    O{{.spellings = {"--numeric-hosts"}, .group = names, .summary = "of hosts"}, set<&Options::numeric_hosts>},
    O{{.spellings = {"--numeric-ports"}, .group = names, .summary = "of ports"}, set<&Options::numeric_ports>},
    O{{.spellings = {"--numeric-users"}, .group = names, .summary = "of users"}, set<&Options::numeric_users>},
    O{{.spellings = {"-N", "--symbolic"}, .support = unlisted}, set<&Options::symbolic>},

    O{{.spellings = {"-F", "--fib"}, .group = rest, .summary = "with -r: the kernel's table (default)"},
      set<&Options::fib>},
    O{{.spellings = {"-C", "--cache"}, .group = rest, .summary = "with -r: the cache of routes"}, set<&Options::cache>},
    O{{.spellings = {"-c", "--continuous"}, .group = rest, .summary = "again every second, until interrupted"},
      set<&Options::continuous>},
    // net-tools takes it and does nothing.
    O{{.spellings = {"-d"}, .support = unlisted}, nothing},
    O{{.spellings = {"-h", "--help", "-?"}, .group = rest, .summary = "this text"}, set<&Options::help>},
    O{{.spellings = {"-V", "--version"}, .group = rest, .summary = "the version"}, set<&Options::version>},
};

Result<void> check(const Options& options) {
  const int exclusive =
      int{options.routes} + int{options.interfaces} + int{options.statistics} + int{options.masquerade};
  if (exclusive > 1) return fail(Errc::usage, "of -r, -i, -s and -M only one can be shown at a time");
  return {};
}

}  // namespace

std::span<const Option<NetstatOptions>> netstat_option_table() { return table; }

Result<NetstatOptions> parse_netstat_options(std::span<const std::string> options) {
  const auto arguments = parse_arguments(specs_of(netstat_option_table()), options, Dashes::two);
  if (!arguments) return fail(arguments.error());
  Options result;
  for (const Given& given : arguments->options) {
    if (const auto done = table[given.option].apply(result, given); !done) return fail(done.error());
    if (result.help || result.version) return result;
  }
  result.operands = arguments->operands;
  if (const auto done = check(result); !done) return fail(done.error());
  return result;
}

}  // namespace portolan::cli
