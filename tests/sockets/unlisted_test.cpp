#include "sockets/unlisted.h"

#include <gtest/gtest.h>

namespace portolan::sockets {
namespace {

TEST(Unlisted, KnownKindsAreNamedByTheirProtocol) {
  EXPECT_EQ(unlisted_row("TCPv6").protocol, Protocol::tcp);
  EXPECT_EQ(unlisted_row("UDP-Lite").protocol, Protocol::udplite);
  EXPECT_EQ(unlisted_row("UNIX-STREAM").protocol, Protocol::unix_domain);
  EXPECT_EQ(unlisted_row("AF_VSOCK").protocol, Protocol::vsock);
  EXPECT_EQ(unlisted_row("TCP").state, State::closed);
}

TEST(Unlisted, OthersKeepTheKernelsName) {
  const Row row = unlisted_row("ALG");
  EXPECT_EQ(row.protocol, Protocol::other);
  EXPECT_EQ(row.protocol_name, "ALG");
  EXPECT_EQ(row.family, Family::none);
}

}  // namespace
}  // namespace portolan::sockets
