// Columns that tell which ends a socket is between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sockets/columns/cell_text.h"
#include "tests/sockets/told_columns.h"

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;
using namespace testing;

TEST(Ends, Ipv6StandsInBrackets) {
  const Row v4 = tcp_row("127.0.0.1", 8080, "192.0.2.7", 40000);
  EXPECT_EQ(told("local", v4), "'127.0.0.1:8080'");
  EXPECT_EQ(told("remote", v4), "'192.0.2.7:40000'");
  const Row v6 = tcp_row("2001:db8::1", 443, "::ffff:192.0.2.7", 40000);
  EXPECT_EQ(told("local", v6), "'[2001:db8::1]:443'");
  EXPECT_EQ(told("remote", v6), "'[::ffff:192.0.2.7]:40000'");
  EXPECT_EQ(told("local_address", v6), "'2001:db8::1'");
  EXPECT_EQ(told("local_port", v6), "443");
  EXPECT_EQ(told("remote_address", v6), "'::ffff:192.0.2.7'");
  EXPECT_EQ(told("remote_port", v6), "40000");
  EXPECT_EQ(told("family", v4) + told("family", v6), "'ipv4''ipv6'");
}

TEST(Ends, AListenerHasNoPeer) {
  const Row row = tcp_row("::", 22, "::", 0);
  EXPECT_EQ(told("local", row), "'[::]:22'");
  EXPECT_EQ(told("remote", row), "nothing");
  EXPECT_EQ(told("remote_address", row), "nothing");
  EXPECT_EQ(told("remote_port", row), "nothing");
}

TEST(Ends, WithoutAPortHaveAStar) {
  Row row = tcp_row("0.0.0.0", 0, "192.0.2.1", 0);  // a connected raw socket has an address only
  row.protocol = SocketKind::raw;
  EXPECT_EQ(told("local", row), "'0.0.0.0:*'");
  EXPECT_EQ(told("remote", row), "'192.0.2.1:*'");
  EXPECT_EQ(told("local_port", row), "nothing");
}

TEST(Ends, ZonesAndBoundInterfacesAreNamed) {
  Row row = tcp_row("fe80::1%2", 546, "fe80::2%9", 547);
  EXPECT_EQ(told("local", row), "'[fe80::1%eth0]:546'");
  EXPECT_EQ(told("remote", row), "'[fe80::2%9]:547'");  // nobody knows a name for 9
  EXPECT_EQ(told("local_address", row), "'fe80::1%eth0'");
  EXPECT_EQ(told("interface", row), "nothing");
  row = tcp_row("127.0.0.53", 53, "192.0.2.1", 1);
  row.interface = 1;
  EXPECT_EQ(told("local", row), "'127.0.0.53%lo:53'");
  EXPECT_EQ(told("remote", row), "'192.0.2.1:1'");
  EXPECT_EQ(told("local_address", row), "'127.0.0.53'");
  EXPECT_EQ(told("interface", row), "'lo'");
  row.interface = 9;
  EXPECT_EQ(told("interface", row), "'9'");
}

TEST(Ends, NamesReplaceNumbersWhereTheyAreWanted) {
  FakeNames names;
  names.services[443] = "https";
  names.hosts[address("2001:db8::1")] = "web.test";
  const Row row = tcp_row("2001:db8::1", 443, "2001:db8::2", 40000);
  EXPECT_EQ(told("local", row, names), "'web.test:https'");
  EXPECT_EQ(told("remote", row, names), "'[2001:db8::2]:40000'");
}

TEST(Ends, TheServiceColumnKnowsNamesWhereAddressesHaveNumbers) {
  const Row row = tcp_row("0.0.0.0", 22, "0.0.0.0", 0);
  EXPECT_EQ(told("local", row), "'0.0.0.0:22'");
  EXPECT_EQ(told("service", row), "'ssh'");
  EXPECT_EQ(told("service", tcp_row("0.0.0.0", 23, "0.0.0.0", 0)), "nothing");
}

TEST(Ends, OfUnixSocketsArePathsAndNumbers) {
  EXPECT_EQ(told("local", unix_row("/run/a b")), "'/run/a b'");
  EXPECT_EQ(told("path", unix_row("/run/a b")), "'/run/a b'");
  EXPECT_EQ(told("local", unix_row("\0abc"sv)), "'@abc'");
  EXPECT_EQ(told("path", unix_row("\0abc"sv)), "'@abc'");
  Row nameless = unix_row("");
  nameless.peer_inode = 18;
  EXPECT_EQ(told("local", nameless), "'#17'");
  EXPECT_EQ(told("remote", nameless), "'#18'");
  EXPECT_EQ(told("path", nameless), "nothing");
  EXPECT_EQ(told("peer", nameless), "18");
  EXPECT_EQ(told("remote", unix_row("/a")), "nothing");
  EXPECT_EQ(told("local_port", unix_row("/a")), "nothing");
}

TEST(Ends, OfNetlinkAreFamilyAndPortId) {
  Row row;
  row.protocol = SocketKind::netlink;
  row.family = AddressFamily::netlink;
  row.netlink_family = 0;
  row.local_port = 812;
  EXPECT_EQ(told("local", row), "'route:812'");
  EXPECT_EQ(told("remote", row), "nothing");
  row.netlink_family = 9;
  row.local_port = 0;
  row.remote_port = 5;
  row.netlink_groups = 0x11;
  EXPECT_EQ(told("local", row), "'audit:kernel'");
  EXPECT_EQ(told("remote", row), "'5'");
  EXPECT_EQ(told("groups", row), "'0x11'");
  row.netlink_family = 31;
  EXPECT_EQ(told("local", row), "'31:kernel'");
}

TEST(Ends, OfPacketSocketsAreProtocolAndInterface) {
  Row row;
  row.protocol = SocketKind::packet;
  row.family = AddressFamily::packet;
  row.local_port = 3;
  EXPECT_EQ(told("local", row), "'*:*'");
  row.local_port = 0x0806;
  row.interface = 2;
  EXPECT_EQ(told("local", row), "'arp:eth0'");
  row.local_port = 0x88b5;
  EXPECT_EQ(told("local", row), "'0x88b5:eth0'");
  row.local_port = 0;
  EXPECT_EQ(told("local", row), "'none:eth0'");
  EXPECT_EQ(told("remote", row), "nothing");
}

TEST(Ends, OfVsockAreContextAndPort) {
  Row row;
  row.protocol = SocketKind::vsock;
  row.family = AddressFamily::vsock;
  row.state = State::listen;
  row.local_cid = 0xffff'ffff;
  row.local_port = 1024;
  EXPECT_EQ(told("local", row), "'*:1024'");
  EXPECT_EQ(told("remote", row), "nothing");
  row.state = State::established;
  row.local_cid = 3;
  row.remote_cid = 2;
  row.remote_port = 7;
  EXPECT_EQ(told("local", row), "'3:1024'");
  EXPECT_EQ(told("remote", row), "'2:7'");
  EXPECT_EQ(told("remote_address", row), "'2'");
  EXPECT_EQ(told("remote_port", row), "7");
}

TEST(CellText, GrowsBeyondItsPlaceWithoutLosingAnything) {
  CellText text;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    text.add("123456789");
    text.add('/');
    expected += "123456789/";
    EXPECT_EQ(text.view(), expected);
  }
}

}  // namespace
}  // namespace portolan::sockets
