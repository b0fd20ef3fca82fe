#include "cli/explain/explain_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/option_actions.h"
#include "cli/place.h"
#include "plan/port_expression.h"
#include "probe/registry.h"
#include "wire/protocol.h"

namespace portolan::cli {
namespace {

using explain::Question;
using explain::World;
using probe::Asks;

using Entry = Option<ExplainOptions>;

constexpr std::string_view how = "How it is asked";
constexpr std::string_view rest = "The rest";

bool asks_host(const probe::Probe& probe) { return probe.asks == Asks::hosts || probe.asks == Asks::links; }
// Whether it can ask for a host by ports or IP protocols (-PS22).
bool pings_by_numbers(const probe::Probe& probe) {
  return probe::asks_numbers(probe.asks) && !probe.discovery_option.spelling.empty();
}

// Every technique that can be explained, for help.
const std::string& technique_summary() {
  static const std::string summary = [] {
    std::vector<std::string_view> ports;
    std::vector<std::string_view> hosts;
    std::vector<std::string_view> pings;
    for (const probe::Probe* probe : probe::registry) {
      (asks_host(*probe) ? hosts : ports).push_back(probe->name);
      if (pings_by_numbers(*probe)) pings.push_back(probe->discovery_option.spelling);
    }
    return fmt::format(
        "ask by this technique: {}; of a host without a port {}, and {} as a scan has them (-PS22,80); names of a "
        "scan's options will do for all of them",
        join(ports, ", "), join(hosts, ", "), join(pings, ", "));
  }();
  return summary;
}

Result<void> technique_of_scan(ExplainOptions& options, const Given& given) {
  options.technique = given.spelling;
  return {};
}

const auto& table() {
  static const std::array entries{
      Entry{{.spellings = {"--technique"},
             .argument = Argument::required,
             .value = "<name>",
             .group = how,
             .summary = technique_summary()},
            text<&ExplainOptions::technique>},
      // As a scan calls them.
      Entry{{.spellings = {"-sS", "-sT", "-sU", "-sA", "-sO"}, .summary = "a technique", .support = Support::unlisted},
            technique_of_scan},
      Entry{{.spellings = {"-sF", "-sN", "-sX", "-sM", "-sW"}, .summary = "a technique", .support = Support::unlisted},
            technique_of_scan},
      Entry{{.spellings = {"-sY", "-sZ"}, .summary = "a technique", .support = Support::unlisted}, technique_of_scan},
      Entry{{.spellings = {"-p"}, .argument = Argument::required, .summary = "ports", .support = Support::unlisted},
            [](ExplainOptions&, const Given& given) -> Result<void> {
              return fail(Errc::usage, said("one port is explained, and stands behind the host, as in localhost:22 or "
                                            "localhost:53/udp; '-p {}' names it to a scan",
                                            escape_terminal(*given.value)));
            }},
      Entry{{.spellings = {"--offline"},
             .argument = Argument::required,
             .value = "<state>",
             .group = how,
             .summary =
                 "without a network, in the simulator: a port that is open, closed, filtered or open-filtered, or a "
                 "host that is up or down; <host> may be left out"},
            [](ExplainOptions& options, const Given& given) -> Result<void> {
              if (const auto done = not_empty(given); !done) return done;
              options.offline = *given.value;
              return {};
            }},
      Entry{
          {.spellings = {"--connect"},
           .group = how,
           .summary = "a whole TCP connection, as any program makes one: handshake, first bytes, end, with the states "
                      "of both ends"},
          set<&ExplainOptions::connect>},
      Entry{{.spellings = {"-4"}, .group = how, .summary = "the IPv4 address of a name"},
            set<&ExplainOptions::only_v4>},
      Entry{{.spellings = {"-6"}, .group = how, .summary = "the IPv6 address of a name"},
            set<&ExplainOptions::only_v6>},
      Entry{{.spellings = {"--unprivileged"},
             .group = how,
             .summary = "as a user who may not send raw packets: by connections, of which no packet is seen"},
            set<&ExplainOptions::unprivileged>},
      Entry{{.spellings = {"-n"},
             .group = how,
             .summary = "names of addresses are never looked up here",
             .support = Support::unlisted},
            [](ExplainOptions&, const Given&) -> Result<void> { return {}; }},
      Entry{{.spellings = {"--json"}, .group = rest, .summary = "for programs: one object a line (docs/output.md)"},
            set<&ExplainOptions::json>},
      Entry{{.spellings = {"-h", "--help"}, .group = rest, .summary = "this text"}, set<&ExplainOptions::help>},
      Entry{{.spellings = {"-V", "--version"}, .group = rest, .summary = "the version"}, set<&ExplainOptions::version>},
  };
  return entries;
}

std::unexpected<Error> usage(std::string message) { return fail(Errc::usage, std::move(message)); }

// ---- the technique ------------------------------------------------------------------------------

struct Way {
  const probe::Probe* probe = nullptr;
  std::vector<net::Port> ping = {};  // Question::ping
};

// "-PS22,80": whether the host is there, by these ports or IP protocols.
Result<Way> ping_by_numbers(const probe::Probe& probe, std::string_view list, const catalog::Services& services) {
  constexpr std::size_t most = 16;  // that a page has room for
  const std::string_view option = probe.discovery_option.spelling;
  if (list.empty()) list = probe.discovery_list;
  const bool of_ports = probe::asks_ports(probe.asks);
  const auto parsed =
      plan::parse_ports(list, services, of_ports ? plan::PortLanguage::scan : plan::PortLanguage::ip_protocols);
  if (!parsed) return usage(said("--technique {0}: {1}", option, parsed.error().message));
  const net::PortSet& numbers = parsed->of(probe::protocol_of(probe.asks));
  if (numbers.empty() || numbers.size() > most) {
    return usage(said("--technique {0}: '{1}' names {2} of what it asks by, and one to {3} are explained", option,
                      escape_terminal(list), numbers.size(), most));
  }
  Way way{.probe = &probe};
  for (const net::Port number : numbers.ports()) way.ping.push_back(number);
  return way;
}

// `v6`: of IPv6 addresses; what asks for a host on its link differs.
Result<Way> technique_named(const std::string& name, bool v6, const catalog::Services& services) {
  if (name == "-PR") return Way{.probe = v6 ? &probe::neighbour : &probe::arp};
  std::vector<std::string_view> known;
  for (const probe::Probe* probe : probe::registry) {
    if (pings_by_numbers(*probe) && name.starts_with(probe->discovery_option.spelling)) {
      return ping_by_numbers(*probe, std::string_view{name}.substr(probe->discovery_option.spelling.size()), services);
    }
    if (probe->name == name || probe->scan_option.spelling == name || probe->discovery_option.spelling == name) {
      return Way{.probe = probe};
    }
    known.push_back(probe->name);
  }
  const auto best = closest(name, known);
  return usage(best ? said("--technique: there is no '{0}'; did you mean {1}?", escape_terminal(name), *best)
                    : said("--technique: there is no '{0}', but these: {1}", escape_terminal(name), join(known, ", ")));
}

const probe::Probe* usual_technique(net::Protocol protocol, bool raw_packets) {
  if (protocol == net::Protocol::udp) return &probe::udp;
  if (protocol == net::Protocol::sctp) return &probe::sctp_init;
  if (protocol == net::Protocol::ip) return &probe::ip_protocol;
  return raw_packets ? &probe::tcp_syn : &probe::tcp_connect;
}

// ---- --offline ----------------------------------------------------------------------------------

constexpr std::array<std::string_view, 6> offline_words{"open", "closed", "filtered", "open-filtered", "up", "down"};

Result<void> check_offline_word(std::string_view word) {
  if (std::ranges::find(offline_words, word) != offline_words.end()) return {};
  const auto best = closest(word, offline_words);
  return usage(best ? said("--offline: there is no state '{0}'; did you mean {1}?", escape_terminal(word), *best)
                    : said("--offline: '{0}' is none of {1}", escape_terminal(word), join(offline_words, ", ")));
}

bool is_about_hosts(std::string_view word) { return word == "up" || word == "down"; }

// The world in which a question comes to that state, or has the best chance to.
Result<World> world_of(const Question& question, std::string_view word) {
  if (!question.port) {
    if (word == "up" || word == "open") return World::open;
    if (word == "down" || word == "filtered") return World::silent;
    return usage(said("--offline {}: a host is up or down", word));
  }
  const bool silence_is_open_too = question.probe->on_silence.state == model::PortState::open_filtered;
  if (word == "open") return World::open;
  if (word == "closed") return World::closed;
  if (word == "filtered") return silence_is_open_too ? World::refuses : World::silent;
  if (word == "open-filtered" && silence_is_open_too) return World::silent;
  if (word == "open-filtered") {
    return usage(said("--offline open-filtered: to {} open ports are not silent, so silence means filtered",
                      question.probe->name));
  }
  return usage(
      said("--offline {} is about a host; leave the port out, or choose open, closed, filtered or "
           "open-filtered",
           word));
}

class Preparation {
 public:
  Preparation(const ExplainOptions& options, const ExplainSources& sources) : options_{options}, sources_{sources} {}

  Result<PreparedQuestion> run() {
    using Step = Result<void> (Preparation::*)();
    for (const Step step : {&Preparation::words, &Preparation::connection, &Preparation::technique, &Preparation::port,
                            &Preparation::target, &Preparation::family, &Preparation::world}) {
      if (const auto done = (this->*step)(); !done) return fail(done.error());
    }
    return prepared_;
  }

 private:
  Result<void> words() {
    if (options_.only_v4 && options_.only_v6) return usage(std::string{translated("-4 and -6 exclude each other")});
    if (options_.offline) {
      if (const auto done = check_offline_word(*options_.offline); !done) return done;
    }
    if (options_.operands.size() > 1) return usage(std::string{translated("one host is explained at a time")});
    if (options_.operands.empty()) {
      if (options_.offline) return {};
      return usage(
          std::string{translated("whom to ask? Name a host, host:port or host:port/udp, or a state with --offline")});
    }
    auto place = parse_place(options_.operands.front());
    if (!place) return fail(place.error());
    if (place->with_port) {
      return usage(said("nothing in '{0}' tells a port from the address; write {1}, or [{0}] for the host alone",
                        escape_terminal(place->host), *place->with_port));
    }
    place_ = std::move(*place);
    return {};
  }

  Result<void> connection() {
    if (!options_.connect) return {};
    if (options_.offline)
      return usage(
          std::string{translated("--connect makes a real connection and --offline sends nothing: choose one")});
    if (!options_.technique.empty()) {
      return usage(
          std::string{translated("--connect makes the whole connection, so there is no --technique to choose")});
    }
    if (options_.unprivileged) {
      return usage(std::string{translated(
          "--connect watches packets, which the kernel shows to root only (CAP_NET_RAW), so --unprivileged does not go "
          "with it")});
    }
    if (place_->protocol && *place_->protocol != net::Protocol::tcp) {
      return usage(said("--connect: only TCP makes such connections, so /{} does not go with it",
                        net::name_of(*place_->protocol)));
    }
    if (!place_->port) {
      return usage(said("--connect goes to a port: write {}", at_port(place_->host, "80")));
    }
    if (!sources_.raw_packets) {
      return fail(
          Errc::privilege,
          std::string{translated(
              "--connect watches packets, which needs CAP_NET_RAW; run it as root, or leave --connect out to see "
              "what connect() alone tells")});
    }
    question().whole = true;
    question().probe = &probe::tcp_connect;
    return {};
  }

  Result<void> technique() {
    if (options_.technique.empty()) return {};
    const bool v6 = options_.only_v6 || (place_ && place_->host.contains(':'));
    auto way = technique_named(options_.technique, v6, sources_.services);
    if (!way) return fail(way.error());
    const probe::Probe& probe = *way->probe;
    question().probe = &probe;
    question().ping = std::move(way->ping);
    const bool of_host = asks_about_host();
    if (of_host && place_ && place_->port) {
      return question().ping.empty()
                 ? usage(said("{} asks a host, so leave the port out", probe.name))
                 : usage(said("{0} asks whether a host is there, so its ports stand behind it ({0}443) and none behind "
                              "the host",
                              probe.discovery_option.spelling));
    }
    if (!of_host && place_ && !place_->port) {
      if (probe.asks == Asks::ip_protocols) {
        return usage(said("{0} asks an IP protocol: write {1}", probe.name, at_port(place_->host, "47")));
      }
      return usage(said("{0} asks a port: write {1}", probe.name, at_port(place_->host, "80")));
    }
    return ask_by_connections();
  }

  [[nodiscard]] bool asks_about_host() const { return asks_host(*question().probe) || !question().ping.empty(); }

  // As a scan does without raw packets, where there is a connection to make.
  Result<void> ask_by_connections() {
    const bool needed = !question().ping.empty() && !options_.offline && !sources_.raw_packets;
    if (needed && question().probe->asks == Asks::tcp_ports) question().probe = &probe::tcp_connect;
    return {};
  }

  // Which port, and by which technique where none was chosen.
  Result<void> port() {
    const probe::Probe* chosen = question().probe;
    const bool of_host = place_ ? !place_->port.has_value()
                                : (chosen != nullptr ? asks_about_host() : is_about_hosts(*options_.offline));
    if (of_host) return {};
    net::Protocol protocol = chosen == nullptr ? net::Protocol::tcp : probe::protocol_of(chosen->asks);
    if (place_ && place_->protocol) {
      if (chosen != nullptr && *place_->protocol != protocol) {
        return usage(said("{0} asks {1} ports, and /{2} is another protocol", chosen->name, net::name_of(protocol),
                          net::name_of(*place_->protocol)));
      }
      protocol = *place_->protocol;
    }
    if (chosen == nullptr) question().probe = usual_technique(protocol, sources_.raw_packets || options_.offline);
    if (!place_) {
      constexpr std::uint16_t http = 80;
      constexpr std::uint16_t dns = 53;
      constexpr std::uint16_t gre = 47;  // IP protocol
      question().port = net::Port{protocol == net::Protocol::udp ? dns : protocol == net::Protocol::ip ? gre : http};
      return {};
    }
    const auto port = port_named(*place_->port, protocol, sources_.services);
    if (!port) return fail(port.error());
    question().port = *port;
    return {};
  }

  [[nodiscard]] bool is_v6_only() const { return question().probe == &probe::neighbour; }

  Result<void> target() {
    if (options_.offline) return simulated_target();
    auto host = addresses_of(place_->host, families(), sources_.resolve, sources_.zone_of);
    if (!host) return fail(host.error());
    question().target = host->addresses.front();
    question().name = std::move(host->name);
    question().other_addresses = host->left_out + host->addresses.size() - 1;
    return {};
  }

  // No name is looked up: nothing leaves this machine.
  Result<void> simulated_target() {
    const bool v6 = options_.only_v6 || (!options_.only_v4 && is_v6_only());
    const auto stand_in = net::IpAddress::parse(v6 ? "2001:db8::2" : "198.18.0.2");
    question().target = *stand_in;
    if (!place_) return {};
    if (const auto address = net::IpAddress::parse(place_->host, sources_.zone_of)) {
      question().target = *address;
    } else {
      question().name = place_->host;
    }
    return {};
  }

  [[nodiscard]] plan::TargetOptions::Families families() const {
    using enum plan::TargetOptions::Families;
    if (options_.only_v6 || is_v6_only()) return v6;
    const bool v4_only = question().probe != nullptr && !question().probe->has_ipv6;
    return options_.only_v4 || v4_only ? v4 : both;
  }

  Result<void> family() {
    const bool v4 = question().target.is_v4();
    const std::uint32_t zone = question().target.zone();
    if (zone != 0 && sources_.zone_name) question().link = sources_.zone_name(zone);
    if ((options_.only_v4 && !v4) || (options_.only_v6 && v4)) {
      return usage(said("{0} is no IPv{1} address", to_string(question().target), options_.only_v4 ? 4 : 6));
    }
    const probe::Probe* probe = question().probe;
    if (probe == nullptr) return {};
    if (!v4 && !probe->has_ipv6) return usage(said("{} asks over IPv4 only", probe->name));
    if (v4 && is_v6_only()) return usage(said("{} asks over IPv6 only; over IPv4 arp asks the same", probe->name));
    return {};
  }

  Result<void> world() {
    if (options_.offline) {
      if (const auto done = check_simulator_can(*options_.offline); !done) return done;
      const auto world = world_of(question(), *options_.offline);
      if (!world) return fail(world.error());
      prepared_.world = *world;
      return {};
    }
    const probe::Probe* probe = question().probe;
    if (probe == nullptr || probe->connects || sources_.raw_packets) return {};
    return fail(Errc::privilege,
                said("{} sends raw packets, which needs CAP_NET_RAW; run it as root, or see by --offline what "
                     "would happen",
                     probe->name));
  }

  // Every host of the simulator speaks what ports and pings are asked by.
  [[nodiscard]] Result<void> check_simulator_can(std::string_view word) const {
    constexpr std::array<std::uint8_t, 5> spoken{wire::protocol_icmp, wire::protocol_tcp, wire::protocol_udp,
                                                 wire::protocol_icmpv6, wire::protocol_sctp};
    if (!explain::asks_protocol(question()) || word == "open") return {};
    if (std::ranges::find(spoken, question().port->value()) == spoken.end()) return {};
    return usage(said("--offline {0}: hosts of the simulator speak IP protocol {1}; choose another one, as 47", word,
                      question().port->value()));
  }

  [[nodiscard]] const Question& question() const { return prepared_.question; }
  Question& question() { return prepared_.question; }

  const ExplainOptions& options_;
  const ExplainSources& sources_;
  std::optional<Place> place_;
  PreparedQuestion prepared_;
};

}  // namespace

std::span<const Option<ExplainOptions>> explain_option_table() { return table(); }

Result<ExplainOptions> parse_explain_options(std::span<const std::string> words) {
  const auto arguments = parse_arguments(specs_of(explain_option_table()), words);
  if (!arguments) return fail(arguments.error());
  ExplainOptions options;
  for (const Given& given : arguments->options) {
    if (const auto done = table().at(given.option).apply(options, given); !done) return fail(done.error());
  }
  options.operands = arguments->operands;
  return options;
}

Result<PreparedQuestion> prepare_question(const ExplainOptions& options, const ExplainSources& sources) {
  return Preparation{options, sources}.run();
}

}  // namespace portolan::cli
