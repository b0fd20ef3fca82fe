// Ways where the kernel does not tell its routes, on real ones.
#include "os/net/socket_routes.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include "private_network.h"

namespace portolan::os {
namespace {

using Kind = net::Path::Kind;

Result<net::Path> way_to(const char* target, const char* interface = "") {
  const auto routes = SocketRoutes::open(interface);
  if (!routes) return fail(routes.error());
  const auto address = net::IpAddress::parse(target);
  return (*routes)->route(std::array{*address}).front();
}

Kind kind_of_way(const char* target, const char* interface = "") {
  const auto path = way_to(target, interface);
  EXPECT_TRUE(path.has_value()) << target << ": " << (path ? "" : path.error().message);
  return path ? path->kind : Kind::ethernet;
}

// Of this process from now on. Both calls have what tells them apart in one argument.
void deny(long call, std::size_t argument, std::uint32_t value) {
  const auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  std::array code{load(offsetof(seccomp_data, nr)),
                  sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 3),
                  load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t)),
                  sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
                  sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                  sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(SocketRoutes, KnowOwnAddressesWhateverSourceTheKernelPrefers) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip addr add 198.18.0.7/24 dev near");
    for (const char* interface : {"", "lo", "near"}) {
      for (const char* own : {"127.0.0.1", "127.0.0.2", "198.18.0.1", "198.18.0.7", "::1", "2001:db8::1"}) {
        EXPECT_EQ(kind_of_way(own, interface), Kind::local) << own << ' ' << interface;
      }
    }
    for (const char* interface : {"", "near"}) {
      for (const char* other : {"198.18.0.2", "2001:db8::2"}) {
        EXPECT_EQ(kind_of_way(other, interface), Kind::kernel) << other << ' ' << interface;
      }
      EXPECT_EQ(way_to("198.18.0.255", interface).error().cause, "broadcast");
    }
  });
}

TEST(SocketRoutes, TakeNoOtherMachineForThisOneWhereAnyAddressMayBeBound) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("sysctl -qw net.ipv4.ip_nonlocal_bind=1 net.ipv6.ip_nonlocal_bind=1");
    for (const char* interface : {"", "near"}) {
      EXPECT_EQ(kind_of_way("198.18.0.2", interface), Kind::kernel) << interface;
      EXPECT_EQ(kind_of_way("2001:db8::2", interface), Kind::kernel) << interface;
      EXPECT_EQ(kind_of_way("198.18.0.1", interface), Kind::local) << interface;
      EXPECT_EQ(kind_of_way("127.0.0.2", interface), Kind::local) << interface;
    }
  });
}

TEST(SocketRoutes, SayWhatIsForbidden) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    constexpr std::size_t option = 2;
    deny(SYS_setsockopt, option, SO_BINDTODEVICE);
    const auto bound = way_to("198.18.0.2", "near");
    ASSERT_FALSE(bound.has_value());
    EXPECT_EQ(bound.error().code, Errc::privilege);
    EXPECT_EQ(bound.error().message, "cannot send through 'near': Operation not permitted; leave -e out");
    EXPECT_EQ(bound.error().about, std::vector<std::string>{"near"});
    EXPECT_EQ(kind_of_way("198.18.0.2"), Kind::kernel);

    constexpr std::size_t family = 0;
    deny(SYS_socket, family, AF_INET);
    const auto asked = way_to("198.18.0.2");
    ASSERT_FALSE(asked.has_value());
    EXPECT_EQ(asked.error().code, Errc::io);
    EXPECT_EQ(asked.error().cause, "EPERM");
    EXPECT_EQ(asked.error().message,
              "cannot find the way to 198.18.0.2: Operation not permitted; it is asked for by a UDP socket, which a "
              "filter of this container or service (seccomp) may forbid");
    EXPECT_EQ(asked.error().about, std::vector<std::string>{"198.18.0.2"});
  });
}

}  // namespace
}  // namespace portolan::os
