// lab-run: runs a command in a small world of real hosts. See usage below, and bench/README.md.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "lab/lab.h"
#include "lab/meter.h"
#include "lab/udp_servers.h"

namespace portolan::lab {
namespace {

constexpr std::string_view usage = R"(usage: lab-run [OPTION...] -- COMMAND [ARGUMENT...]

Runs COMMAND in a network namespace of its own, 198.18.0.1 and 2001:db8::1, beside a target at
198.18.0.2 and 2001:db8::2 (in $LAB_TARGET, $LAB_TARGET6 and $LAB_TARGET_MAC). No packet leaves this machine, and
nothing is left when it ends. Needs root or unprivileged user namespaces, ip and nft.

  --open N            the target listens on N ports, drawn from 1 to 65535 (default 50)
  --open-ports LIST   ... on these ports instead: 22,80,443
  --drop-rest N       the target drops everything but its open ports and N closed ones
  --reset-limit N     the target sends at most N resets a second
  --syn-limit N       the target accepts at most N new connections a second and drops the rest
  --hosts N           N further hosts (1 to 256) behind the target in 198.18.64.0/24, the rest of
                      which is silent; each listens on a few common ports ($LAB_NETWORK)
  --network PREFIX    every address of PREFIX is a host behind the target, with the same open ports
  --all-open PREFIX   every address of PREFIX is a host behind the target that is open on every port
  --dark PREFIX       behind the target is PREFIX, where nobody answers; may be given again
  --sparse N          N hosts up behind the target, drawn from 198.19.0.0/16, the rest of which is silent
  --neighbours N      N further hosts (1 to 250) on the link itself, drawn from 198.18.0.3 on, each with a link-layer
                      address of its own
  --addresses N       the target has N further addresses (1 to 250) on the link, drawn in the same way
  --machines N        N machines (1 to 250) of their own behind the target, from 198.18.65.1 on, each with the UDP
                      servers and the limit of ICMP errors that the target would have
  --udp-servers LIST  the target runs these UDP servers, or all that can run here: snmpd,kamailio (see below)
  --serve COMMAND     the target runs this shell command, and COMMAND begins once it has written a line "ready"; what it
                      has started ends with it
  --icmp-ratelimit MS the target sends ICMP errors as Linux does with this setting: six at once, then one in so many
                      milliseconds. 1000 is usual; 0: as many as are due
  --hops N            N routers (1 to 100) between COMMAND and the target, IPv4 only; --delay, --loss and --rate are those
                      of each wire
  --loopback          no wire: COMMAND runs on the target itself and scans 127.0.0.1 and ::1
  --delay TIME        one way, as 20ms, 500us, 0.1s
  --loss SHARE        of the packets each way: 0.02
  --rate N            packets a second each way at most
  --queue N           packets that may wait for --rate
  --seed N            other ports, other losses (default 1)
  --truth FILE        writes what is open and closed, as JSON
  --usage FILE        writes seconds, CPU seconds, peak memory, status of COMMAND, as JSON, and what arrived
                      at the target: packets, seconds from first to last, and seconds in which any came
  --limit SECONDS     COMMAND is killed after so long (default 600)

UDP servers: {}.
They come from Debian packages that ./check gets.

Exit status: COMMAND's; 77 where no namespaces can be made or a UDP server is missing; 2 for a bad option.
)";

struct Options {
  WanSettings wan;
  bool long_wire = false;
  std::size_t open = 50;
  std::vector<std::uint16_t> open_ports;
  std::optional<std::size_t> drop_rest;
  std::optional<std::size_t> reset_limit;
  std::optional<std::size_t> syn_limit;
  std::size_t hosts = 0;
  std::string network;
  std::string all_open;
  std::vector<std::string> dark;
  std::size_t sparse = 0;
  std::size_t neighbours = 0;
  std::size_t addresses = 0;
  std::size_t machines = 0;
  std::vector<const UdpServer*> udp_servers;
  std::string serve;
  std::optional<std::size_t> icmp_ratelimit;
  std::size_t hops = 0;
  bool loopback = false;
  std::string truth;
  std::string usage;
  double limit = 600;
  std::vector<std::string> command;
};

[[noreturn]] void refuse(const std::string& what) {
  fmt::print(stderr, "lab-run: {}; try --help\n", what);
  std::exit(2);
}

double number_in(std::string_view text, std::string_view& rest) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) refuse(fmt::format("'{}' is not a number", text));
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return number;
}

double number_of(std::string_view text) {
  std::string_view rest;
  const double number = number_in(text, rest);
  if (!rest.empty()) refuse(fmt::format("'{}' is not a number", text));
  return number;
}

std::size_t count_of(std::string_view text) { return static_cast<std::size_t>(number_of(text)); }

std::chrono::nanoseconds time_of(std::string_view text) {
  static const std::map<std::string_view, double> units{{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"", 1e9}};
  std::string_view unit;
  const double number = number_in(text, unit);
  if (!units.contains(unit)) refuse(fmt::format("'{}' is not a time; say 20ms", text));
  return std::chrono::nanoseconds{static_cast<std::int64_t>(number * units.at(unit))};
}

std::vector<std::uint16_t> ports_of(std::string_view text) {
  std::vector<std::uint16_t> ports;
  while (!text.empty()) {
    std::string_view rest;
    ports.push_back(static_cast<std::uint16_t>(number_in(text, rest)));
    if (!rest.empty() && rest.front() != ',') refuse(fmt::format("'{}' is not a list of ports", text));
    text = rest.empty() ? rest : rest.substr(1);
  }
  return ports;
}

[[noreturn]] void lack(const std::string& what) {
  fmt::print(stderr, "lab-run: {}\n", what);
  std::exit(77);
}

std::vector<const UdpServer*> servers_of(std::string_view text) {
  std::vector<const UdpServer*> servers;
  if (text == "all") {
    for (const UdpServer& server : udp_servers()) {
      if (lacking(server).empty()) servers.push_back(&server);
    }
    return servers;
  }
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    const auto server = std::ranges::find(udp_servers(), name, &UdpServer::name);
    if (server == udp_servers().end()) refuse(fmt::format("there is no UDP server '{}'", name));
    servers.push_back(&*server);
  }
  return servers;
}

struct Option {
  std::string_view name;
  void (*set)(Options& options, std::string_view value);
};

constexpr Option known_options[] = {
    {"--delay", [](Options& o, std::string_view value) { o.wan.delay = time_of(value); }},
    {"--loss", [](Options& o, std::string_view value) { o.wan.loss = number_of(value); }},
    {"--rate", [](Options& o, std::string_view value) { o.wan.rate = number_of(value); }},
    {"--queue", [](Options& o, std::string_view value) { o.wan.queue = count_of(value); }},
    {"--seed", [](Options& o, std::string_view value) { o.wan.seed = count_of(value); }},
    {"--open", [](Options& o, std::string_view value) { o.open = count_of(value); }},
    {"--open-ports", [](Options& o, std::string_view value) { o.open_ports = ports_of(value); }},
    {"--drop-rest", [](Options& o, std::string_view value) { o.drop_rest = count_of(value); }},
    {"--reset-limit", [](Options& o, std::string_view value) { o.reset_limit = count_of(value); }},
    {"--syn-limit", [](Options& o, std::string_view value) { o.syn_limit = count_of(value); }},
    {"--hosts", [](Options& o, std::string_view value) { o.hosts = count_of(value); }},
    {"--network", [](Options& o, std::string_view value) { o.network = value; }},
    {"--all-open", [](Options& o, std::string_view value) { o.all_open = value; }},
    {"--dark", [](Options& o, std::string_view value) { o.dark.emplace_back(value); }},
    {"--sparse", [](Options& o, std::string_view value) { o.sparse = count_of(value); }},
    {"--neighbours", [](Options& o, std::string_view value) { o.neighbours = count_of(value); }},
    {"--addresses", [](Options& o, std::string_view value) { o.addresses = count_of(value); }},
    {"--machines", [](Options& o, std::string_view value) { o.machines = count_of(value); }},
    {"--udp-servers", [](Options& o, std::string_view value) { o.udp_servers = servers_of(value); }},
    {"--serve", [](Options& o, std::string_view value) { o.serve = value; }},
    {"--icmp-ratelimit", [](Options& o, std::string_view value) { o.icmp_ratelimit = count_of(value); }},
    {"--hops", [](Options& o, std::string_view value) { o.hops = count_of(value); }},
    {"--truth", [](Options& o, std::string_view value) { o.truth = value; }},
    {"--usage", [](Options& o, std::string_view value) { o.usage = value; }},
    {"--limit", [](Options& o, std::string_view value) { o.limit = number_of(value); }},
};

void set_option(Options& options, std::string_view name, std::string_view value) {
  const auto* const option = std::ranges::find(known_options, name, &Option::name);
  if (option == std::end(known_options)) refuse(fmt::format("there is no option {}", name));
  option->set(options, value);
}

Options read_options(int count, char** words) {
  Options options;
  int at = 1;
  for (; at < count && std::string_view{words[at]} != "--"; ++at) {
    const std::string_view word = words[at];
    if (word == "--help") {
      std::vector<std::string_view> names;
      for (const UdpServer& server : udp_servers()) names.push_back(server.name);
      fmt::print(usage, fmt::join(names, ", "));
      std::exit(0);
    }
    if (word == "--loopback") {
      options.loopback = true;
      continue;
    }
    if (at + 1 >= count) refuse(fmt::format("{} needs a value", word));
    set_option(options, word, words[++at]);
  }
  for (++at; at < count; ++at) options.command.emplace_back(words[at]);
  if (options.command.empty()) refuse("no command after --");
  if (options.hosts > 256) refuse("at most 256 hosts fit into the network");
  if (options.neighbours > 250 || options.machines > 250) refuse("at most 250 neighbours and machines have addresses");
  if (options.addresses > 250) refuse("at most 250 addresses are left on the link");
  if (options.addresses > 0 && options.neighbours > 0) refuse("--neighbours and --addresses draw from the same ones");
  if (options.hops > 100) refuse("at most 100 routers have addresses");
  const WanSettings& wan = options.wan;
  options.long_wire = wan.delay.count() > 0 || wan.loss > 0 || wan.rate > 0;
  return options;
}

// What a scanner has to find. "other" is the state of every port that is not listed.
struct Truth {
  std::set<std::uint16_t> open;
  std::set<std::uint16_t> closed;
  std::string other = "closed";
  std::set<std::uint16_t> udp;    // open UDP ports, the others are closed
  std::vector<std::string> hops;  // routers on the way
};

// A scanner, a target, and what is between them.
struct World {
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& target = lab.add_host("target");
  const Lab::Counts* counts = nullptr;    // of the scanner's wire, where that is long
  std::string gateway = Pair::target_v4;  // the way to everything but the link
  std::vector<std::string> hops;
  std::vector<RunningUdpServer> servers;

  explicit World(const Options& options);

 private:
  void join(const End& one, const End& other, const Options& options);
  void put_routers_between(const Options& options);
};

World::World(const Options& options) {
  if (options.hops > 0) {
    put_routers_between(options);
  } else {
    join({scanner, "wire", {"198.18.0.1/24", "2001:db8::1/64"}}, {target, "wire", {"198.18.0.2/24", "2001:db8::2/64"}},
         options);
  }
}

void World::join(const End& one, const End& other, const Options& options) {
  if (!options.long_wire) {
    lab.connect(one, other);
  } else if (const Lab::Counts& of_this = lab.connect(one, other, options.wan); counts == nullptr) {
    counts = &of_this;
  }
}

// Wire N behind the first is 198.18.100+N.0/30. A router knows the way back to the scanner; all else is ahead.
void World::put_routers_between(const Options& options) {
  gateway = "198.18.0.254";
  Host* before = &scanner;
  for (std::size_t wire = 0; wire <= options.hops; ++wire) {
    const bool last = wire == options.hops;
    Host& next = last ? target : lab.add_host(fmt::format("router{}", wire + 1));
    const std::string far = wire == 0 ? "198.18.0.1" : fmt::format("198.18.{}.1", 100 + wire);
    const std::string near = wire == 0 ? gateway : fmt::format("198.18.{}.2", 100 + wire);
    std::vector<std::string> addresses{wire == 0 ? near + " peer 198.18.0.1/32" : near + "/30"};
    if (last) addresses.push_back(fmt::format("{}/32", Pair::target_v4));
    join({*before, wire == 0 ? "wire" : "far", {far + (wire == 0 ? "/24" : "/30")}},
         {next, last ? "wire" : "near", addresses}, options);
    if (wire == 0) {
      before->ip(fmt::format("route add {} via {}\n", Pair::target_v4, near));
    } else {
      before->ip(fmt::format("route add default via {}\n", near));
      next.ip(fmt::format("route add 198.18.0.1 via {}\n", far));
    }
    if (!last) {
      next.forward();
      hops.push_back(near);
    }
    before = &next;
  }
}

std::set<std::uint16_t> draw_ports(Random& random, std::size_t count, const std::set<std::uint16_t>& taken) {
  std::set<std::uint16_t> ports;
  while (ports.size() < count) {
    const auto port = static_cast<std::uint16_t>(1 + random.below(65535));
    if (!taken.contains(port)) ports.insert(port);
  }
  return ports;
}

// The ports that any list of common ports begins with.
constexpr std::uint16_t common_ports[] = {21,  22,  23,  25,  53,  80,   110,  111,  135,  139,
                                          143, 443, 445, 993, 995, 1723, 3306, 3389, 5900, 8080};

std::string text_of(const std::set<std::uint16_t>& ports, std::string_view separator) {
  return fmt::format("{}", fmt::join(ports, separator));
}

Truth set_up_target(Host& target, const Options& options, Random& random) {
  Truth truth;
  truth.open.insert(options.open_ports.begin(), options.open_ports.end());
  if (truth.open.empty()) truth.open = draw_ports(random, options.open, {});
  for (const std::uint16_t port : truth.open) {
    if (options.hosts == 0) {
      target.listen(port);
    } else {  // the hosts behind it have ports of their own
      target.listen(port, Pair::target_v4);
      if (options.hops == 0) target.listen(port, Pair::target_v6);
    }
  }
  if (options.drop_rest) {
    truth.closed = draw_ports(random, *options.drop_rest, truth.open);
    truth.other = "filtered";
    std::set<std::uint16_t> answered = truth.open;
    answered.insert(truth.closed.begin(), truth.closed.end());
    target.nft(
        fmt::format("table inet lab {{\n chain input {{\n  type filter hook input priority 0; policy drop;\n"
                    "  {}icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept\n }}\n}}\n",
                    answered.empty() ? "" : fmt::format("tcp dport {{ {} }} accept\n  ", text_of(answered, ", "))));
  }
  if (options.reset_limit) {
    target.nft(
        fmt::format("table inet lab {{\n chain output {{\n  type filter hook output priority 0; policy accept;\n"
                    "  tcp flags & rst == rst limit rate over {}/second burst 10 packets drop\n }}\n}}\n",
                    *options.reset_limit));
  }
  if (options.syn_limit) {
    target.nft(
        fmt::format("table inet lab {{\n chain input {{\n  type filter hook input priority 0; policy accept;\n"
                    "  tcp flags & (syn | ack) == syn limit rate over {}/second burst 20 packets drop\n }}\n}}\n",
                    *options.syn_limit));
  }
  return truth;
}

// `count` of the numbers below `size`, in any order.
std::vector<unsigned> draw(Random& random, unsigned size, std::size_t count) {
  std::vector<unsigned> numbers(size);
  for (unsigned index = 0; index < size; ++index) numbers[index] = index;
  for (unsigned index = size - 1; index > 0; --index) std::swap(numbers[index], numbers[random.below(index + 1)]);
  numbers.resize(count);
  return numbers;
}

// Hosts spread over the /24, each with some of the common ports open.
std::map<std::string, Truth> set_up_hosts(Host& target, const Options& options, Random& random) {
  const std::vector<unsigned> last = draw(random, 256, options.hosts);
  std::map<std::string, Truth> truths;
  std::string routes;
  for (const unsigned number : last) routes += fmt::format("route add local 198.18.64.{} dev lo\n", number);
  target.ip(routes);
  for (const unsigned number : last) {
    const std::string address = fmt::format("198.18.64.{}", number);
    Truth& truth = truths[address];
    for (const std::uint16_t port : common_ports) {
      if (!random.chance(0.2)) continue;
      truth.open.insert(port);
      target.listen(port, address);
    }
  }
  return truths;
}

std::string neighbour(unsigned number) { return fmt::format("198.18.0.{}", 3 + number); }

// Hosts on the link are devices of the target, each of which answers for its own address alone (arp_ignore of the
// kernel's ip-sysctl).
void set_up_neighbours(const World& world, const Options& options, Random& random,
                       std::map<std::string, Truth>& truths) {
  std::string lines;
  for (const unsigned number : draw(random, 250, options.neighbours)) {
    const std::string address = neighbour(number);
    lines += fmt::format(
        "link add link wire name n{0} type macvlan mode bridge\naddr add {1}/24 dev n{0}\nlink set n{0} up\n", number,
        address);
    truths[address];
  }
  world.target.set("ipv4/conf/all/arp_ignore", "1");
  world.target.ip(lines);
}

void set_up_addresses(const World& world, const Options& options, Random& random,
                      std::map<std::string, Truth>& truths) {
  std::string lines;
  for (const unsigned number : draw(random, 250, options.addresses)) {
    const std::string address = neighbour(number);
    lines += fmt::format("addr add {}/24 dev wire\n", address);
    truths[address];
  }
  world.target.ip(lines);
}

// Addresses of a network behind the target.
void set_up_sparse(const World& world, const Options& options, Random& random, std::map<std::string, Truth>& truths) {
  std::string lines = "route add blackhole 198.19.0.0/16\n";
  for (const unsigned number : draw(random, 1U << 16U, options.sparse)) {
    const std::string address = fmt::format("198.19.{}.{}", number / 256, number % 256);
    lines += fmt::format("route add local {} dev lo\n", address);
    truths[address];
  }
  world.target.ip(lines);
  world.scanner.ip(fmt::format("route add 198.19.0.0/16 via {}\n", world.gateway));
}

// What `host` does about UDP, which `truth` is told.
void set_up_udp(World& world, Host& host, const std::vector<std::string>& addresses, const Options& options,
                Truth& truth) {
  if (options.icmp_ratelimit) {
    host.set("ipv4/icmp_ratelimit", fmt::format("{}", *options.icmp_ratelimit));
    // Beside it there is a limit for all who ask together, which is off for types that are in no mask.
    if (*options.icmp_ratelimit == 0) host.set("ipv4/icmp_ratemask", "0");
  }
  for (const UdpServer* server : options.udp_servers) {
    world.servers.emplace_back(*server, host, addresses);
    truth.udp.insert(server->open().begin(), server->open().end());
    if (server->tcp != 0) truth.open.insert(server->tcp);
  }
}

void set_up_machines(World& world, const Options& options, std::map<std::string, Truth>& truths) {
  constexpr const char* router = "198.18.66.1";
  world.target.forward();
  world.target.ip("route add blackhole 198.18.65.0/24\n");
  world.scanner.ip(fmt::format("route add 198.18.65.0/24 via {}\n", world.gateway));
  for (std::size_t number = 1; number <= options.machines; ++number) {
    const std::string address = fmt::format("198.18.65.{}", number);
    Host& machine = world.lab.add_host(address);
    world.lab.connect({world.target, fmt::format("machine{}", number), {fmt::format("{} peer {}/32", router, address)}},
                      {machine, "wire", {fmt::format("{} peer {}/32", address, router)}});
    machine.ip(fmt::format("route add default via {}\n", router));
    set_up_udp(world, machine, {address}, options, truths[address]);
  }
}

std::string json_of(const std::map<std::string, Truth>& truths) {
  std::vector<std::string> hosts;
  for (const auto& [address, truth] : truths) {
    hosts.push_back(fmt::format(R"("{}": {{"open": [{}], "closed": [{}], "other": "{}", "udp": [{}], "hops": [{}]}})",
                                address, text_of(truth.open, ","), text_of(truth.closed, ","), truth.other,
                                text_of(truth.udp, ","),
                                truth.hops.empty() ? "" : fmt::format("\"{}\"", fmt::join(truth.hops, "\", \""))));
  }
  return fmt::format("{{{}}}\n", fmt::join(hosts, ",\n "));
}

void write_text(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) refuse(fmt::format("'{}' cannot be written", path));
  fmt::print(file, "{}", text);
  std::fclose(file);
}

std::string json_of(const Finished& done, const Meter::Arrivals& arrivals, const Lab::Counts* counts) {
  std::string text =
      fmt::format(R"({{"seconds": {:.4f}, "cpu_seconds": {:.4f}, "peak_kib": {}, "status": {}, "cut": {})",
                  done.seconds, done.cpu_seconds, done.peak_kib, done.status, done.timed_out);
  text += fmt::format(R"(, "arrived": {{"packets": {}, "span": {:.4f}, "busy": {:.4f}}})", arrivals.packets,
                      arrivals.span, arrivals.busy);
  if (counts != nullptr) {
    const auto add = [&](std::string_view name, const WanCounts& way) {
      text += fmt::format(R"(, "{}": {{"forwarded": {}, "lost": {}, "overflowed": {}, "refused": {}}})", name,
                          way.forwarded.load(), way.lost.load(), way.overflowed.load(), way.refused.load());
    };
    add("sent", counts->west);
    add("answered", counts->east);
  }
  return text + "}\n";
}

std::string mac_of(const Host& host) {
  const std::string text = host.run({.words = {"ip", "-oneline", "link", "show", "dev", "wire"}}).output;
  constexpr std::string_view before = "link/ether ";
  const auto at = text.find(before);
  return at == std::string::npos ? std::string{} : text.substr(at + before.size(), std::size("02:00:00:00:00:00") - 1);
}

// Networks of which every address is the target, or open on every port, or nobody's.
void set_up_networks(World& world, const Options& options) {
  const auto lead_to = [&](const std::string& network) {
    const bool v6 = network.contains(':');
    world.scanner.ip(fmt::format("route add {} via {}\n", network, v6 ? Pair::target_v6 : world.gateway));
  };
  if (!options.network.empty()) {
    world.target.ip(fmt::format("route add local {} dev lo\n", options.network));
    lead_to(options.network);
  }
  if (!options.all_open.empty()) {
    world.lab.open_every_port(world.target, "wire", options.all_open);
    lead_to(options.all_open);
  }
  for (const std::string& dark : options.dark) {
    world.target.ip(fmt::format("route add blackhole {}\n", dark));
    lead_to(dark);
  }
  if (options.hosts > 0) lead_to("198.18.64.0/24");
}

// Everything that was asked for, and what is true of it.
std::map<std::string, Truth> set_up(World& world, const Options& options) {
  Random random{options.wan.seed};
  std::map<std::string, Truth> truths;
  if (options.hosts > 0) truths = set_up_hosts(world.target, options, random);
  Truth truth = set_up_target(world.target, options, random);
  truth.hops = world.hops;
  set_up_networks(world, options);
  if (options.neighbours > 0) set_up_neighbours(world, options, random, truths);
  if (options.addresses > 0) set_up_addresses(world, options, random, truths);
  if (options.sparse > 0) set_up_sparse(world, options, random, truths);
  if (options.machines > 0) {
    set_up_machines(world, options, truths);
  } else {
    std::vector<std::string> addresses{Pair::target_v4};
    if (options.hops == 0) addresses.emplace_back(Pair::target_v6);
    set_up_udp(world, world.target, addresses, options, truth);
  }
  truths.emplace(options.loopback ? "127.0.0.1" : Pair::target_v4, truth);
  if (options.hops == 0) truths.emplace(options.loopback ? "::1" : Pair::target_v6, truth);
  return truths;
}

// The namespace of its processes takes along whatever it has started.
Running start_serving(const Host& target, const std::string& serve) {
  constexpr std::chrono::minutes longest_start{5};
  Running running = target.start({.words = {"unshare", "--pid", "--fork", "--kill-child", "sh", "-c", serve}});
  if (!running.read_until("ready\n", longest_start)) {
    running.signal(SIGKILL);
    throw std::runtime_error(fmt::format("'{}' is not ready: {}", serve, running.finish().errors));
  }
  return running;
}

int run(const Options& options) {
  World world{options};
  write_text(options.truth, json_of(set_up(world, options)));
  std::optional<Running> serving;
  if (!options.serve.empty()) serving.emplace(start_serving(world.target, options.serve));

  const Command command{.words = options.command,
                        .environment = {{"LAB_TARGET", options.loopback ? "127.0.0.1" : Pair::target_v4},
                                        {"LAB_TARGET6", options.loopback ? "::1" : Pair::target_v6},
                                        {"LAB_TARGET_MAC", mac_of(world.target)},
                                        {"LAB_NETWORK", options.hosts > 0 ? "198.18.64.0/24" : options.network}},
                        .quiet = false};
  std::signal(SIGINT, [](int) {});  // the terminal sends it to the command too, whose end is waited for
  const Host& where = options.loopback ? world.target : world.scanner;
  Meter meter{world.target, options.loopback ? "lo" : "wire"};
  const Finished done = where.run(command, std::chrono::milliseconds{static_cast<std::int64_t>(options.limit * 1000)});
  write_text(options.usage, json_of(done, meter.stop(), world.counts));
  return done.status;
}

int enter_and_run(const Options& options) {
  if (const auto entered = Lab::enter(); !entered) {
    lack(entered.error().message);
  }
  for (const UdpServer* server : options.udp_servers) {
    if (const std::string why = lacking(*server); !why.empty()) lack(why);
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "lab-run: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace portolan::lab

int main(int count, char** words) { return portolan::lab::enter_and_run(portolan::lab::read_options(count, words)); }
