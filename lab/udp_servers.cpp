#include "lab/udp_servers.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace portolan::lab {
namespace {

#define MODULES "@ROOT@/usr/lib/" PORTOLAN_MULTIARCH "/kamailio/modules"

// Every one of them stays in the foreground, answers whoever asks, and asks nobody.
constexpr UdpServer servers[] = {
    {.name = "dnsmasq",  // DNS and TFTP
     .package = "dnsmasq-base",
     .program = "usr/sbin/dnsmasq",
     .words = "--no-daemon --conf-file=/run/configuration",
     .configuration = "no-resolv\nno-hosts\nno-poll\npid-file\nenable-tftp\ntftp-root=/run\n",
     .ports = {53, 69},
     .tcp = 53},
    {.name = "chronyd",  // NTP; -x: the clock is left alone
     .package = "chrony",
     .program = "usr/sbin/chronyd",
     .words = "-d -x -u root -f /run/configuration",
     .configuration = "local stratum 10\nallow all\ncmdport 0\nbindcmdaddress /\npidfile /run/chronyd.pid\n",
     .ports = {123}},
    {.name = "snmpd",  // without SMUX, for which it would listen at a TCP port
     .package = "snmpd",
     .program = "usr/sbin/snmpd",
     .words = "-f -Le -I -smux -C -c /run/configuration -p /run/snmpd.pid",
     .configuration = "agentaddress udp:161,udp6:161\nrocommunity public\nrocommunity6 public\n",
     .ports = {161}},
    {.name = "rpcbind",
     .package = "rpcbind",
     .program = "sbin/rpcbind",
     .words = "-f",
     .ports = {111},
     .tcp = 111,
     .needs_groups = true},
    {.name = "kamailio",  // SIP
     .package = "kamailio",
     .program = "usr/sbin/kamailio",
     .words = "-DD -E -f /run/configuration -Y /run -P /run/kamailio.pid -m 8 -M 4",
     .configuration = "debug=0\nlog_stderror=yes\nchildren=1\ndisable_tcp=yes\nauto_aliases=no\ndns=no\nrev_dns=no\n"
                      "listen=udp:@ADDRESS@:5060\nmpath=\"" MODULES "\"\nloadmodule \"sl.so\"\n"
                      "request_route { sl_send_reply(\"200\", \"OK\"); }\n",
     .ports = {5060}},
    {.name = "memcached",
     .package = "memcached",
     .program = "usr/bin/memcached",
     .words = "-u root -U 11211 -p 0 -m 8 -t 1",
     .ports = {11211}},
    {.name = "coap-server",
     .package = "libcoap3-bin",
     .program = "usr/bin/coap-server-notls",
     .words = "-v 0",
     .ports = {5683},
     .families = Families::both_in_one,
     .tcp = 5683},
    {.name = "xl2tpd",
     .package = "xl2tpd",
     .program = "usr/sbin/xl2tpd",
     .words = "-D -c /run/configuration -s /dev/null -p /run/xl2tpd.pid -C /run/l2tp-control",
     .configuration = "[global]\n[lns default]\nip range = 198.18.255.1-198.18.255.9\nlocal ip = 198.18.255.254\n",
     .ports = {1701},
     .families = Families::v4},
    {.name = "inetd",  // echo, daytime, chargen, time: its own
     .package = "openbsd-inetd",
     .program = "usr/sbin/inetd",
     .words = "-i /run/configuration",
     .configuration = "echo dgram udp4 wait root internal\necho dgram udp6 wait root internal\n"
                      "daytime dgram udp4 wait root internal\ndaytime dgram udp6 wait root internal\n"
                      "chargen dgram udp4 wait root internal\nchargen dgram udp6 wait root internal\n"
                      "time dgram udp4 wait root internal\ntime dgram udp6 wait root internal\n",
     .ports = {7, 13, 19, 37}},
};

constexpr std::chrono::minutes longest_start{1};

// A /run of its own with the configuration in it, from standard input, and a list of users in which root has every
// name that a server wants to be: there is no other user to become in an ordinary user's namespace.
constexpr const char* in_a_world_of_its_own = R"(
mount -t tmpfs lab /run && cd /run && cat >configuration &&
printf 'root:x:0:0::/run:/bin/sh\n_rpc:x:0:0::/run:/bin/sh\n' >passwd && mount --bind passwd /etc/passwd &&
exec "$@" >/dev/null)";

std::string unpacked_folder() {
  if (const char* named = std::getenv("PORTOLAN_SERVERS"); named != nullptr) return named;
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return fmt::format("{}/portolan/servers", cache);
  return fmt::format("{}/.cache/portolan/servers", home == nullptr ? "" : home);
}

bool there(const std::string& root, std::string_view program) {
  return ::access(fmt::format("{}/{}", root, program).c_str(), X_OK) == 0;
}

// Where the package's files are: "" where it is installed.
std::string root_of(const UdpServer& server) {
  std::string unpacked = unpacked_folder();
  return there(unpacked, server.program) ? unpacked : "";
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string configuration_of(const UdpServer& server, const std::vector<std::string>& addresses) {
  constexpr std::string_view each = "@ADDRESS@";
  std::istringstream lines{replaced(std::string{server.configuration}, "@ROOT@", root_of(server))};
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (!line.contains(each)) {
      text += line + "\n";
      continue;
    }
    for (const std::string& address : addresses) {
      text += replaced(line, each, address.contains(':') ? fmt::format("[{}]", address) : address) + "\n";
    }
  }
  return text;
}

Command command_of(const UdpServer& server, const std::vector<std::string>& addresses) {
  // Children of a server would outlive it: the namespace of its processes takes them along.
  Command command{.words = {"unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", in_a_world_of_its_own,
                            std::string{server.name}, fmt::format("{}/{}", root_of(server), server.program)},
                  .input = configuration_of(server, addresses),
                  // No descriptions of SNMP's variables are read.
                  .environment = {{"SNMP_PERSISTENT_DIR", "/run/snmp"}, {"MIBS", ""}}};
  std::istringstream words{std::string{server.words}};
  for (std::string word; words >> word;) command.words.push_back(word);
  return command;
}

// Local ports of the sockets in a list as proc(5) describes it, in the calling thread's network namespace.
std::set<std::uint16_t> bound_ports(const char* list) {
  std::set<std::uint16_t> ports;
  std::ifstream file{fmt::format("/proc/thread-self/net/{}", list)};
  std::string line;
  std::getline(file, line);  // the heading
  while (std::getline(file, line)) {
    std::istringstream words{line};
    std::string number;
    std::string local;
    words >> number >> local;
    ports.insert(static_cast<std::uint16_t>(std::strtoul(local.substr(local.find(':') + 1).c_str(), nullptr, 16)));
  }
  return ports;
}

bool all_bound(const UdpServer& server, const Host& host, const std::vector<std::string>& addresses) {
  const auto bound_in = [&](const char* list) {
    std::set<std::uint16_t> ports;
    host.within([&] { ports = bound_ports(list); });
    return std::ranges::all_of(server.open(), [&](std::uint16_t port) { return ports.contains(port); });
  };
  if (server.families == Families::both_in_one) return bound_in("udp6");
  const bool has_v6 = std::ranges::any_of(addresses, [](const std::string& text) { return text.contains(':'); });
  return bound_in("udp") && (server.families == Families::v4 || !has_v6 || bound_in("udp6"));
}

// 0 where there is none.
pid_t first_child_of(pid_t process) {
  pid_t child = 0;
  std::ifstream{fmt::format("/proc/{0}/task/{0}/children", process)} >> child;
  return child;
}

bool has_ended(const Running& running) {
  siginfo_t about{};
  return ::waitid(P_PID, static_cast<id_t>(running.pid()), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         about.si_pid != 0;
}

}  // namespace

std::span<const std::uint16_t> UdpServer::open() const {
  return {ports.data(), static_cast<std::size_t>(std::ranges::find(ports, 0) - ports.begin())};
}

std::span<const UdpServer> udp_servers() { return servers; }

std::string lacking(const UdpServer& server) {
  if (root_of(server).empty() && !there("", server.program)) {
    return fmt::format("{} is missing; ./check gets the package {}", server.name, server.package);
  }
  if (server.needs_groups && !Lab::allows_groups()) return fmt::format("{} runs as root only", server.name);
  return "";
}

RunningUdpServer::RunningUdpServer(const UdpServer& server, const Host& host, const std::vector<std::string>& addresses)
    : running_{host.start(command_of(server, addresses))} {
  const auto deadline = std::chrono::steady_clock::now() + longest_start;
  while (!all_bound(server, host, addresses)) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (late || has_ended(running_)) {
      const std::string why = late ? "does not listen" : "has ended: " + running_.finish().errors;
      throw std::runtime_error(fmt::format("lab: {} {}", server.name, why));
    }
    ::poll(nullptr, 0, 1);  // there is no event for another process's socket
  }
}

RunningUdpServer::~RunningUdpServer() {
  if (running_.pid() <= 0) return;  // moved from
  // With the first process of its namespace all others are gone; whoever made the namespace ends by itself then.
  if (const pid_t first = first_child_of(running_.pid()); first > 0) {
    ::kill(first, SIGKILL);
    running_.finish(std::chrono::hours{24});  // counted from the start
  }
}

}  // namespace portolan::lab
