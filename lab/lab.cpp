#include "lab/lab.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "lab/open_hosts.h"

namespace portolan::lab {
namespace {

constexpr const char* own_network = "/proc/thread-self/ns/net";
constexpr const char* tunnel_device = "/dev/net/tun";

// The namespace that enter() made: where this process is whenever it is not inside a host.
int home = -1;

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error(fmt::format("lab: {}: {}", what, std::strerror(errno)));
}

int checked(int number, const std::string& what) {
  if (number < 0) give_up(what);
  return number;
}

// In a host's namespace for as long as it lives.
class Inside {
 public:
  explicit Inside(int network) { checked(::setns(network, CLONE_NEWNET), "entering a host"); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    // Going on in the wrong network would make every later result a lie.
    if (::setns(home, CLONE_NEWNET) != 0) std::abort();
  }
};

bool write_file(const std::string& path, std::string_view text) {
  const Handle file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  return file.number() >= 0 && ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

ifreq request_for(const std::string& device) {
  ifreq request{};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

bool bring_loopback_up() {
  const Handle any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request = request_for("lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return any.number() >= 0 && ::ioctl(any.number(), SIOCSIFFLAGS, &request) == 0;
}

// Root of a user namespace: this user, and nobody else, is known there as 0.
bool become_root_of_own_users() {
  const std::string users = fmt::format("0 {} 1", ::geteuid());
  const std::string groups = fmt::format("0 {} 1", ::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) return false;
  // The network comes last: its files in /proc belong to whoever is root when it is made (proc_net_ns_init()).
  return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
         write_file("/proc/self/gid_map", groups) && ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0;
}

bool is_command(std::string_view name) {
  std::string_view rest = std::getenv("PATH");
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    if (::access(fmt::format("{}/{}", folder, name).c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
  }
  return false;
}

void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

Result<void> make_namespaces() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 && !become_root_of_own_users()) {
    return fail(Errc::privilege, fmt::format("no network namespace can be made here ({}); run as root, or allow "
                                             "unprivileged user namespaces",
                                             std::strerror(errno)));
  }
  // Some systems let the namespace be made and then allow nothing in it.
  if (!bring_loopback_up() || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return fail(Errc::privilege, fmt::format("a network namespace can be made here, but not used ({}); run as root",
                                             std::strerror(errno)));
  }
  home = ::open(own_network, O_RDONLY | O_CLOEXEC);
  return {};
}

int open_tun(const std::string& device) {
  const int tun = ::open(tunnel_device, O_RDWR | O_CLOEXEC);
  ifreq request = request_for(device);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (tun < 0 || ::ioctl(tun, TUNSETIFF, &request) != 0) give_up("making a tunnel device");
  return tun;
}

// Carries packets between two tunnel devices until it is killed.
[[noreturn]] void relay(int one, int other) {
  std::array<pollfd, 2> ends{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
  std::array<char, 65536> packet{};
  for (;;) {
    ::poll(ends.data(), ends.size(), -1);
    for (std::size_t from = 0; from < ends.size(); ++from) {
      if ((ends[from].revents & POLLIN) == 0) continue;
      const ssize_t size = ::read(ends[from].fd, packet.data(), packet.size());
      // A packet that the other end does not take is lost, as on any wire.
      if (size > 0 && ::write(ends[1 - from].fd, packet.data(), static_cast<std::size_t>(size)) < 0) continue;
    }
  }
}

sockaddr_storage address_of(const std::string& text, std::uint16_t port, socklen_t& size) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    size = sizeof v4;
  } else {
    ::inet_pton(AF_INET6, text.empty() ? "::" : text.c_str(), &v6.sin6_addr);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  }
  return storage;
}

}  // namespace

Handle::Handle(Handle&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
Handle::~Handle() {
  if (number_ >= 0) ::close(number_);
}

Host::Host(std::string name) : name_{std::move(name)} {
  checked(::unshare(CLONE_NEWNET), "making a host");
  network_ = Handle{::open(own_network, O_RDONLY | O_CLOEXEC)};
  const Inside inside{network_.number()};
  if (!bring_loopback_up()) give_up("bringing a loopback up");
  set("ipv4/icmp_ratelimit", "0");
  set("ipv6/icmp/ratelimit", "0");
  // An address is there at once, instead of after a second of asking whether somebody else has it.
  set("ipv6/conf/default/accept_dad", "0");
  set("ipv6/conf/default/dad_transmits", "0");
  set("ipv6/conf/default/router_solicitations", "0");
}

void Host::ip(std::string_view lines) const {
  const Finished done = run({.words = {"ip", "-batch", "-"}, .input = std::string{lines}});
  if (done.status != 0) throw std::runtime_error(fmt::format("lab: ip on {}: {}{}", name_, done.errors, lines));
}

void Host::nft(std::string_view rules) const {
  const Finished done = run({.words = {"nft", "-f", "-"}, .input = std::string{rules}});
  if (done.status != 0) throw std::runtime_error(fmt::format("lab: nft on {}: {}", name_, done.errors));
}

void Host::set(std::string_view name, std::string_view value) const {
  const Inside inside{network_.number()};
  if (!write_file(fmt::format("/proc/sys/net/{}", name), value)) give_up(fmt::format("setting {}", name));
}

void Host::forward() const {
  set("ipv4/ip_forward", "1");
  set("ipv6/conf/all/forwarding", "1");
}

void Host::no_checksum_offload(const std::string& device) const {
  const Inside inside{network_.number()};
  const Handle any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ethtool_value off{ETHTOOL_STXCSUM, 0};
  ifreq request = request_for(device);
  request.ifr_data = reinterpret_cast<char*>(&off);
  checked(::ioctl(any.number(), SIOCETHTOOL, &request), "turning checksum offload off");
}

void Host::listen(std::uint16_t port, const std::string& address) {
  const Inside inside{network_.number()};
  socklen_t size = 0;
  const sockaddr_storage where = address_of(address, port, size);
  Handle listener{checked(::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "opening a listener")};
  const int yes = 1;
  const int no = 0;
  ::setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (address.empty()) ::setsockopt(listener.number(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  checked(::bind(listener.number(), reinterpret_cast<const sockaddr*>(&where), size),
          fmt::format("binding port {} of '{}'", port, address));
  checked(::listen(listener.number(), 1024), "listening");
  listeners_.push_back(std::move(listener));
}

void Host::listen(std::span<const std::uint16_t> ports) {
  for (const std::uint16_t port : ports) listen(port);
}

void Host::within(const std::function<void()>& work) const {
  const Inside inside{network_.number()};
  work();
}

Sniffer Host::sniff(const std::string& device) const {
  const Inside inside{network_.number()};
  return Sniffer{::if_nametoindex(device.c_str())};
}

Finished Host::run(const Command& command, std::chrono::milliseconds longest) const {
  return lab::run(command, network_.number(), longest);
}

Running Host::start(const Command& command) const { return Running{command, network_.number()}; }

Result<void> Lab::enter() {
  if (home >= 0) return {};
  const char* path = std::getenv("PATH");  // an ordinary user's does not name the administrator's folders
  ::setenv("PATH", fmt::format("{}:/usr/sbin:/sbin", path == nullptr ? "/usr/bin:/bin" : path).c_str(), 1);
  for (const char* command : {"ip", "nft"}) {
    if (!is_command(command)) {
      return fail(Errc::unsupported, fmt::format("the command {} is missing; install iproute2 and nftables", command));
    }
  }
  allow_many_files();
  return make_namespaces();
}

bool Lab::allows_groups() {
  std::string word;
  std::ifstream{"/proc/self/setgroups"} >> word;
  return word != "deny";
}

Lab::Lab() {
  if (home < 0) throw std::logic_error("lab: Lab::enter() comes first");
}

Lab::~Lab() {
  for (const pid_t child : children_) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  for (Counts* counts : counts_) ::munmap(counts, sizeof *counts);
}

Host& Lab::add_host(std::string name) { return *hosts_.emplace_back(std::make_unique<Host>(std::move(name))); }

void Lab::give_addresses(const End& end) const {
  std::string lines = fmt::format("link set {} up\n", end.device);
  for (const std::string& address : end.addresses) lines += fmt::format("addr add {} dev {}\n", address, end.device);
  end.host.ip(lines);
}

void Lab::connect(const End& one, const End& other) {
  const int far = other.host.network();
  const Finished done = one.host.run({.words = {"ip", "link", "add", one.device, "type", "veth", "peer", "name",
                                                other.device, "netns", fmt::format("/proc/self/fd/{}", far)},
                                      .inherited = {far}});
  if (done.status != 0) throw std::runtime_error(fmt::format("lab: no wire: {}", done.errors));
  give_addresses(one);
  give_addresses(other);
}

// Work runs in a child inside `host`: it returns an error text, or what is then to be run for good.
template <class Work>
void Lab::keep_running(const Host& host, Work work) {
  std::array<int, 2> ready{};
  checked(::pipe2(ready.data(), O_CLOEXEC), "a pipe");
  const pid_t parent = ::getpid();
  const pid_t child = checked(::fork(), "a process");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != parent) ::_exit(1);
    ::setns(host.network(), CLONE_NEWNET);
    ::close(ready[0]);
    work(ready[1]);
    ::_exit(1);
  }
  children_.push_back(child);
  ::close(ready[1]);
  std::array<char, 512> text{};
  const ssize_t size = ::read(ready[0], text.data(), text.size());
  ::close(ready[0]);
  if (size > 0)
    throw std::runtime_error(fmt::format("lab: {}", std::string_view{text.data(), static_cast<std::size_t>(size)}));
}

const Lab::Counts& Lab::connect(const End& one, const End& other, const WanSettings& settings) {
  Host& wire = add_host("wire");
  wire.set("ipv6/conf/default/disable_ipv6", "1");
  connect(one, {wire, "west", {}});
  connect(other, {wire, "east", {}});
  wire.ip("link set west arp off\nlink set east arp off\n");
  one.host.no_checksum_offload(one.device);
  other.host.no_checksum_offload(other.device);
  void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) give_up("shared memory");
  auto* counts = new (shared) Counts;
  counts_.push_back(counts);
  keep_running(wire, [&](int ready) {
    const auto wan = Wan::open("west", "east", settings, counts->west, counts->east);
    if (!wan && ::write(ready, wan.error().message.data(), wan.error().message.size()) < 0) return;
    ::close(ready);
    if (wan) (*wan)->run();
  });
  return *counts;
}

void Lab::open_every_port(const Host& host, const std::string& device, const std::string& network) {
  host.ip(fmt::format("route add blackhole {}\n", network));
  keep_running(host, [&](int ready) {
    auto hosts = OpenHosts::open(device, network);
    if (!hosts && ::write(ready, hosts.error().message.data(), hosts.error().message.size()) < 0) return;
    ::close(ready);
    if (hosts) hosts->run();
  });
}

Result<void> Lab::can_tunnel() {
  const Handle tun{::open(tunnel_device, O_RDWR | O_CLOEXEC)};
  if (tun.number() >= 0) return {};
  return fail(Errc::privilege, fmt::format("{} cannot be opened: {}", tunnel_device, std::strerror(errno)));
}

void Lab::tunnel(const End& one, const End& other) {
  const auto open_in = [](const End& end) {
    const Inside inside{end.host.network()};
    return Handle{open_tun(end.device)};
  };
  const Handle near = open_in(one);
  const Handle far = open_in(other);
  give_addresses(one);
  give_addresses(other);
  keep_running(one.host, [&](int ready) {
    ::close(ready);
    relay(near.number(), far.number());
  });
}

Pair::Pair() {
  lab.connect({scanner, "wire", {"198.18.0.1/24", "2001:db8::1/64"}},
              {target, "wire", {"198.18.0.2/24", "2001:db8::2/64"}});
}

Pair::Pair(const WanSettings& settings) {
  counts = &lab.connect({scanner, "wire", {"198.18.0.1/24", "2001:db8::1/64"}},
                        {target, "wire", {"198.18.0.2/24", "2001:db8::2/64"}}, settings);
}

}  // namespace portolan::lab
