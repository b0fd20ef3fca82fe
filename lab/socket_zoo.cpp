#include "lab/socket_zoo.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "lab/sockets.h"
#include "lab/zoo_builder.h"

namespace portolan::lab {
namespace {

// The marks of zoo_builder.h.
constexpr std::string_view rules = R"(table inet zoo {
  chain input {
    type filter hook input priority 0; policy accept;
    meta mark 1 tcp flags & fin == fin drop
    meta mark 2 tcp flags & (syn | ack) == ack drop
    meta mark 3 drop
  }
}
)";

std::string make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "portolan-zoo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error(fmt::format("lab: no folder for sockets: {}", std::strerror(errno)));
  }
  return pattern;
}

// Even where nobody is asked whether an IPv6 address is free, a worker of the kernel's has to run before it can be
// bound to, and another before packets to it stay here.
void wait_for_own_addresses(const Host& host, std::initializer_list<std::string_view> addresses) {
  for (int waited = 0; waited < 10'000; ++waited) {
    const std::string routes = host.run({.words = {"ip", "-6", "route", "show", "table", "local"}}).output;
    const std::string tentative = host.run({.words = {"ip", "-6", "address", "show", "tentative"}}).output;
    const auto is_routed = [&](std::string_view address) {
      return routes.find(fmt::format("local {} ", address)) != std::string::npos;
    };
    if (tentative.empty() && std::ranges::all_of(addresses, is_routed)) return;
    ::poll(nullptr, 0, 1);
  }
  throw std::runtime_error("lab: the zoo's IPv6 addresses do not come");
}

}  // namespace

void ZooBuilder::build() {
  server_ = &zoo_.keepers_.emplace_back(host_, "zoo-server");
  client_ = &zoo_.keepers_.emplace_back(host_, "zoo-client", Rights::plain);
  odd_ = &zoo_.keepers_.emplace_back(host_, "a) (b %s\t\x1b[1m", Rights::plain);
  foreigner_ = &zoo_.keepers_.emplace_back(abroad_, "zoo-foreigner");
  prepare_host();
  network_ = inode_of(Handle{::fcntl(abroad_.network(), F_DUPFD_CLOEXEC, 0)});
  abroad_.within([this] { sockets_abroad(); });
  network_ = inode_of(Handle{::fcntl(host_.network(), F_DUPFD_CLOEXEC, 0)});
  host_.within([this] {
    tcp_listeners();
    tcp_listeners_on_devices();
    tcp_connections();
    tcp_openings();
    tcp_not_accepted();
    tcp_active_closings();
    tcp_passive_closings();
    tcp_nowhere();
    datagrams(IPPROTO_UDP, "udp");
    datagrams(IPPROTO_UDPLITE, "udplite");
    datagrams_with_device();
    raw_sockets();
    ping_sockets();
    packet_sockets();
    netlink_sockets();
    unix_paths();
    unix_path_lost();
    unix_connections();
    unix_pairs();
    multipath();
    virtual_machine_sockets();
    kinds_without_list();
    shared();
    // Those that are gone after a minute come last.
    tcp_afterlife("127.0.0.1", "tcp");
    tcp_afterlife("::1", "tcp6");
  });
  kernel_sockets();
}

void ZooBuilder::prepare_host() {
  host_.ip(
      "link add zoo0 type veth peer name zoo1\nlink set zoo0 up\nlink set zoo1 up\n"
      "addr add 198.18.0.1/24 dev zoo0\naddr add 2001:db8::1/64 dev zoo0\naddr add fe80::100/64 dev zoo0 "
      "nodad\n");
  wait_for_own_addresses(host_, {"2001:db8::1", "fe80::100"});
  host_.nft(rules);
  // Whoever makes something half-open here wants it to stay so.
  host_.set("ipv4/tcp_syn_retries", "20");
  host_.set("ipv4/tcp_synack_retries", "20");
  host_.set("ipv4/tcp_orphan_retries", "20");
  host_.set("ipv4/ping_group_range", "0 0");
}

ZooSocket& ZooBuilder::add(ZooSocket socket, std::string name) {
  socket.name = std::move(name);
  socket.network = network_;
  return zoo_.sockets_.emplace_back(std::move(socket));
}

ZooSocket& ZooBuilder::keep(std::string name, const Handle& socket, Keepers keepers) {
  ZooSocket described = describe(socket);
  for (Keeper* keeper : keepers) described.holders.push_back({keeper->pid(), keeper->take(socket.number())});
  std::ranges::sort(described.holders);
  return add(std::move(described), std::move(name));
}

void ZooBuilder::keep_both(const std::string& name, const Ends& ends) {
  keep(name + ", client", ends.one, {client_});
  keep(name + ", server", ends.other, {server_});
}

void ZooBuilder::keep_unix_pair(const std::string& name, const Handle& one, const Handle& other) {
  keep(name + ", client", one, {client_}).peer = inode_of(other);
  keep(name + ", server", other, {server_}).peer = inode_of(one);
}

void ZooBuilder::shared() {
  keep("udp of two processes", bound_socket(AF_INET, SOCK_DGRAM, 0, ip_address("127.0.0.1", 1096)), {server_, client_});
  keep("udp held twice by one process", bound_socket(AF_INET, SOCK_DGRAM, 0, ip_address("127.0.0.1", 1097)),
       {client_, client_});
  keep("tcp listener of a process abroad", tcp_listener("127.0.0.1", 1098), {foreigner_});
}

void ZooBuilder::sockets_abroad() {
  // The same address and port as at home.
  keep("abroad: tcp listener", tcp_listener("127.0.0.1", 1081), {foreigner_});
  keep("abroad: tcp listener of a process at home", tcp_listener("127.0.0.1", 1100), {server_});
  keep("abroad: udp", bound_socket(AF_INET, SOCK_DGRAM, 0, ip_address("127.0.0.1", 1091)), {foreigner_});
  using namespace std::string_literals;
  keep("abroad: unix listener, abstract", unix_listener(SOCK_STREAM, "\0portolan-zoo"s), {foreigner_});
}

SocketZoo::SocketZoo(Host& host, Host& abroad) : folder_{make_folder()} {
  try {
    ZooBuilder{*this, host, abroad}.build();
  } catch (...) {
    std::filesystem::remove_all(folder_);
    throw;
  }
}

SocketZoo::~SocketZoo() {
  keepers_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const ZooSocket& SocketZoo::find(const std::string& name) const {
  const auto found = std::ranges::find(sockets_, name, &ZooSocket::name);
  if (found == sockets_.end()) throw std::logic_error(fmt::format("there is no '{}' in the zoo", name));
  return *found;
}

const Keeper& SocketZoo::keeper_of(pid_t pid) const {
  const auto found = std::ranges::find(keepers_, pid, &Keeper::pid);
  if (found == keepers_.end()) throw std::logic_error(fmt::format("process {} is no keeper", pid));
  return *found;
}

namespace {

// Bytes that are no printing ASCII stand as \u00XX, so that any path survives.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += character;
    }
  }
  return out + '"';
}

}  // namespace

std::string to_json(const SocketZoo& zoo) {
  std::string lines;
  for (const ZooSocket& socket : zoo.sockets()) {
    std::vector<std::string> holders;
    for (const ZooHolder& holder : socket.holders) {
      holders.push_back(fmt::format(R"({{"pid": {}, "fd": {}}})", holder.pid, holder.file));
    }
    lines += fmt::format(
        R"({{"name": {}, "protocol": {}, "state": {}, "local": {}, "local_port": {}, "remote": {}, "remote_port": {}, )"
        R"("device": {}, "path": {}, "inode": {}, "cookie": {}, "network": {}, "holders": [{}], "nobody": {}}})"
        "\n",
        json_text(socket.name), json_text(socket.protocol), json_text(socket.state), json_text(socket.local.address),
        socket.local.port, json_text(socket.remote.address), socket.remote.port, json_text(socket.device),
        json_text(socket.path), socket.inode, socket.cookie, socket.network, fmt::join(holders, ", "),
        json_text(socket.nobody));
  }
  return lines;
}

}  // namespace portolan::lab
