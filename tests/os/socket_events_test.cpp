#include "os/sockets/socket_events.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <optional>

#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

using std::chrono_literals::operator""s;

TEST(SocketEvents, TheEndOfASocketIsHeard) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    SocketEvents events;
    const auto space = SocketNamespace::current();
    ASSERT_TRUE(space.has_value());
    ASSERT_TRUE(events.listen(*space).has_value());
    std::uint16_t port = 0;
    {
      const FileDescriptor udp{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
      sockaddr_in loopback{};
      loopback.sin_family = AF_INET;
      loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      ASSERT_EQ(::bind(udp.get(), reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback), 0);
      port = port_of(udp);
    }
    std::optional<sockets::Row> heard;
    for (int i = 0; i < 100 && !heard; ++i) {
      EXPECT_TRUE(events.wait(1s));
      EXPECT_TRUE(events.receive([&heard](const sockets::Row& row) { heard = row; }));
    }
    ASSERT_TRUE(heard.has_value());
    EXPECT_EQ(heard->protocol, sockets::SocketKind::udp);
    EXPECT_EQ(heard->local_port, port);
    EXPECT_EQ(heard->state, sockets::State::closed);
    EXPECT_EQ(heard->send_queue, 0U);
    struct stat own{};
    ASSERT_EQ(::stat("/proc/self/ns/net", &own), 0);
    EXPECT_EQ(heard->network_namespace, own.st_ino);
  });
}

TEST(SocketEvents, WithoutASocketNothingIsHeard) {
  SocketEvents deaf;
  EXPECT_TRUE(deaf.wait(Duration::zero()));
  EXPECT_TRUE(deaf.receive([](const sockets::Row&) { FAIL(); }));
}

}  // namespace
}  // namespace portolan::os
