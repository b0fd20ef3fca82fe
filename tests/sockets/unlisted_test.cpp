#include "sockets/unlisted.h"

#include <gtest/gtest.h>

#include <string>

namespace portolan::sockets {
namespace {

TEST(Unlisted, KnownKindsAreNamedByTheirProtocol) {
  EXPECT_EQ(unlisted_row("TCPv6").protocol, SocketKind::tcp);
  EXPECT_EQ(unlisted_row("UDP-Lite").protocol, SocketKind::udplite);
  EXPECT_EQ(unlisted_row("UNIX-STREAM").protocol, SocketKind::unix_domain);
  EXPECT_EQ(unlisted_row("AF_VSOCK").protocol, SocketKind::vsock);
  EXPECT_EQ(unlisted_row("TCP").state, State::closed);
}

TEST(Unlisted, OfKindsWithoutAListTheStateIsNotKnown) {
  for (const char* name : {"AF_VSOCK", "SCTP", "ALG", "DCCPv6"}) EXPECT_EQ(unlisted_row(name).state, State::unknown);
  for (const char* name : {"UNIX", "PACKET", "RAWv6", "NETLINK"}) EXPECT_EQ(unlisted_row(name).state, State::closed);
}

TEST(Unlisted, TheKernelNamesTheKindsThatItHas) {
  const std::string heading = "protocol  size sockets  memory press maxhdr  slab module     cl co\n";
  EXPECT_EQ(kinds_without_list(heading), 0U);
  EXPECT_EQ(kinds_without_list(heading + "TCPv6     2432      4       1   no     320   yes  kernel\n"), 0U);
  EXPECT_EQ(kinds_without_list(heading + "UNIX 1 2\nAF_VSOCK  1 0\nALG 3\n"),
            mask_of(SocketKind::vsock) | mask_of(SocketKind::other));
  EXPECT_EQ(kinds_without_list(""), 0U);
}

TEST(Unlisted, OthersKeepTheKernelsName) {
  const Row row = unlisted_row("ALG");
  EXPECT_EQ(row.protocol, SocketKind::other);
  EXPECT_EQ(row.protocol_name, "ALG");
  EXPECT_EQ(row.family, AddressFamily::none);
}

}  // namespace
}  // namespace portolan::sockets
