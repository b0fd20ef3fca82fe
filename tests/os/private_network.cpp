#include "private_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace portolan::os {
namespace {

constexpr int no_namespace = 99;

bool write_text(const char* path, const std::string& text) {
  std::ofstream file{path};
  file << text;
  file.flush();
  return file.good();
}

bool bring_up_loopback() {
  const FileDescriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

// nft and tc are not on an ordinary user's path.
void lengthen_path() {
  const char* const path = std::getenv("PATH");
  ::setenv("PATH", fmt::format("{}:/usr/sbin:/sbin", path == nullptr ? "/usr/bin:/bin" : path).c_str(), 1);
}

bool enter_private_network() {
  lengthen_path();
  const std::string uid = std::to_string(::getuid());
  const std::string gid = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER) != 0) {
    // A process with threads, such as every one under the thread sanitizer, gets no user namespace; it
    // needs none where it is root.
    return errno == EINVAL && ::unshare(CLONE_NEWNET) == 0 && bring_up_loopback();
  }
  // The network comes after the users: its files in /proc belong to whoever is root when it is made
  // (proc_net_ns_init()).
  return write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", "0 " + uid + " 1") &&
         write_text("/proc/self/gid_map", "0 " + gid + " 1") && ::unshare(CLONE_NEWNET) == 0 && bring_up_loopback();
}

int status_of_child(const std::function<int()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int status = body();
    std::fflush(nullptr);
    ::_exit(status);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::optional<std::string> no_private_networks() {
  static const int status = status_of_child([] { return enter_private_network() ? 0 : no_namespace; });
  if (status == 0) return std::nullopt;
  return "this kernel does not let this user make network namespaces";
}

bool may_become_anybody() {
  return ::geteuid() == 0 && status_of_child([] { return ::setresuid(nobody, nobody, nobody) == 0 ? 0 : 1; }) == 0;
}

bool may_be_ordinary_user() { return ::geteuid() != 0 || may_become_anybody(); }

void become_ordinary_user() {
  if (::geteuid() != 0) return;
  ASSERT_EQ(::setresgid(nobody, nobody, nobody), 0);
  ASSERT_EQ(::setresuid(nobody, nobody, nobody), 0);
}

void in_private_network(const std::function<void()>& body) {
  const int status = status_of_child([&body] {
    if (!enter_private_network()) return no_namespace;
    body();
    return ::testing::Test::HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(status, 0) << "in the private network";
}

bool has_own_mounts() {
  if (::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) return true;
  fmt::print("skipped: this kernel does not let this user make mount namespaces\n");
  return false;
}

void shell(const std::string& command) { EXPECT_EQ(std::system(command.c_str()), 0) << command; }

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), size);
  ::pclose(pipe);
  return text;
}

Peer::Peer() {
  std::array<int, 2> ready{};
  EXPECT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
  FileDescriptor reader{ready[0]};
  FileDescriptor writer{ready[1]};
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const bool made = ::unshare(CLONE_NEWNET) == 0 && bring_up_loopback();
    (void)!::write(writer.get(), made ? "y" : "n", 1);
    for (;;) ::pause();
  }
  char answer = 'n';
  EXPECT_EQ(::read(reader.get(), &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  home_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  there_.reset(::open(fmt::format("/proc/{}/ns/net", process_).c_str(), O_RDONLY | O_CLOEXEC));
}

Peer::~Peer() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Peer::enter(const std::function<void()>& body) const {
  ASSERT_EQ(::setns(there_.get(), CLONE_NEWNET), 0);
  body();
  ASSERT_EQ(::setns(home_.get(), CLONE_NEWNET), 0);
}

void Peer::shell(const std::string& command) const {
  enter([&command] { os::shell(command); });
}

void wait_for_carrier(const char* device) {
  const FileDescriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::strcpy(request.ifr_name, device);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(::ioctl(any.get(), SIOCGIFFLAGS, &request), 0) << device;
    if ((request.ifr_flags & IFF_RUNNING) != 0) break;
    ::usleep(1'000);
  }
  ASSERT_NE(request.ifr_flags & IFF_RUNNING, 0) << device << " has no carrier";
  // The flag is seen a moment before the addresses and routes that follow from it. They are made under the lock that
  // setting flags waits for, and setting what is set changes nothing.
  ASSERT_EQ(::ioctl(any.get(), SIOCSIFFLAGS, &request), 0) << device;
}

void make_wire(const Peer& peer) {
  // The kernel looks at the carrier at once only where the two ends have different numbers (net/core/link_watch.c).
  shell(fmt::format("ip link add near index 20 type veth peer name far index 21 netns {}", peer.process()));
  shell(
      "ip addr add 198.18.0.1/24 dev near; ip -6 addr add 2001:db8::1/64 dev near nodad; "
      "ip link set near up addrgenmode none");
  peer.shell(
      "ip addr add 198.18.0.2/24 dev far; ip -6 addr add 2001:db8::2/64 dev far nodad; "
      "ip link set far up addrgenmode none");
  wait_for_carrier("near");
  peer.enter([] { wait_for_carrier("far"); });
}

net::Mac mac_of_device(const std::string& name) {
  const FileDescriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  EXPECT_EQ(::ioctl(any.get(), SIOCGIFHWADDR, &request), 0) << name;
  net::Mac mac;
  std::copy_n(request.ifr_hwaddr.sa_data, mac.bytes.size(), mac.bytes.begin());
  return mac;
}

Injector::Injector(const std::string& device)
    : socket_{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)},
      device_{static_cast<int>(::if_nametoindex(device.c_str()))} {
  EXPECT_TRUE(socket_.is_open());
  EXPECT_NE(device_, 0) << device;
}

void Injector::send(net::EtherType type, const net::Mac& to, std::span<const std::uint8_t> bytes) const {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(static_cast<std::uint16_t>(type));
  address.sll_ifindex = device_;
  address.sll_halen = 6;
  std::ranges::copy(to.bytes, address.sll_addr);
  EXPECT_EQ(::sendto(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                     sizeof address),
            static_cast<ssize_t>(bytes.size()));
}

FileDescriptor listen_on(std::uint16_t port) {
  FileDescriptor socket{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int off = 0;
  EXPECT_EQ(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(port);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  EXPECT_EQ(::listen(socket.get(), 128), 0);
  return socket;
}

std::uint16_t port_of(const FileDescriptor& socket) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin6_port);
}

}  // namespace portolan::os
