#include "cli/talk/talk_options.h"

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/option_actions.h"
#include "cli/place.h"
#include "os/standard_streams.h"
#include "talk/starttls.h"

namespace portolan::cli {
namespace {

using Families = plan::TargetOptions::Families;
using Entry = Option<TalkOptions>;

constexpr std::string_view way = "How it is reached";
constexpr std::string_view secrecy = "TLS";
constexpr std::string_view bytes = "What is sent and shown";
constexpr std::string_view rest = "The rest";

constexpr Duration patience_by_stream = std::chrono::seconds{10};
constexpr Duration patience_by_datagrams = std::chrono::seconds{2};

std::vector<std::string_view> names_of_starttls() {
  std::vector<std::string_view> names;
  for (const talk::StartTls& protocol : talk::starttls_protocols()) names.push_back(protocol.name);
  return names;
}

const std::string& starttls_summary() {
  static const std::string summary =
      fmt::format("TLS after the words by which {} ask for it", join(names_of_starttls(), ", "));
  return summary;
}

const auto& table() {
  static const std::array entries{
      Entry{{.spellings = {"-4"}, .group = way, .summary = "the IPv4 addresses of a name"}, set<&TalkOptions::only_v4>},
      Entry{{.spellings = {"-6"}, .group = way, .summary = "the IPv6 addresses of a name"}, set<&TalkOptions::only_v6>},
      Entry{{.spellings = {"-u", "--udp"},
             .group = way,
             .summary = "each line is sent as a datagram, and each answer is shown; <host>:<port>/udp is the same"},
            set<&TalkOptions::udp>},
      Entry{{.spellings = {"-w", "--timeout"},
             .argument = Argument::required,
             .value = "<time>",
             .group = way,
             .summary = "how long to wait for a connection to each address, and for TLS to begin (10s); with --udp for "
                        "answers after the end of input (2s)"},
            duration<&TalkOptions::timeout>},
      Entry{{.spellings = {"--tls"}, .group = secrecy, .summary = "TLS from the first byte"}, set<&TalkOptions::tls>},
      Entry{{.spellings = {"--starttls"},
             .argument = Argument::required,
             .value = "<protocol>",
             .group = secrecy,
             .summary = starttls_summary()},
            text<&TalkOptions::starttls>},
      Entry{{.spellings = {"--insecure"},
             .group = secrecy,
             .summary = "go on where the certificate is not to be trusted, and say so"},
            set<&TalkOptions::insecure>},
      Entry{{.spellings = {"-C", "--crlf"},
             .group = bytes,
             .summary = "send CR LF at the end of each line; without it every byte goes out as it was typed, and lines "
                        "end in LF"},
            set<&TalkOptions::crlf>},
      Entry{{.spellings = {"-x", "--hex"},
             .group = bytes,
             .summary = "show both directions as offset, hexadecimal and ASCII"},
            set<&TalkOptions::hex>},
      Entry{{.spellings = {"--record"},
             .argument = Argument::required,
             .value = "<file>",
             .group = bytes,
             .summary = "write both directions with their times into a file, an object of JSON a line (docs/talk.md)"},
            text<&TalkOptions::record>},
      Entry{
          {.spellings = {"-v", "--verbose"},
           .group = rest,
           .summary = "say on standard error who is connected, what was said before TLS, and whose certificate it is"},
          set<&TalkOptions::verbose>},
      Entry{{.spellings = {"-h", "--help"}, .group = rest, .summary = "this text"}, set<&TalkOptions::help>},
      Entry{{.spellings = {"-V", "--version"}, .group = rest, .summary = "the version"}, set<&TalkOptions::version>},
  };
  return entries;
}

std::unexpected<Error> usage(std::string message) { return fail(Errc::usage, std::move(message)); }

// What does not go together.
Result<void> check_together(const TalkOptions& options) {
  const bool has_tls = options.tls || !options.starttls.empty();
  if (options.only_v4 && options.only_v6) return usage(std::string{translated("-4 and -6 exclude each other")});
  if (options.tls && !options.starttls.empty()) {
    return usage(
        std::string{translated("--tls and --starttls exclude each other: TLS begins at once, or after a few words")});
  }
  if (options.udp && has_tls) return usage(std::string{translated("TLS goes over connections, and --udp has none")});
  if (options.insecure && !has_tls)
    return usage(std::string{translated("--insecure is about certificates; add --tls or --starttls")});
  if (os::names_standard_output(options.record)) return usage(record_is_output(options.record));
  return {};
}

Result<const talk::StartTls*> starttls_of(const std::string& name) {
  if (name.empty()) return nullptr;
  if (const talk::StartTls* protocol = talk::starttls_named(lower_case(name))) return protocol;
  const auto names = names_of_starttls();
  const auto best = closest(name, names);
  return usage(best ? said("--starttls: there is no '{0}'; did you mean {1}?", escape_terminal(name), *best)
                    : said("--starttls: '{0}' is none of {1}", escape_terminal(name), join(names, ", ")));
}

// "server 25", as telnet has it; every other place is one too many.
Result<Place> place_of_several(const std::vector<std::string>& operands, const catalog::Services& services) {
  const auto first = parse_place(operands[0]);
  const std::string second = escape_terminal(operands[1]);
  if (first && !first->port && port_named(operands[1], net::Protocol::tcp, services)) {
    return usage(said("one port is talked to at a time; '{0}' is one too many, host and port are written {1}", second,
                      at_port(first->host, operands[1])));
  }
  return usage(said("one port is talked to at a time; '{0}' is one too many", second));
}

Result<Place> place_in(const std::vector<std::string>& operands, const catalog::Services& services) {
  if (operands.empty()) return usage(std::string{translated("with whom? Name a host and a port: server.example:25")});
  if (operands.size() > 1) return place_of_several(operands, services);
  auto place = parse_place(operands.front());
  if (!place || place->port) return place;
  const std::string whole = escape_terminal(operands.front());
  if (place->with_port)
    return usage(said("nothing in '{0}' tells a port from the address; write {1}", whole, *place->with_port));
  return usage(said("'{0}' names no port; write {1}", whole, at_port(place->host, "25")));
}

}  // namespace

std::span<const Option<TalkOptions>> talk_option_table() { return table(); }

std::string record_is_output(const std::string& path) {
  return said("--record {}: standard output shows the talk; name a file", escape_terminal(path));
}

Result<TalkOptions> parse_talk_options(std::span<const std::string> words) {
  const auto arguments = parse_arguments(specs_of(talk_option_table()), words);
  if (!arguments) return fail(arguments.error());
  TalkOptions options;
  for (const Given& given : arguments->options) {
    if (const auto done = table().at(given.option).apply(options, given); !done) return fail(done.error());
  }
  options.operands = arguments->operands;
  return options;
}

Result<TalkTarget> prepare_talk(const TalkOptions& options, const catalog::Services& services) {
  const auto place = place_in(options.operands, services);
  if (!place) return fail(place.error());
  TalkOptions whole = options;
  whole.udp = options.udp || place->protocol == net::Protocol::udp;
  if (place->protocol == net::Protocol::sctp || place->protocol == net::Protocol::ip)
    return usage(std::string{translated("talks go over TCP and UDP and nothing else")});
  if (options.udp && place->protocol == net::Protocol::tcp)
    return usage(std::string{translated("--udp and /tcp exclude each other")});
  if (const auto done = check_together(whole); !done) return fail(done.error());
  const auto starttls = starttls_of(options.starttls);
  if (!starttls) return fail(starttls.error());
  const auto port = port_named(*place->port, whole.udp ? net::Protocol::udp : net::Protocol::tcp, services);
  if (!port) return fail(port.error());
  if (port->value() == 0) return usage(std::string{translated("nothing can listen on port 0")});
  TalkTarget target;
  target.host = place->host;
  target.families = options.only_v4 ? Families::v4 : options.only_v6 ? Families::v6 : Families::both;
  target.plan = {.place = options.operands.front(),
                 .name = {},
                 .addresses = {},
                 .port = *port,
                 .udp = whole.udp,
                 .tls = options.tls,
                 .starttls = *starttls,
                 .check_certificate = !options.insecure,
                 .crlf = options.crlf,
                 .hex = options.hex,
                 .verbose = options.verbose,
                 .patience = options.timeout.value_or(whole.udp ? patience_by_datagrams : patience_by_stream)};
  return target;
}

Result<run::TalkPlan> resolve_talk(TalkTarget target, const plan::Resolve& resolve, const plan::ZoneOf& zone_of) {
  auto host = addresses_of(target.host, target.families, resolve, zone_of);
  if (!host) return fail(host.error());
  const net::IpAddress& first = host->addresses.front();
  const bool wrong_family =
      (target.families == Families::v4 && !first.is_v4()) || (target.families == Families::v6 && first.is_v4());
  if (wrong_family) {
    return usage(said("{0} is no IPv{1} address", to_string(first), target.families == Families::v4 ? 4 : 6));
  }
  target.plan.name = std::move(host->name);
  target.plan.addresses = std::move(host->addresses);
  return std::move(target.plan);
}

}  // namespace portolan::cli
