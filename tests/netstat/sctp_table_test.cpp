// Lines as net/sctp/proc.c writes them; the expected ones were printed by net-tools 2.10 over such files.
#include "netstat/sctp_table.h"

#include <gtest/gtest.h>

#include "tests/netstat/tables.h"

namespace portolan::netstat {
namespace {

constexpr std::string_view endpoints =
    " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n"
    "ffff8a1b ffff8a1c 2   10  29   3868    1000 5100  10.0.0.1 127.0.0.1 \n"
    "ffff8a1d ffff8a1e 0   7   30   4000     0 5101  0.0.0.0 \n"
    "ffff8a1d ffff8a1e 1   1   30   4001     0 5102  2001:db8:1111:2222:3333:4444:5555:6666 \n";
constexpr std::string_view associations =
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT INS "
    "OUTS "
    "MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf\n"
    "ffff8a1b ffff8a1c 2   1   3  29      12      100      200    1000  5200 3868  40000 *10.0.0.1 127.0.0.1 <-> "
    "*10.0.0.2 10.0.0.3 \t    7500    10    10   10    0    0        0        1        0   212992   212992\n"
    "ffff8a1b ffff8a1c 0   6   6  29      12      100      200    1000  5206 3868  40016 *10.0.0.1 <-> *10.0.0.6 \t    "
    "7500    10    10   10    0    0        0        1        0   212992   212992\n";

struct Shown {
  std::string text;
  std::size_t unread = 0;
};

Shown shown(const TableOptions& options, std::string_view eps = endpoints, std::string_view assocs = associations) {
  KnownNames names;
  names.command_lines = {{1, "/usr/bin/x"}};
  StringOutput output;
  report::OutputBuffer buffer{output};
  const std::size_t unread =
      sctp_rows(buffer, names, options, eps, assocs, [](std::uint64_t inode) -> std::optional<std::uint32_t> {
        return inode == 5101 ? std::optional<std::uint32_t>{1} : std::nullopt;
      });
  EXPECT_TRUE(buffer.send());
  return {output.text, unread};
}

TEST(SctpRows, AnEndpointHasALineForEachAddress) {
  EXPECT_EQ(shown({.which = Which::listening, .numeric_hosts = true}).text,
            "sctp                10.0.0.1:3868                                   LISTEN     \n"
            "                    127.0.0.1:3868                                             \n"
            "sctp                0.0.0.0:4000                                    CLOSE      \n"
            "sctp                2001:db8:1111:2222:3333:4444:5555:6666:4001     ESTABLISHED\n");
}

TEST(SctpRows, AnAssociationHasThePortsInItsFirstLine) {
  EXPECT_EQ(shown({.which = Which::connected, .numeric_hosts = true}).text,
            "sctp     200    100 10.0.0.1:3868           10.0.0.2:40000          ESTABLISHED\n"
            "                    127.0.0.1               10.0.0.3                           \n"
            "sctp     200    100 10.0.0.1:3868           10.0.0.6:40016          TIME_WAIT  \n");
}

TEST(SctpRows, FurtherColumnsStandInTheLastLine) {
  EXPECT_EQ(
      shown({.which = Which::all,
             .extended = true,
             .programs = true,
             .timers = true,
             .numeric_hosts = true,
             .numeric_users = true},
            endpoints.substr(0, endpoints.find("ffff8a1d ffff8a1e 1")), associations.substr(0, 0))
          .text,
      "sctp                10.0.0.1:3868                                   LISTEN     \n"
      "                    127.0.0.1:3868                                              1000       5100       -    "
      "                \n"
      "sctp                0.0.0.0:4000                                    CLOSE       0          5101       1/x  "
      "                \n");
}

TEST(SctpRows, LinesThatAreNotUnderstoodAreCounted) {
  const Shown result =
      shown({.which = Which::all}, "heading\nffff8a1b ffff8a1c 2 10 29 3868 1000 5100 nowhere\nx\n", "heading\na b\n");
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.unread, 3U);
}

}  // namespace
}  // namespace portolan::netstat
