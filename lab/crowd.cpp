// crowd: runs a command on a machine with very many sockets. See usage below, and bench/README.md.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lab/lab.h"

namespace portolan::lab {
namespace {

constexpr std::string_view usage = R"(usage: crowd [OPTION...] [-- COMMAND [ARGUMENT...]]

Makes sockets in a network namespace of its own and runs COMMAND there; without COMMAND it prints
"ready" and waits until its standard input ends. Nothing is left when it ends. Needs root or
unprivileged user namespaces, ip and nft.

  --established N     established TCP sockets; two are one connection over loopback (default 1000)
  --listeners N       TCP sockets that listen, each on a port of its own (default 20)
  --unix N            UNIX sockets; one in ten listens in the abstract namespace, the others are
                      connected in pairs (default 50)
  --processes N       processes that own them, each an equal share (default 2)
  --limit SECONDS     COMMAND is killed after so long (default 600)

Exit status: COMMAND's; 77 where no namespaces can be made; 2 for a bad option; 1 when this machine
cannot hold so many sockets.
)";

// Bounds of one namespace: what fits below the ephemeral ports, and into the memory of a small machine (some
// 4 KiB of the kernel's a socket).
constexpr std::size_t most_established = 1'000'000;
constexpr std::size_t most_listeners = 25'000;
constexpr std::size_t most_unix = 200'000;
constexpr std::size_t most_processes = 2'000;
constexpr std::uint16_t first_listening_port = 2'000;
// From one address to one port: less than the default range of ephemeral ports holds.
constexpr std::size_t connections_a_listener = 10'000;
// How many processes make their sockets at a time: enough for a small machine that others use too.
constexpr int makers = 2;

struct Options {
  std::size_t established = 1000;
  std::size_t listeners = 20;
  std::size_t unix = 50;
  std::size_t processes = 2;
  std::size_t limit = 600;
  std::vector<std::string> command;
};

[[noreturn]] void refuse(const std::string& what) {
  fmt::print(stderr, "crowd: {}; try --help\n", what);
  std::exit(2);
}

struct Option {
  std::string_view name;
  std::size_t Options::* value;
  std::size_t least;
  std::size_t most;
};

constexpr Option known_options[] = {
    {"--established", &Options::established, 0, most_established},
    {"--listeners", &Options::listeners, 0, most_listeners},
    {"--unix", &Options::unix, 0, most_unix},
    {"--processes", &Options::processes, 1, most_processes},
    {"--limit", &Options::limit, 1, 3600},
};

void set_option(Options& options, std::string_view name, std::string_view text) {
  const auto* const option = std::ranges::find(known_options, name, &Option::name);
  if (option == std::end(known_options)) refuse(fmt::format("there is no option {}", name));
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < option->least || value > option->most) {
    refuse(fmt::format("{} takes a number from {} to {}, not '{}'", name, option->least, option->most, text));
  }
  options.*(option->value) = value;
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
    if (at + 1 >= count) refuse(fmt::format("{} needs a value", word));
    set_option(options, word, words[++at]);
  }
  for (++at; at < count; ++at) options.command.emplace_back(words[at]);
  if (options.established % 2 != 0) refuse("a connection has two ends, so --established takes an even number");
  return options;
}

// Inside a process of the crowd: whatever fails is told to the one that waits for it.
struct Member {
  std::size_t number = 0;
  std::size_t of = 1;

  // Its part of `all`.
  [[nodiscard]] std::size_t share(std::size_t all) const { return all / of + (number < all % of ? 1U : 0U); }
  // How many the members before it have.
  [[nodiscard]] std::size_t before(std::size_t all) const { return all / of * number + std::min(number, all % of); }
};

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
  return result;
}

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(port);
  return address;
}

int tcp_socket() {
  const int file = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "a TCP socket");
  // Closed by a reset: hundreds of thousands of TIME-WAITs would outlive their processes.
  const linger at_once{1, 0};
  ::setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  return file;
}

int listen_at(const sockaddr_in& address, int backlog) {
  const int file = tcp_socket();
  checked(::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address), "binding a listener");
  checked(::listen(file, backlog), "listening");
  return file;
}

void connect_and_accept(std::uint32_t from, const sockaddr_in& to, int listener) {
  const int client = tcp_socket();
  const int yes = 1;
  // The port is chosen when the other end is known, so that only the four together have to be unique.
  ::setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  const sockaddr_in source = address_of(from, 0);
  checked(::bind(client, reinterpret_cast<const sockaddr*>(&source), sizeof source), "binding a client");
  checked(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to), "connecting");
  checked(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accepting");
}

// From 127.1.x.y to 127.2.x.y, addresses of this member's own: no pair of addresses runs out of ports.
void make_connections(const Member& member, std::size_t connections) {
  const auto own = static_cast<std::uint32_t>(member.number + 1);
  for (std::size_t made = 0; made < connections; made += connections_a_listener) {
    const auto port = static_cast<std::uint16_t>(first_listening_port + made / connections_a_listener);
    const sockaddr_in to = address_of(0x7f02'0000U + own, port);
    const int listener = listen_at(to, 1);
    const std::size_t here = std::min(connections - made, connections_a_listener);
    for (std::size_t number = 0; number < here; ++number) connect_and_accept(0x7f01'0000U + own, to, listener);
    ::close(listener);
  }
}

void listen_in_abstract_namespace(const Member& member, std::size_t number) {
  const int file = checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "a UNIX socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = fmt::format("crowd/{}/{}", member.number, number);
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  checked(::bind(file, reinterpret_cast<const sockaddr*>(&address), size), "binding a UNIX socket");
  checked(::listen(file, 16), "listening on a UNIX socket");
}

void make_unix_sockets(const Member& member, std::size_t count) {
  const std::size_t pairs = count * 9 / 20;
  for (std::size_t number = 0; number < pairs; ++number) {
    std::array<int, 2> ends{};
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "a pair of UNIX sockets");
  }
  for (std::size_t number = 2 * pairs; number < count; ++number) listen_in_abstract_namespace(member, number);
}

void make_sockets(const Member& member, const Options& options) {
  const std::size_t first = first_listening_port + 1000 + member.before(options.listeners);
  for (std::size_t number = 0; number < member.share(options.listeners); ++number) {
    listen_at(address_of(INADDR_ANY, static_cast<std::uint16_t>(first + number)), 16);
  }
  make_connections(member, member.share(options.established / 2));
  make_unix_sockets(member, member.share(options.unix));
}

// Pipes between the crowd and the process that makes it.
struct Pipe {
  Handle read;
  Handle write;

  Pipe() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "a pipe");
    read = Handle{ends[0]};
    write = Handle{ends[1]};
  }
};

constexpr char done = '.';

[[noreturn]] void live(const Member& member, const Options& options, const Host& host, const Pipe& turns,
                       const Pipe& answers, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);  // it died before the line above
  std::string answer(1, done);
  try {
    char turn = 0;
    checked(::setns(host.network(), CLONE_NEWNET), "entering the crowd's namespace");
    checked(static_cast<int>(::read(turns.read.number(), &turn, 1)), "waiting for a turn");
    make_sockets(member, options);
    checked(static_cast<int>(::write(turns.write.number(), &turn, 1)), "ending a turn");
  } catch (const std::exception& error) {
    answer = fmt::format("{} (process {} of {})", error.what(), member.number + 1, member.of);
  }
  if (::write(answers.write.number(), answer.data(), answer.size()) < 0) ::_exit(1);
  for (;;) ::pause();
}

class Crowd {
 public:
  Crowd(const Options& options, const Host& host);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd();

 private:
  void wait_for_all();

  Pipe turns_;
  Pipe answers_;
  std::vector<pid_t> members_;
};

Crowd::Crowd(const Options& options, const Host& host) {
  const pid_t parent = ::getpid();
  for (std::size_t number = 0; number < options.processes; ++number) {
    const pid_t child = checked(::fork(), "a process of the crowd");
    if (child == 0) live({number, options.processes}, options, host, turns_, answers_, parent);
    members_.push_back(child);
  }
  const std::string turns(makers, done);
  checked(static_cast<int>(::write(turns_.write.number(), turns.data(), turns.size())), "giving turns");
  wait_for_all();
}

Crowd::~Crowd() {
  for (const pid_t member : members_) ::kill(member, SIGKILL);
  for (const pid_t member : members_) ::waitpid(member, nullptr, 0);
}

void Crowd::wait_for_all() {
  std::size_t ready = 0;
  while (ready < members_.size()) {
    std::array<char, 512> text{};
    const int size = checked(static_cast<int>(::read(answers_.read.number(), text.data(), text.size())), "waiting");
    const std::string_view said{text.data(), static_cast<std::size_t>(size)};
    const std::size_t words = said.find_first_not_of(done);
    if (words != said.npos) throw std::runtime_error(std::string{said.substr(words)});
    ready += said.size();
  }
}

void check_room(const Options& options) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const std::size_t each = (options.established + options.listeners + options.unix) / options.processes + 64;
  if (each > files.rlim_cur) {
    refuse(fmt::format("each process would hold {} sockets, and may hold {}; raise --processes", each, files.rlim_cur));
  }
}

int run(const Options& options) {
  Host host{"crowd"};
  const Crowd crowd{options, host};
  if (options.command.empty()) {
    fmt::print("ready\n");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
  }
  std::signal(SIGINT, [](int) {});  // the terminal sends it to the command too, whose end is waited for
  return host.run({.words = options.command, .quiet = false}, std::chrono::seconds{options.limit}).status;
}

int enter_and_run(const Options& options) {
  if (const auto entered = Lab::enter(); !entered) {
    fmt::print(stderr, "crowd: {}\n", entered.error().message);
    return 77;
  }
  check_room(options);
  try {
    return run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "crowd: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace portolan::lab

int main(int count, char** words) { return portolan::lab::enter_and_run(portolan::lab::read_options(count, words)); }
