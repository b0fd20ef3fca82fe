#include "cli/netstat/netstat_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/arguments.h"
#include "cli/option_actions.h"

namespace portolan::cli {
namespace {

using Words = NetstatOptions;

constexpr std::string_view views = "Views (without one: sockets)";
constexpr std::string_view which = "Which sockets";
constexpr std::string_view families = "Which families";
constexpr std::string_view shown = "What is shown of them";
constexpr std::string_view names = "Numbers instead of names";
constexpr std::string_view rest = "The rest";

// What -A knows, and what net-tools calls families that the kernel once had in its message about them.
struct FamilyWord {
  std::string_view name;
  bool Words::* member;
  std::string_view missing;
};
constexpr std::array<FamilyWord, 16> family_words{{
    {"inet", &Words::inet, ""},
    {"ip", &Words::inet, ""},
    {"tcpip", &Words::inet, ""},
    {"inet6", &Words::inet6, ""},
    {"ip6", &Words::inet6, ""},
    {"unix", &Words::unix_domain, ""},
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

void miss(Words& words, std::string_view family) {
  if (std::ranges::find(words.missing, family) == words.missing.end()) words.missing.emplace_back(family);
}

Result<void> add_family(Words& words, std::string_view name) {
  const auto* const known = std::ranges::find(family_words, name, &FamilyWord::name);
  if (known == family_words.end()) {
    return fail(Errc::unsupported,
                fmt::format("unknown address family '{}'; there are inet, inet6 and unix", escape_terminal(name)));
  }
  if (known->member != nullptr) {
    words.*known->member = true;
  } else {
    miss(words, known->missing);
  }
  return {};
}

Result<void> family_list(Words& words, const Given& given) {
  for (std::string_view list = *given.value;;) {
    const std::size_t comma = list.find(',');
    if (const auto done = add_family(words, list.substr(0, comma)); !done) return done;
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 1);
  }
}

template <const std::string_view& Family>
Result<void> without(Words& words, const Given& /*given*/) {
  miss(words, Family);
  return {};
}
constexpr std::string_view ax25 = "AX25";
constexpr std::string_view ipx = "IPX";
constexpr std::string_view netrom = "NETROM";
constexpr std::string_view x25 = "X25";
constexpr std::string_view rose = "ROSE";
constexpr std::string_view appletalk = "DDP";
constexpr std::string_view bluetooth = "BLUETOOTH";

Result<void> nothing(Words& /*words*/, const Given& /*given*/) { return {}; }

using O = Option<Words>;
constexpr auto with_value = Argument::required;
constexpr auto unlisted = Support::unlisted;

constexpr std::array table{
    O{{.spellings = {"-r", "--route"}, .group = views, .summary = "routes"}, set<&Words::routes>},
    O{{.spellings = {"-i", "--interfaces"}, .group = views, .summary = "interfaces; with -e as ifconfig shows them"},
      set<&Words::interfaces>},
    O{{.spellings = {"-g", "--groups"}, .group = views, .summary = "multicast groups"}, set<&Words::groups>},
    O{{.spellings = {"-s", "--statistics"}, .group = views, .summary = "counters, of each protocol"},
      set<&Words::statistics>},
    O{{.spellings = {"-M", "--masquerade"}, .group = views, .summary = "translated connections"},
      set<&Words::masquerade>},

    O{{.spellings = {"-a", "--all"}, .group = which, .summary = "listening and connected ones (without: connected)"},
      set<&Words::all>},
    O{{.spellings = {"-l", "--listening"}, .group = which, .summary = "listening ones only"}, set<&Words::listening>},
    O{{.spellings = {"-t", "--tcp"}, .group = which, .summary = "TCP"}, set<&Words::tcp>},
    O{{.spellings = {"-u", "--udp"}, .group = which, .summary = "UDP"}, set<&Words::udp>},
    O{{.spellings = {"-U", "--udplite"}, .group = which, .summary = "UDP-Lite"}, set<&Words::udplite>},
    O{{.spellings = {"-S", "--sctp"}, .group = which, .summary = "SCTP"}, set<&Words::sctp>},
    O{{.spellings = {"-w", "--raw"}, .group = which, .summary = "raw sockets"}, set<&Words::raw>},
    O{{.spellings = {"-x", "--unix"}, .group = which, .summary = "UNIX sockets"}, set<&Words::unix_domain>},

    O{{.spellings = {"-4", "--inet", "--ip", "--tcpip"}, .group = families, .summary = "IPv4"}, set<&Words::inet>},
    O{{.spellings = {"-6", "--inet6"}, .group = families, .summary = "IPv6"}, set<&Words::inet6>},
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

    O{{.spellings = {"-p", "--programs"}, .group = shown, .summary = "who holds the socket"}, set<&Words::programs>},
    O{{.spellings = {"-e", "--extend"}, .group = shown, .summary = "more: user and inode; -ee for the most"},
      once_more<&Words::extended>},
    O{{.spellings = {"-o", "--timers"}, .group = shown, .summary = "timers"}, set<&Words::timers>},
    O{{.spellings = {"-W", "--wide"}, .group = shown, .summary = "addresses uncut at a terminal too"},
      set<&Words::wide>},
    O{{.spellings = {"-v", "--verbose"}, .group = shown, .summary = "say what this kernel does not have"},
      set<&Words::verbose>},
    O{{.spellings = {"-Z", "--context"}, .support = unlisted}, set<&Words::contexts>},

    O{{.spellings = {"-n", "--numeric"}, .group = names, .summary = "of hosts, ports and users"}, set<&Words::numeric>},
    O{{.spellings = {"--numeric-hosts"}, .group = names, .summary = "of hosts"}, set<&Words::numeric_hosts>},
    O{{.spellings = {"--numeric-ports"}, .group = names, .summary = "of ports"}, set<&Words::numeric_ports>},
    O{{.spellings = {"--numeric-users"}, .group = names, .summary = "of users"}, set<&Words::numeric_users>},
    O{{.spellings = {"-N", "--symbolic"}, .support = unlisted}, set<&Words::symbolic>},

    O{{.spellings = {"-F", "--fib"}, .group = rest, .summary = "with -r: the kernel's table (default)"},
      set<&Words::fib>},
    O{{.spellings = {"-C", "--cache"}, .group = rest, .summary = "with -r: the cache of routes"}, set<&Words::cache>},
    O{{.spellings = {"-c", "--continuous"}, .group = rest, .summary = "again every second, until interrupted"},
      set<&Words::continuous>},
    // net-tools takes it and does nothing.
    O{{.spellings = {"-d"}, .support = unlisted}, nothing},
    O{{.spellings = {"-h", "--help", "-?"}, .group = rest, .summary = "this text"}, set<&Words::help>},
    O{{.spellings = {"-V", "--version"}, .group = rest, .summary = "the version"}, set<&Words::version>},
};

Result<void> check(const Words& words) {
  const int exclusive = int{words.routes} + int{words.interfaces} + int{words.statistics} + int{words.masquerade};
  if (exclusive > 1) return fail(Errc::usage, "of -r, -i, -s and -M only one can be shown at a time");
  return {};
}

}  // namespace

std::span<const Option<NetstatOptions>> netstat_option_table() { return table; }

Result<NetstatOptions> parse_netstat_words(std::span<const std::string> words) {
  const auto arguments = parse_arguments(specs_of(netstat_option_table()), words, Dashes::two);
  if (!arguments) return fail(arguments.error());
  Words result;
  for (const Given& given : arguments->options) {
    if (const auto done = table[given.option].apply(result, given); !done) return fail(done.error());
    if (result.help || result.version) return result;
  }
  result.operands = arguments->operands;
  if (const auto done = check(result); !done) return fail(done.error());
  return result;
}

}  // namespace portolan::cli
