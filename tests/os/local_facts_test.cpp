#include "os/local_facts.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "os/file_descriptor.h"
#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

TEST(PortLimits, AreThoseOfTheNamespace) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("echo 20000 20010 > /proc/sys/net/ipv4/ip_local_port_range");
    shell("echo 500 > /proc/sys/net/ipv4/ip_unprivileged_port_start");
    shell("echo 20003-20005,20007 > /proc/sys/net/ipv4/ip_local_reserved_ports");
    const auto limits = read_port_limits();
    EXPECT_EQ(limits.ephemeral, (net::PortRange{.first = net::Port{20000}, .last = net::Port{20010}}));
    EXPECT_EQ(limits.first_unprivileged, 500U);
    EXPECT_EQ(to_string(limits.set_aside), "20003-20005,20007");
  });
}

TEST(FindSocket, KnowsSocketsByAnyPath) {
  std::string pattern = testing::TempDir() + "portolan-facts-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const std::filesystem::path folder{pattern};
  const std::string path = folder / "s";
  const FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  std::filesystem::create_symlink("s", folder / "link");
  const auto direct = find_socket(path);
  const auto linked = find_socket(folder / "link");
  using State = sockets::Question::File::State;
  EXPECT_EQ(direct.state, State::socket);
  EXPECT_EQ(linked.state, State::socket);
  EXPECT_EQ(direct.inode, linked.inode);
  EXPECT_EQ(direct.device, linked.device);
  EXPECT_EQ(find_socket(folder).state, State::none);
  EXPECT_EQ(find_socket(folder / "nosuch").state, State::none);
  EXPECT_EQ(find_socket(path + std::string(1, '\0') + "x").state, State::none);
  EXPECT_EQ(find_socket_of(static_cast<std::uint32_t>(::getpid()), path).inode, direct.inode);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace portolan::os
