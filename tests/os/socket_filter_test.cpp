// Filters as the kernel's bytecode, on real sockets: what the kernel lets pass is what the tree says about the whole
// list.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "os/file_descriptor.h"
#include "private_network.h"
#include "sockets/filter/filter.h"
#include "sockets/sources/inet_diag.h"
#include "wire/netlink_message.h"

namespace portolan::os {
namespace {

using sockets::Filter;
using sockets::Row;
using sockets::State;

// --- sockets to be listed

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Address address_of(const std::string& host, std::uint16_t port) {
  Address address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr), 1) << host;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
  }
  return address;
}
const sockaddr* pointer_to(const Address& address) { return reinterpret_cast<const sockaddr*>(&address.storage); }

void set_option(const FileDescriptor& socket, int level, int option, int value) {
  EXPECT_EQ(::setsockopt(socket.get(), level, option, &value, sizeof value), 0) << option << ": " << errno;
}

FileDescriptor tcp_socket(const Address& address) {
  FileDescriptor socket{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  return socket;
}

FileDescriptor listener_at(const std::string& host, std::uint16_t port) {
  const Address address = address_of(host, port);
  FileDescriptor socket = tcp_socket(address);
  EXPECT_EQ(::bind(socket.get(), pointer_to(address), address.size), 0) << host;
  EXPECT_EQ(::listen(socket.get(), 8), 0);
  return socket;
}

FileDescriptor connection_to(const std::string& host, std::uint16_t port, std::uint32_t mark = 0) {
  const Address address = address_of(host, port);
  FileDescriptor socket = tcp_socket(address);
  if (mark != 0) set_option(socket, SOL_SOCKET, SO_MARK, static_cast<int>(mark));
  EXPECT_EQ(::connect(socket.get(), pointer_to(address), address.size), 0) << host << ": " << errno;
  return socket;
}

FileDescriptor accepted(const FileDescriptor& listener) {
  return FileDescriptor{::accept(listener.get(), nullptr, nullptr)};
}

// Listeners and connections of both families and most states, each with ports of its own.
class Zoo {
 public:
  Zoo() {
    add(listener_at("127.0.0.1", 1001));
    add(listener_at("0.0.0.0", 1003));
    add(listener_at("::1", 1004));
    add(listener_at("::", 1005));  // for IPv4 as well
    const std::size_t bound = add(listener_at("127.0.0.2", 1006));
    set_option_text(held_[bound], "lo");
    connect("127.0.0.1", 1001, held_[0], 3);
    connect("127.0.0.3", 1003, held_[1], 0);
    connect("::1", 1004, held_[2], 1);
    connect("127.0.0.1", 1005, held_[3], 0);  // v4-mapped at the listener's end
    connect("::1", 1005, held_[3], 2);
    add_closing_ones();
    // Until the first byte of data the listener keeps such a connection as a request.
    const std::size_t deferred = add(listener_at("127.0.0.1", 1007));
    set_option(held_[deferred], IPPROTO_TCP, TCP_DEFER_ACCEPT, 60);
    add(connection_to("127.0.0.1", 1007));
  }

 private:
  std::size_t add(FileDescriptor socket) {
    EXPECT_TRUE(socket.is_open());
    held_.push_back(std::move(socket));
    return held_.size() - 1;
  }
  static void set_option_text(const FileDescriptor& socket, const char* device) {
    EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, device, 3), 0);
  }
  void connect(const std::string& host, std::uint16_t port, const FileDescriptor& listener, std::uint32_t mark) {
    FileDescriptor near = connection_to(host, port, mark);
    FileDescriptor far = accepted(listener);
    add(std::move(near));
    add(std::move(far));
  }
  // FIN-WAIT-2 and CLOSE-WAIT: one end says that it is done. TIME-WAIT: both do, the client first.
  void add_closing_ones() {
    FileDescriptor half = connection_to("127.0.0.1", 1003);
    FileDescriptor other_half = accepted(held_[1]);
    ::shutdown(half.get(), SHUT_WR);
    expect_end(other_half);
    std::array<char, 1> byte{};  // its acknowledgement would wait for a while, unless data takes it along
    EXPECT_EQ(::write(other_half.get(), byte.data(), byte.size()), 1);
    EXPECT_EQ(::read(half.get(), byte.data(), byte.size()), 1);
    add(std::move(half));
    add(std::move(other_half));
    FileDescriptor first = connection_to("127.0.0.1", 1001);
    const FileDescriptor last = accepted(held_[0]);
    first.reset(-1);
    expect_end(last);
  }
  static void expect_end(const FileDescriptor& socket) {
    std::array<char, 1> byte{};
    EXPECT_EQ(::read(socket.get(), byte.data(), byte.size()), 0);
  }

  std::vector<FileDescriptor> held_;
};

// --- lists of them

struct Listing {
  std::vector<std::vector<std::uint8_t>> datagrams;  // which the rows look into
  std::vector<Row> rows;
  int error = 0;
};

// Takes one datagram in; true at the end of the list.
bool take_datagram(Listing& listing, std::span<const std::uint8_t> datagram) {
  for (auto message = wire::next_message(datagram); !message.empty(); message = wire::next_message(datagram)) {
    const auto header = wire::read_struct<nlmsghdr>(message).value_or(nlmsghdr{});
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) {
      listing.error = -wire::read_struct<int>(message.subspan(sizeof(nlmsghdr))).value_or(0);
      return true;
    }
    Row row;
    if (sockets::parse_inet_diag(message, sockets::SocketKind::tcp, row)) listing.rows.push_back(row);
  }
  return false;
}

void list_family(Listing& listing, sockets::AddressFamily family, const sockets::Detail& wanted) {
  const FileDescriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  std::vector<std::uint8_t> request;
  sockets::append_inet_request(request, sockets::SocketKind::tcp, family, wanted);
  ASSERT_EQ(::send(socket.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  for (bool done = false; !done;) {
    std::vector<std::uint8_t> datagram(65536);
    const ssize_t size = ::recv(socket.get(), datagram.data(), datagram.size(), 0);
    ASSERT_GT(size, 0);
    datagram.resize(static_cast<std::size_t>(size));
    listing.datagrams.push_back(std::move(datagram));
    done = take_datagram(listing, listing.datagrams.back());
  }
}

Listing list(sockets::StateMask states = sockets::all_states, std::vector<std::uint8_t> bytecode = {}) {
  sockets::Detail wanted;
  wanted.states = states;
  wanted.details = true;
  wanted.bytecode = std::move(bytecode);
  Listing listing;
  list_family(listing, sockets::AddressFamily::v4, wanted);
  if (listing.error == 0) list_family(listing, sockets::AddressFamily::v6, wanted);
  return listing;
}

std::string name_of(const Row& row) {
  return fmt::format("{} {}:{} {}:{} if{} mark {}", sockets::name_of(row.state, row.protocol), to_string(row.local),
                     row.local_port, to_string(row.remote), row.remote_port, row.interface, row.mark.value_or(0));
}

using Sockets = std::set<std::string>;

Sockets names_of(const std::vector<Row>& rows) {
  Sockets names;
  for (const Row& row : rows) names.insert(name_of(row));
  return names;
}

Sockets matching(const Listing& listing, const Filter& filter) {
  Sockets names;
  for (const Row& row : listing.rows) {
    if (filter.matches(row)) names.insert(name_of(row));
  }
  return names;
}

Sockets without(const Sockets& some, const Sockets& others) {
  Sockets rest;
  std::ranges::set_difference(some, others, std::inserter(rest, rest.end()));
  return rest;
}

bool has_state(const Listing& listing, State state) {
  return std::ranges::any_of(listing.rows, [state](const Row& row) { return row.state == state; });
}

// All that the zoo has, once its last packets have been handled.
Listing list_zoo() {
  Listing everything = list();
  for (int i = 0; i < 60'000 && has_state(everything, State::last_ack); ++i) everything = list();
  EXPECT_EQ(everything.error, 0);
  for (const State state :
       {State::established, State::syn_recv, State::fin_wait_2, State::time_wait, State::close_wait, State::listen}) {
    EXPECT_TRUE(has_state(everything, state)) << static_cast<int>(state);
  }
  return everything;
}

Filter filter_of(std::string_view text) {
  sockets::FilterNames names;
  names.interface = [](std::string_view name) -> std::optional<std::uint32_t> {
    const unsigned index = ::if_nametoindex(std::string{name}.c_str());
    return index == 0 ? std::nullopt : std::optional{index};
  };
  auto filter = Filter::parse(text, names);
  EXPECT_TRUE(filter.has_value()) << text << ": " << (filter ? "" : filter.error().message);
  return filter ? std::move(*filter) : Filter{};
}

// Those that ss knows as well; brackets where ss 6.1 goes from left to right (docs/filters.md).
constexpr std::array shared_filters{"sport = :1001",
                                    "sport != :1001",
                                    "sport > :1003",
                                    "sport >= :1003",
                                    "sport < :1003",
                                    "sport <= :1003",
                                    "dport = :1005",
                                    "( sport = :1001 or dport = :1001 )",
                                    "sport = :1001 or ( sport = :1004 and dport > :5 )",
                                    "not ( sport = :1001 or dport = :1001 )",
                                    "not sport = :1001 and not dport = :1001",
                                    "src 127.0.0.1",
                                    "src 127.0.0.0/8",
                                    "src 127.0.0.2/31",
                                    "dst 127.0.0.1:1005",
                                    "src 0.0.0.0/0",
                                    "src [::1]",
                                    "src [::]",
                                    "src [::ffff:127.0.0.1]",
                                    "src [::1]:1004",
                                    "src *:1005",
                                    "src :1005 or dst :1005",
                                    "dst [::/0] or sport = :1001",
                                    "dev lo",
                                    "dev != lo",
                                    "autobound",
                                    "state established",
                                    "state listening sport > :1003",
                                    "state time-wait",
                                    "state syn-recv",
                                    "state syn-recv sport = :1007",
                                    "state fin-wait-2 state close-wait",
                                    "exclude listening",
                                    "state bucket",
                                    "state big dst 127.0.0.0/8",
                                    "state connected exclude established",
                                    "fwmark = 1",
                                    "fwmark = 0x1/0x1",
                                    "fwmark != 3"};
// `not autobound` is here because ss leaves out those on whom the kernel's flag and the range of ports disagree,
// accepted connections among them.
constexpr std::array own_filters{"not autobound",
                                 "sport = :1001-1004",
                                 "dport != :1001-1004",
                                 "src inet:*",
                                 "src inet:127.0.0.0/8",
                                 "src inet6:*",
                                 "src != 127.0.0.1",
                                 "src [::1%lo]",
                                 "state listening or sport = :1001",
                                 "not ( state listening and sport = :1001 )",
                                 "uid = 0 and dport = :1003",
                                 "uid > 0 or src 127.0.0.1",
                                 "proto udp or sport = :1001",
                                 "not ( proto tcp and ( sport = :1001 or uid = 7 ) )",
                                 "src unix:*",
                                 "not src unix:*",
                                 "cgroup = 1",
                                 "cgroup != 1"};

void expect_kernel_agrees(const Listing& everything, const std::string& text) {
  const Filter filter = filter_of(text);
  const Listing passed = list(filter.states(), filter.bytecode());
  ASSERT_EQ(passed.error, 0) << text;
  const Sockets wanted = matching(everything, filter);
  EXPECT_EQ(without(wanted, names_of(passed.rows)), Sockets{}) << "lost by the kernel: " << text;
  if (filter.bytecode_is_exact()) {
    EXPECT_EQ(without(names_of(passed.rows), wanted), Sockets{}) << "let pass by the kernel: " << text;
  }
}

TEST(SocketFilter, KernelLetsPassWhatTheTreeSaysInEveryState) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Zoo zoo;
    const Listing everything = list_zoo();
    for (const char* text : shared_filters) expect_kernel_agrees(everything, text);
    for (const char* text : own_filters) expect_kernel_agrees(everything, text);
  });
}

TEST(SocketFilter, ControlGroupOfASocketIsWhatTheKernelCompares) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Zoo zoo;
    const Listing everything = list_zoo();
    const auto known = std::ranges::find_if(everything.rows, [](const Row& row) { return row.cgroup.has_value(); });
    if (known == everything.rows.end()) GTEST_SKIP() << "this kernel tells no control groups of sockets";
    expect_kernel_agrees(everything, fmt::format("cgroup = {}", *known->cgroup));
    expect_kernel_agrees(everything, fmt::format("sport < :1024 cgroup != {}", *known->cgroup));
  });
}

TEST(SocketFilter, LongestProgramIsTaken) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Zoo zoo;
    std::string text = "sport = :1001";
    for (int i = 1; i < 65528 / 8; ++i) text += " sport = :1001";
    const Filter filter = filter_of(text);
    ASSERT_EQ(filter.bytecode().size(), 65528U);
    expect_kernel_agrees(list_zoo(), text);
  });
}

// --- the peer

// "LISTEN 0 128 127.0.0.1:1001 0.0.0.0:*" to "1001 0"; the ports tell the sockets of the zoo apart. ss leaves the state
// out where the filter names one alone.
std::string ports_of_line(const std::string& line) {
  std::istringstream words{line};
  std::vector<std::string> ends;
  for (std::string word; words >> word;) {
    const std::size_t colon = word.rfind(':');
    if (colon != std::string::npos) ends.push_back(word.substr(colon + 1));
  }
  std::ranges::replace(ends, "*", "0");
  return join(ends, " ");
}

std::multiset<std::string> ports_by_ss(const std::string& filter) {
  std::istringstream lines{output_of(fmt::format("set -f; ss -Htan {} 2>&1", filter))};
  std::multiset<std::string> ports;
  for (std::string line; std::getline(lines, line);) ports.insert(ports_of_line(line));
  return ports;
}

TEST(SocketFilter, SsListsTheSame) {
  NEEDS_PRIVATE_NETWORK();
  if (output_of("command -v ss").empty()) GTEST_SKIP() << "ss (iproute2) is not installed";
  in_private_network([] {
    const Zoo zoo;
    const Listing everything = list_zoo();
    for (const std::string text : shared_filters) {
      const Filter filter = filter_of(text);
      std::multiset<std::string> ours;
      for (const Row& row : everything.rows) {
        if (filter.matches(row)) ours.insert(fmt::format("{} {}", row.local_port, row.remote_port));
      }
      std::string quoted;  // the shell takes brackets and signs for its own
      std::istringstream words{text};
      for (std::string word; words >> word;) quoted += fmt::format("'{}' ", word);
      EXPECT_EQ(ours, ports_by_ss(quoted)) << text;
    }
  });
}

}  // namespace
}  // namespace portolan::os
