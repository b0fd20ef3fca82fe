#include "sockets/unlisted.h"

#include <gtest/gtest.h>

namespace portolan::sockets {
namespace {

TEST(Unlisted, KnownKindsAreNamedByTheirProtocol) {
  EXPECT_EQ(unlisted_row("TCPv6").protocol, SocketKind::tcp);
  EXPECT_EQ(unlisted_row("UDP-Lite").protocol, SocketKind::udplite);
  EXPECT_EQ(unlisted_row("UNIX-STREAM").protocol, SocketKind::unix_domain);
  EXPECT_EQ(unlisted_row("AF_VSOCK").protocol, SocketKind::vsock);
  EXPECT_EQ(unlisted_row("TCP").state, State::closed);
}

TEST(Unlisted, OthersKeepTheKernelsName) {
  const Row row = unlisted_row("ALG");
  EXPECT_EQ(row.protocol, SocketKind::other);
  EXPECT_EQ(row.protocol_name, "ALG");
  EXPECT_EQ(row.family, AddressFamily::none);
}

}  // namespace
}  // namespace portolan::sockets
