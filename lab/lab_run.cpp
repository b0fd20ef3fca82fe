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
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "lab/lab.h"
#include "lab/meter.h"

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

Exit status: COMMAND's; 77 where no namespaces can be made; 2 for a bad option.
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
      fmt::print("{}", usage);
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
  const WanSettings& wan = options.wan;
  options.long_wire = wan.delay.count() > 0 || wan.loss > 0 || wan.rate > 0;
  return options;
}

// What a scanner has to find. "other" is the state of every port that is not listed.
struct Truth {
  std::set<std::uint16_t> open;
  std::set<std::uint16_t> closed;
  std::string other = "closed";
};

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
      target.listen(port, Pair::target_v6);
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

// Hosts spread over the /24, each with some of the common ports open.
std::map<std::string, Truth> set_up_hosts(Host& target, const Options& options, Random& random) {
  std::vector<unsigned> last(256);
  for (unsigned index = 0; index < 256; ++index) last[index] = index;
  for (std::size_t index = 255; index > 0; --index) std::swap(last[index], last[random.below(index + 1)]);
  last.resize(options.hosts);
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

std::string json_of(const std::map<std::string, Truth>& truths) {
  std::vector<std::string> hosts;
  for (const auto& [address, truth] : truths) {
    hosts.push_back(fmt::format(R"("{}": {{"open": [{}], "closed": [{}], "other": "{}"}})", address,
                                text_of(truth.open, ","), text_of(truth.closed, ","), truth.other));
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

int run(const Options& options) {
  Random random{options.wan.seed};
  std::optional<Pair> pair;
  if (options.long_wire)
    pair.emplace(options.wan);
  else
    pair.emplace();
  std::map<std::string, Truth> truths;
  std::map<std::string, Truth> network;
  if (options.hosts > 0) network = set_up_hosts(pair->target, options, random);
  const Truth truth = set_up_target(pair->target, options, random);
  if (!options.network.empty()) {
    pair->target.ip(fmt::format("route add local {} dev lo\n", options.network));
    pair->scanner.ip(fmt::format("route add {} via {}\n", options.network, Pair::target_v4));
  }
  if (!options.all_open.empty()) {
    pair->lab.open_every_port(pair->target, "wire", options.all_open);
    pair->scanner.ip(fmt::format("route add {} via {}\n", options.all_open, Pair::target_v4));
  }
  for (const std::string& dark : options.dark) {
    pair->target.ip(fmt::format("route add blackhole {}\n", dark));
    const bool v6 = dark.find(':') != std::string::npos;
    pair->scanner.ip(fmt::format("route add {} via {}\n", dark, v6 ? Pair::target_v6 : Pair::target_v4));
  }
  if (options.hosts > 0) {
    pair->scanner.ip(fmt::format("route add 198.18.64.0/24 via {}\n", Pair::target_v4));
    truths = std::move(network);
  }
  truths.emplace(options.loopback ? "127.0.0.1" : Pair::target_v4, truth);
  truths.emplace(options.loopback ? "::1" : Pair::target_v6, truth);
  write_text(options.truth, json_of(truths));

  const Command command{.words = options.command,
                        .environment = {{"LAB_TARGET", options.loopback ? "127.0.0.1" : Pair::target_v4},
                                        {"LAB_TARGET6", options.loopback ? "::1" : Pair::target_v6},
                                        {"LAB_TARGET_MAC", mac_of(pair->target)},
                                        {"LAB_NETWORK", options.hosts > 0 ? "198.18.64.0/24" : options.network}},
                        .quiet = false};
  std::signal(SIGINT, [](int) {});  // the terminal sends it to the command too, whose end is waited for
  const Host& where = options.loopback ? pair->target : pair->scanner;
  Meter meter{pair->target, options.loopback ? "lo" : "wire"};
  const Finished done = where.run(command, std::chrono::milliseconds{static_cast<std::int64_t>(options.limit * 1000)});
  write_text(options.usage, json_of(done, meter.stop(), pair->counts));
  return done.status;
}

int enter_and_run(const Options& options) {
  if (const auto entered = Lab::enter(); !entered) {
    fmt::print(stderr, "lab-run: {}\n", entered.error().message);
    return 77;
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
