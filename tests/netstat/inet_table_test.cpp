// The expected lines were printed by net-tools 2.10 over files of these contents in the place of /proc/net.
#include "netstat/inet_table.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/netstat/tables.h"

namespace portolan::netstat {
namespace {

using sockets::AddressFamily;
using sockets::Holder;
using sockets::Row;
using sockets::SocketKind;
using sockets::State;
using sockets::Timer;

constexpr TableOptions all_numeric{
    .which = Which::all, .numeric_hosts = true, .numeric_ports = true, .numeric_users = true};

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

Row socket(SocketKind protocol, std::string_view local, std::uint32_t local_port, std::string_view remote,
           std::uint32_t remote_port, State state) {
  Row row;
  row.protocol = protocol;
  row.local = address(local);
  row.remote = address(remote);
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.local_port = local_port;
  row.remote_port = remote_port;
  row.state = state;
  return row;
}

std::string shown(const Row& row, TableOptions options = all_numeric, KnownNames* names = nullptr) {
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  InetTable table{buffer, names != nullptr ? *names : nobody, options};
  table.row(row);
  EXPECT_TRUE(buffer.send());
  return output.text;
}

std::string heading(const TableOptions& options) {
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  InetTable{buffer, nobody, options}.heading();
  EXPECT_TRUE(buffer.send());
  return output.text;
}

TEST(InetHeading, NamesTheColumnsThatWereAskedFor) {
  EXPECT_EQ(heading({}),
            "Active Internet connections (w/o servers)\n"
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n");
  EXPECT_EQ(heading({.which = Which::listening, .programs = true}),
            "Active Internet connections (only servers)\n"
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    \n");
  EXPECT_EQ(heading({.which = Which::all, .extended = true}),
            "Active Internet connections (servers and established)\n"
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode     \n");
  EXPECT_EQ(heading({.which = Which::all, .extended = true, .programs = true, .timers = true}),
            "Active Internet connections (servers and established)\n"
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State       User       Inode      "
            "PID/Program name     Timer\n");
}

TEST(InetRow, EveryStateOfTcpHasItsWord) {
  const std::array<std::string_view, 13> words{
      "           ", "ESTABLISHED", "SYN_SENT   ", "SYN_RECV   ", "FIN_WAIT1  ", "FIN_WAIT2  ", "TIME_WAIT  ",
      "CLOSE      ", "CLOSE_WAIT ", "LAST_ACK   ", "LISTEN     ", "CLOSING    ", "SYN_RECV   "};
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(shown(socket(SocketKind::tcp, "127.0.0.1", 1000, "127.0.0.1", 2000, static_cast<State>(i))),
              "tcp        0      0 127.0.0.1:1000          127.0.0.1:2000          " + std::string{words[i]} + "\n");
  }
}

TEST(InetRow, ProtocolsHaveTheirNamesAndStates) {
  EXPECT_EQ(shown(socket(SocketKind::udp, "0.0.0.0", 53, "10.1.2.3", 5353, State::established)),
            "udp        0      0 0.0.0.0:53              10.1.2.3:5353           ESTABLISHED\n");
  EXPECT_EQ(shown(socket(SocketKind::udp, "0.0.0.0", 53, "0.0.0.0", 0, State::closed)),
            "udp        0      0 0.0.0.0:53              0.0.0.0:*                          \n");
  EXPECT_EQ(shown(socket(SocketKind::udplite, "::", 53, "::", 0, State::closed)),
            "udpl6      0      0 :::53                   :::*                               \n");
  EXPECT_EQ(shown(socket(SocketKind::raw, "0.0.0.0", 1, "0.0.0.0", 0, State::closed)),
            "raw        0      0 0.0.0.0:1               0.0.0.0:*               7          \n");
  EXPECT_EQ(shown(socket(SocketKind::raw, "::1", 58, "::", 0, State::closed)),
            "raw6       0      0 ::1:58                  :::*                    7          \n");
}

TEST(InetRow, WhatDoesNotFitItsColumnMovesTheRest) {
  Row row = socket(SocketKind::tcp, "255.255.255.255", 65535, "255.255.255.255", 65535, State::established);
  row.receive_queue = row.send_queue = 4294967295;
  EXPECT_EQ(shown(row), "tcp   4294967295 4294967295 255.255.255.255:65535   255.255.255.255:65535   ESTABLISHED\n");
}

TEST(InetRow, AListenersLimitIsNoSendQueue) {
  Row row = socket(SocketKind::tcp, "0.0.0.0", 22, "0.0.0.0", 0, State::listen);
  row.receive_queue = 3;
  row.send_queue = 128;
  EXPECT_EQ(shown(row), "tcp        3      0 0.0.0.0:22              0.0.0.0:*               LISTEN     \n");
}

TEST(InetRow, AddressesAreWrittenAsNetToolsWritesThem) {
  const auto local = [](std::string_view text) {
    return shown(socket(SocketKind::tcp, text, 22, "::1", 5, State::established)).substr(20, 23);
  };
  EXPECT_EQ(local("::"), ":::22                  ");
  EXPECT_EQ(local("::1"), "::1:22                 ");
  EXPECT_EQ(local("::ffff:10.0.0.1"), "10.0.0.1:22            ");
  EXPECT_EQ(local("::10.0.0.1"), "::10.0.0.1:22          ");
  EXPECT_EQ(local("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1:22   ");
  EXPECT_EQ(local("1::"), "1:::22                 ");
  EXPECT_EQ(local("fe80::1"), "fe80::1:22             ");
  EXPECT_EQ(local("64:ff9b::1.2.3.4"), "64:ff9b::102:304:22    ");
  EXPECT_EQ(local("fe80::1%3"), "fe80::1:22             ");  // /proc/net/tcp6 has no zones
}

TEST(InetRow, AddressesAreWholeUnlessTheyAreToBeCut) {
  const Row row = socket(SocketKind::tcp, "2001:db8:1111:2222:3333:4444:5555:6666", 22,
                         "2001:db8:1111:2222:3333:4444:5555:6666", 54321, State::established);
  EXPECT_EQ(shown(row),
            "tcp6       0      0 2001:db8:1111:2222:3333:4444:5555:6666:22 "
            "2001:db8:1111:2222:3333:4444:5555:6666:54321 ESTABLISHED\n");
  TableOptions cut = all_numeric;
  cut.cut_addresses = true;
  EXPECT_EQ(shown(row, cut), "tcp6       0      0 2001:db8:1111:2222:3:22 2001:db8:1111:222:54321 ESTABLISHED\n");
  EXPECT_EQ(
      shown(socket(SocketKind::tcp, "2001:db8:1:2:3:4:5:6", 22, "2001:db8:111:2:3::5", 8080, State::established), cut),
      "tcp6       0      0 2001:db8:1:2:3:4:5:6:22 2001:db8:111:2:3:::8080 ESTABLISHED\n");
}

TEST(InetRow, LongNamesOfServicesLeaveRoomForTheHost) {
  KnownNames names;
  names.hosts = {{"10.20.30.40", "a.very.long.host.name.example.org"}};
  names.services = {{{"tcp", 3}, "a-really-long-service-name"}, {{"tcp", 4}, "even-longer-than-the-column-is-wide"}};
  TableOptions cut{.which = Which::all, .cut_addresses = true};
  EXPECT_EQ(shown(socket(SocketKind::tcp, "10.20.30.40", 3, "255.255.255.255", 4, State::established), cut, &names),
            "tcp        0      0 a.ve:a-really-long-serv 255.:even-longer-than-t ESTABLISHED\n");
  EXPECT_EQ(
      shown(socket(SocketKind::tcp, "10.20.30.40", 2605, "255.255.255.255", 2606, State::established), cut, &names),
      "tcp        0      0 a.very.long.host.n:2605 255.255.255.255:2606    ESTABLISHED\n");
}

TEST(InetRow, NamesTakeThePlaceOfNumbers) {
  KnownNames names;
  names.hosts = {{"127.0.0.1", "localhost"}};
  names.services = {{{"tcp", 22}, "ssh"}, {{"udp", 53}, "domain"}};
  const TableOptions named{.which = Which::all};
  EXPECT_EQ(shown(socket(SocketKind::tcp, "127.0.0.1", 22, "10.0.0.1", 5, State::established), named, &names),
            "tcp        0      0 localhost:ssh           10.0.0.1:5              ESTABLISHED\n");
  EXPECT_EQ(shown(socket(SocketKind::udplite, "0.0.0.0", 53, "0.0.0.0", 0, State::closed), named, &names),
            "udpl       0      0 0.0.0.0:domain          0.0.0.0:*                          \n");
  EXPECT_EQ(shown(socket(SocketKind::tcp, "::", 22, "::", 0, State::listen), named, &names),
            "tcp6       0      0 [::]:ssh                [::]:*                  LISTEN     \n");
  EXPECT_EQ(shown(socket(SocketKind::raw, "0.0.0.0", 1, "0.0.0.0", 0, State::closed), named, &names),
            "raw        0      0 0.0.0.0:icmp            0.0.0.0:*               7          \n");
  TableOptions ports_only = named;
  ports_only.numeric_hosts = true;
  EXPECT_EQ(shown(socket(SocketKind::tcp, "::", 22, "::", 0, State::listen), ports_only, &names),
            "tcp6       0      0 :::ssh                  :::*                    LISTEN     \n");
}

TEST(InetRow, AHostileNameCannotMoveTheCursor) {
  KnownNames names;
  names.hosts = {{"10.0.0.1", "a\x1b[2Jb\nc"}};
  EXPECT_EQ(shown(socket(SocketKind::tcp, "10.0.0.1", 1, "10.0.0.1", 5, State::listen), {.which = Which::all}, &names)
                .find_first_of("\x1b\r"),
            std::string::npos);
}

TEST(InetRow, TcpIsAServerWithoutARemotePortAndOthersWithoutARemoteAddress) {
  TableOptions connected = all_numeric;
  connected.which = Which::connected;
  TableOptions listening = all_numeric;
  listening.which = Which::listening;
  const auto where = [&](const Row& row) {
    return std::pair{!shown(row, connected).empty(), !shown(row, listening).empty()};
  };
  const std::pair is_connected{true, false};
  const std::pair is_listening{false, true};
  EXPECT_EQ(where(socket(SocketKind::tcp, "0.0.0.0", 1, "0.0.0.0", 5, State::listen)), is_connected);
  EXPECT_EQ(where(socket(SocketKind::tcp, "0.0.0.0", 1, "10.1.2.3", 0, State::established)), is_listening);
  EXPECT_EQ(where(socket(SocketKind::udp, "0.0.0.0", 1, "0.0.0.0", 5, State::established)), is_listening);
  EXPECT_EQ(where(socket(SocketKind::udp, "0.0.0.0", 1, "10.1.2.3", 0, State::closed)), is_connected);
  EXPECT_EQ(where(socket(SocketKind::raw, "::", 1, "2001:db8::1", 0, State::closed)), is_connected);
  EXPECT_EQ(where(socket(SocketKind::raw, "::1", 1, "::", 0, State::closed)), is_listening);
}

TEST(InetRow, UsersAndInodesStandBehindTheState) {
  TableOptions options = all_numeric;
  options.extended = true;
  Row row = socket(SocketKind::tcp, "0.0.0.0", 22, "0.0.0.0", 0, State::listen);
  row.user = 65534;
  row.inode = 4294967295;
  EXPECT_EQ(shown(row, options),
            "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      65534      4294967295\n");
  KnownNames names;
  names.users = {{65534, "a-very-long-user-name-indeed"}};
  options.numeric_users = false;
  row.inode = 100;
  EXPECT_EQ(shown(row, options, &names),
            "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      "
            "a-very-long-user-name-indeed 100       \n");
}

TEST(InetRow, AConnectionThatWaitsBelongsToTheUserOfItsListener) {
  TableOptions options = all_numeric;
  options.extended = true;
  KnownNames nobody;
  StringOutput output;
  report::OutputBuffer buffer{output};
  InetTable table{buffer, nobody, options};
  Row listener = socket(SocketKind::tcp, "::", 22, "::", 0, State::listen);
  listener.user = 33;
  table.note_listener(listener);
  table.row(socket(SocketKind::tcp, "10.0.0.1", 22, "10.0.0.2", 5, State::syn_recv));
  table.row(socket(SocketKind::tcp, "10.0.0.1", 23, "10.0.0.2", 5, State::syn_recv));
  ASSERT_TRUE(buffer.send());
  EXPECT_EQ(output.text,
            "tcp        0      0 10.0.0.1:22             10.0.0.2:5              SYN_RECV    33         0         \n"
            "tcp        0      0 10.0.0.1:23             10.0.0.2:5              SYN_RECV    0          0         \n");
}

TEST(InetRow, TheFirstHolderIsNamed) {
  KnownNames names;
  names.command_lines = {{22, "/usr/sbin/sshd"}, {4000000, "/usr/bin/a-very-long-program-name-indeed"}};
  TableOptions options = all_numeric;
  options.programs = true;
  const std::array<Holder, 2> holders{{{22, 3}, {23, 3}}};
  Row row = socket(SocketKind::tcp, "0.0.0.0", 22, "0.0.0.0", 0, State::listen);
  row.inode = 5;
  row.holders = holders;
  const std::string begin = "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      ";
  EXPECT_EQ(shown(row, options, &names), begin + "22/sshd             \n");
  const std::array<Holder, 1> other{{{4000000, 3}}};
  row.holders = other;
  EXPECT_EQ(shown(row, options, &names), begin + "4000000/a-very-long-program-name-indeed\n");
  options.cut_programs = true;
  EXPECT_EQ(shown(row, options, &names), begin + "4000000/a-very-long \n");
  row.holders = {};
  EXPECT_EQ(shown(row, options, &names), begin + "-                   \n");
}

TEST(InetRow, TimersHaveNetToolsForm) {
  TableOptions options = all_numeric;
  options.timers = true;
  const auto timer = [&](Timer kind, std::uint32_t ms, std::uint8_t retransmits, std::uint8_t probes) {
    Row row = socket(SocketKind::tcp, "10.0.0.1", 1, "10.0.0.2", 22, State::established);
    const std::array<std::uint8_t, 8> info{1, 0, retransmits, probes, 0, 0, 0, 0};
    row.tcp_info = info;
    row.timer = kind;
    row.timer_ms = ms;
    const std::string line = shown(row, options);
    return line.substr(80);
  };
  EXPECT_EQ(timer(Timer::off, 6450, 0, 0), "off (0.00/0/0)\n");
  EXPECT_EQ(timer(Timer::retransmit, 1006450, 1, 3), "on (1006.45/1/3)\n");
  EXPECT_EQ(timer(Timer::keepalive, 2006459, 2, 6), "keepalive (2006.45/2/6)\n");
  EXPECT_EQ(timer(Timer::time_wait, 40, 0, 0), "timewait (0.04/0/0)\n");
  EXPECT_EQ(timer(Timer::probe, 4006450, 4, 12), "probe (4006.45/4/12)\n");
  EXPECT_EQ(timer(static_cast<Timer>(5), 5006450, 5, 15), "unkn-5 (5006.45/5/15)\n");
}

TEST(InetStates, TheKernelNeedNotTellWhatIsNotShown) {
  EXPECT_EQ(InetTable::states(SocketKind::tcp, Which::connected) & sockets::mask_of(State::listen), 0U);
  EXPECT_NE(InetTable::states(SocketKind::tcp, Which::connected) & sockets::mask_of(State::time_wait), 0U);
  EXPECT_EQ(InetTable::states(SocketKind::tcp, Which::listening) & sockets::mask_of(State::established), 0U);
  for (const Which which : {Which::connected, Which::listening, Which::all}) {
    // Bound and not listening: /proc/net/tcp, which net-tools reads, has none of these.
    EXPECT_EQ(InetTable::states(SocketKind::tcp, which) & sockets::mask_of(State::bound_inactive), 0U);
    EXPECT_NE(InetTable::states(SocketKind::udp, which) & sockets::mask_of(State::established), 0U);
  }
}

}  // namespace
}  // namespace portolan::netstat
