#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

#include "sockets/columns/cell_text.h"
#include "sockets/columns/column.h"
#include "sockets/tcp_info.h"
#include "tests/sockets/cells.h"

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;
using namespace testing;
using ::testing::ElementsAre;

std::string told(std::string_view column, const Row& row, RowNames& names) {
  const Column* found = column_of(column);
  if (found == nullptr) return "no such column";
  ToldCell cell;
  found->print(cell, row, names);
  return cell.told;
}
std::string told(std::string_view column, const Row& row) {
  FakeNames names;
  return told(column, row, names);
}
std::string json(std::string_view column, const Row& row, RowNames& names) {
  std::string out;
  column_of(column)->json(out, row, names);
  return out;
}

std::vector<std::string_view> names_of(std::span<const Column* const> chosen) {
  std::vector<std::string_view> names;
  for (const Column* column : chosen) names.push_back(column->name);
  return names;
}

// --- the list itself

TEST(Columns, HaveUniqueNamesAndHeadingsAndEveryOneCanBePrinted) {
  std::set<std::string_view> names;
  std::set<std::string_view> headings;
  for (const Column& column : columns()) {
    EXPECT_TRUE(names.insert(column.name).second) << column.name;
    EXPECT_TRUE(headings.insert(column.heading).second) << column.heading;
    EXPECT_EQ(column.heading.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), std::string_view::npos)
        << column.heading;
    EXPECT_EQ(column.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string_view::npos)
        << column.name;
    EXPECT_FALSE(column.meaning.empty()) << column.name;
    EXPECT_NE(column.print, nullptr) << column.name;
    EXPECT_EQ(column_of(column.name), &column);
  }
  EXPECT_EQ(column_of("nonsense"), nullptr);
}

// By which of a cell's functions a column of that kind speaks.
Kind call_of(Kind kind) {
  switch (kind) {
    case Kind::number:
    case Kind::milliseconds:
      return Kind::number;
    case Kind::truth:
      return Kind::truth;
    case Kind::text:
    case Kind::list:  // words in a table
    case Kind::word:
    case Kind::hexadecimal:
    case Kind::time:
      return Kind::text;
  }
  return Kind::text;
}

// As the schema has it, between the quotes of ToldCell.
bool is_word(std::string_view told) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return told.size() > 2 && std::ranges::all_of(told.substr(1, told.size() - 2), fits);
}

TEST(Columns, CallTheirCellOnceAndAsTheirKindSaysWhateverTheRow) {
  FakeNames names;
  names.processes[812] = nginx(812);
  const std::array<Holder, 1> holders{Holder{812, 6}};
  std::vector<Row> rows{Row{}, tcp_row("127.0.0.1", 1, "127.0.0.2", 2), tcp_row("::", 1, "::", 0), unix_row("/a")};
  rows.push_back(rows.back());
  rows.back().holders = holders;
  for (const AddressFamily family : {AddressFamily::packet, AddressFamily::netlink, AddressFamily::vsock}) {
    rows.emplace_back();
    rows.back().family = family;
    rows.back().state = State::established;
    rows.back().local_port = rows.back().remote_port = rows.back().remote_cid = 7;
  }
  const std::vector<std::uint8_t> bytes(300, 0xff);
  for (Row& row : rows) {
    for (const std::size_t size : {0U, 7U, 300U}) {
      row.tcp_info = row.memory = std::span{bytes}.first(size);
      for (const Column& column : columns()) {
        ToldCell cell;
        column.print(cell, row, names);
        EXPECT_EQ(cell.calls, 1) << column.name << ": " << cell.told;
        EXPECT_TRUE(!cell.kind || cell.kind == call_of(column.kind)) << column.name << ": " << cell.told;
        if (cell.kind && column.kind == Kind::word) {
          EXPECT_TRUE(is_word(cell.told)) << column.name << ": " << cell.told;
        }
        EXPECT_NE(cell.told, "''") << column.name;  // an empty text is nothing
      }
    }
  }
}

// A row as sources make it when they were asked for nothing but `need`.
Row row_with(Need need) {
  static const std::vector<std::uint8_t> bytes(300, 1);
  Row row = tcp_row("2001:db8::1", 1, "2001:db8::2", 2);
  if (need == Need::tcp_info) {
    row.tcp_info = bytes;
    row.congestion = "bbr";
    row.congestion_info = bytes;
    row.congestion_info_kind = INET_DIAG_BBRINFO;
  }
  if (need == Need::memory) row.memory = bytes;
  if (need == Need::details) {
    row.mark = 1;
    row.type_of_service = row.traffic_class = 1;
    row.cgroup = 42;
    row.socket_options = 1;
    row.upper_protocol = "tls";
  }
  if (need == Need::unix_file) row.has_file = true;
  return row;
}

TEST(Columns, SayWhatTheyNeedOfTheKernel) {
  class FileNames : public FakeNames {
    FileFacts file(const Row& row) override {
      return {.state = row.has_file ? FileFacts::State::there : FileFacts::State::unknown};
    }
  } names;
  for (const Column& column : columns()) {
    const std::string bare = told(column.name, row_with(Need::nothing), names);
    for (const Need need : {Need::tcp_info, Need::memory, Need::details, Need::unix_file}) {
      EXPECT_EQ(told(column.name, row_with(need), names) != bare, column.needs == need) << column.name;
    }
  }
}

TEST(Columns, TheSetsOfOptionsHoldWhatTheOptionsPromise) {
  EXPECT_THAT(names_of(default_columns()),
              ElementsAre("proto", "state", "receive_queue", "send_queue", "local", "remote", "user", "process"));
  EXPECT_THAT(names_of(ownerless_columns()),
              ElementsAre("proto", "state", "receive_queue", "send_queue", "local", "remote", "user"));
  EXPECT_THAT(names_of(json_columns()), ::testing::IsSupersetOf({"inode", "cookie", "netns", "holders", "no_owner"}));
  EXPECT_THAT(names_of(tcp_info_columns()), ::testing::IsSupersetOf({"rtt", "cwnd", "retransmits", "pacing_rate"}));
  EXPECT_THAT(names_of(memory_columns()), ::testing::Contains("rmem_alloc"));
  EXPECT_THAT(names_of(timer_columns()), ElementsAre("timer", "timer_remaining", "timer_retransmits"));
  EXPECT_THAT(names_of(option_columns()), ::testing::Contains("cgroup"));
  EXPECT_THAT(names_of(unix_columns()), ::testing::IsSupersetOf({"file", "file_mode", "file_owner"}));
}

// --- words of users

TEST(ParseColumns, NamesGiveColumnsInTheirOrder) {
  const auto chosen = parse_columns("process,proto,local", default_columns());
  ASSERT_TRUE(chosen);
  EXPECT_THAT(names_of(*chosen), ElementsAre("process", "proto", "local"));
}

TEST(ParseColumns, APlusAddsToTheDefault) {
  const auto chosen = parse_columns("+unit,container,+user", ownerless_columns());
  ASSERT_TRUE(chosen);
  EXPECT_THAT(names_of(*chosen), ElementsAre("proto", "state", "receive_queue", "send_queue", "local", "remote", "user",
                                             "unit", "container"));
}

TEST(ParseColumns, AllGivesEveryColumnAndNoneTwice) {
  const auto chosen = parse_columns("local,all,local", default_columns());
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->size(), columns().size());
  EXPECT_EQ(chosen->front()->name, "local");
}

TEST(ParseColumns, AnUnknownNameIsQuotedWithTheClosestKnownOne) {
  const auto slip = parse_columns("proto,procss", default_columns());
  ASSERT_FALSE(slip);
  EXPECT_EQ(slip.error().code, Errc::parse);
  EXPECT_EQ(slip.error().message, "there is no column 'procss'; did you mean 'process'?");
  const auto strange = parse_columns("\x1b[31m,proto", default_columns());
  ASSERT_FALSE(strange);
  EXPECT_EQ(strange.error().message,
            "there is no column '\\x1B[31m'; there are proto, state, receive_queue, send_queue, local, remote, user, "
            "process, "
            "and " +
                std::to_string(columns().size() - 8) + " others, which the help lists");
}

TEST(ParseColumns, EmptyNamesAreRefused) {
  for (const std::string_view words : {"", "+", "proto,", ",proto", "proto,,local", "proto,+"}) {
    const auto chosen = parse_columns(words, default_columns());
    ASSERT_FALSE(chosen) << words;
    EXPECT_EQ(chosen.error().message, fmt::format("'{}' lacks the name of a column", words));
  }
}

// --- ends

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

// --- what it is

TEST(Kinds, AreTold) {
  Row row = tcp_row("0.0.0.0", 22, "0.0.0.0", 0);
  EXPECT_EQ(told("proto", row), "'tcp'");
  EXPECT_EQ(told("state", row), "'LISTEN'");
  EXPECT_EQ(told("type", row), "'stream'");
  row.type = 5;
  EXPECT_EQ(told("type", row), "'seqpacket'");
  row.type = 200;
  EXPECT_EQ(told("type", row), "nothing");
  row.protocol = SocketKind::udp;
  row.state = State::closed;
  EXPECT_EQ(told("state", row), "'UNCONN'");
  row.protocol = SocketKind::other;
  row.protocol_name = "ALG";
  EXPECT_EQ(told("proto", row), "'ALG'");
  row.protocol_name = "";
  EXPECT_EQ(told("proto", row), "'other'");
}

TEST(Kinds, QueuesUserAndNumbersAreTold) {
  Row row = tcp_row("0.0.0.0", 22, "0.0.0.0", 0);
  row.receive_queue = 3;
  row.send_queue = 128;
  row.user = 1000;
  row.cookie = 0x2001;
  EXPECT_EQ(told("receive_queue", row), "3");
  EXPECT_EQ(told("send_queue", row), "128");
  EXPECT_EQ(told("user", row), "'1000'");
  EXPECT_EQ(told("uid", row), "1000");
  EXPECT_EQ(told("inode", row), "4711");
  EXPECT_EQ(told("cookie", row), "'2001'");
  EXPECT_EQ(told("netns", row), "'this'");
  row.user = 0;
  EXPECT_EQ(told("user", row), "'root'");
  row.network_namespace = 4026532187;
  EXPECT_EQ(told("netns", row), "'4026532187'");
  row.has_user = false;
  EXPECT_EQ(told("user", row), "nothing");
  EXPECT_EQ(told("uid", row), "nothing");
}

// --- owners

TEST(Owners, TheFirstProcessIsNamedAndTheOthersCounted) {
  FakeNames names;
  names.processes[812] = nginx(812);
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  const std::array<Holder, 5> holders{Holder{812, 6}, Holder{812, 7}, Holder{813, 6}, Holder{814, 6}, Holder{815, 6}};
  row.holders = std::span{holders}.first(2);
  row.no_owner = NoOwner::has_one;
  EXPECT_EQ(told("process", row, names), "'nginx/812'");  // two descriptors are still one process
  row.holders = holders;
  EXPECT_EQ(told("process", row, names), "'nginx/812+3'");
  EXPECT_EQ(told("pid", row, names), "812");
  EXPECT_EQ(told("fd", row, names), "6");
  EXPECT_EQ(told("program", row, names), "'nginx'");
  EXPECT_EQ(told("command", row, names), "'nginx: master process /usr/sbin/nginx'");
  EXPECT_EQ(told("unit", row, names), "'nginx.service'");
  EXPECT_EQ(told("container", row, names), "nothing");
  EXPECT_EQ(told("started", row, names), "'2026-11-21T10:16:44Z'");
  EXPECT_EQ(told("no_owner", row, names), "nothing");
  row.holders = std::span{holders}.subspan(1, 2);
  EXPECT_EQ(told("holders", row, names), "'nginx/812/7,?/813/6'");
}

TEST(Owners, AProcessThatIsGoneKeepsItsNumber) {
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  const std::array<Holder, 1> holders{Holder{9, 1}};
  row.holders = holders;
  EXPECT_EQ(told("process", row), "'?/9'");
  EXPECT_EQ(told("program", row), "nothing");
  EXPECT_EQ(told("started", row), "nothing");
}

TEST(Owners, MomentsHaveTwoDigitsEverywhere) {
  FakeNames names;
  names.processes[812] = nginx(812);
  names.processes[812].started = 1'767'362'706;
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  const std::array<Holder, 1> holders{Holder{812, 6}};
  row.holders = holders;
  EXPECT_EQ(told("started", row, names), "'2026-01-02T14:05:06Z'");
}

TEST(Owners, ContainersHaveTheirNameOrTheBeginningOfTheirId) {
  FakeNames names;
  names.processes[812] = nginx(812);
  names.processes[812].container = "0123456789abcdef0123456789abcdef";
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  const std::array<Holder, 1> holders{Holder{812, 6}};
  row.holders = holders;
  EXPECT_EQ(told("container", row, names), "'0123456789ab'");
  names.processes[812].container_name = "web";
  EXPECT_EQ(told("container", row, names), "'web'");
}

TEST(Owners, WhereNobodyIsNamedTheReasonIsOneWord) {
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  for (const NoOwner reason : {NoOwner::no_privilege, NoOwner::other_pid_namespace, NoOwner::kernel, NoOwner::time_wait,
                               NoOwner::orphan, NoOwner::not_accepted, NoOwner::gone}) {
    row.no_owner = reason;
    const std::string word = told("no_owner", row);
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-'"), std::string::npos) << word;
    EXPECT_GT(word.size(), 2U);
    EXPECT_EQ(told("process", row), "'(" + word.substr(1, word.size() - 2) + ")'");
  }
  row.no_owner = NoOwner::no_privilege;
  EXPECT_EQ(told("process", row), "'(no-privilege)'");
  row.no_owner = NoOwner::not_asked;
  EXPECT_EQ(told("process", row), "nothing");
  EXPECT_EQ(told("no_owner", row), "nothing");
  EXPECT_EQ(told("pid", row), "nothing");
}

TEST(Owners, JsonHoldsAllThatIsKnownOfEveryHolder) {
  FakeNames names;
  Process process = nginx(812);
  process.program = "ng\"inx";
  process.container = "0123456789abcdef";
  process.container_name = "web";
  names.processes[812] = process;
  names.processes[814].pid = 814;
  names.processes[814].user = 4;
  names.processes[814].network_namespace = 77;
  Row row = tcp_row("0.0.0.0", 80, "0.0.0.0", 0);
  const std::array<Holder, 3> holders{Holder{812, 6}, Holder{813, 7}, Holder{814, 8}};
  row.holders = holders;
  EXPECT_EQ(json("holders", row, names),
            R"([{"pid":812,"fd":6,"program":"ng\"inx","command":"nginx: master process /usr/sbin/nginx","uid":33,)"
            R"("user":"www-data","unit":"nginx.service","container":"0123456789abcdef","container_name":"web",)"
            R"("netns":"this","started":"2026-11-21T10:16:44Z"},{"pid":813,"fd":7},)"
            R"({"pid":814,"fd":8,"uid":4,"netns":"77"}])");
  row.holders = {};
  EXPECT_EQ(json("holders", row, names), "");
}

// --- struct tcp_info

TEST(TcpInfo, FieldsAreWhereTheKernelHasThem) {
  namespace ours = tcp_info;
  struct Known {
    TcpField field;
    std::size_t offset;
    std::size_t size;
  };
#define PORTOLAN_FIELD(name) \
  Known { ours::name, offsetof(struct ::tcp_info, tcpi_##name), sizeof(::tcp_info::tcpi_##name) }
  for (const Known& known : {PORTOLAN_FIELD(ca_state),
                             PORTOLAN_FIELD(probes),
                             PORTOLAN_FIELD(backoff),
                             PORTOLAN_FIELD(options),
                             PORTOLAN_FIELD(rto),
                             PORTOLAN_FIELD(ato),
                             PORTOLAN_FIELD(snd_mss),
                             PORTOLAN_FIELD(rcv_mss),
                             PORTOLAN_FIELD(unacked),
                             PORTOLAN_FIELD(sacked),
                             PORTOLAN_FIELD(lost),
                             PORTOLAN_FIELD(retrans),
                             PORTOLAN_FIELD(last_data_sent),
                             PORTOLAN_FIELD(last_data_recv),
                             PORTOLAN_FIELD(last_ack_recv),
                             PORTOLAN_FIELD(pmtu),
                             PORTOLAN_FIELD(rcv_ssthresh),
                             PORTOLAN_FIELD(rtt),
                             PORTOLAN_FIELD(rttvar),
                             PORTOLAN_FIELD(snd_ssthresh),
                             PORTOLAN_FIELD(snd_cwnd),
                             PORTOLAN_FIELD(advmss),
                             PORTOLAN_FIELD(reordering),
                             PORTOLAN_FIELD(rcv_rtt),
                             PORTOLAN_FIELD(rcv_space),
                             PORTOLAN_FIELD(total_retrans),
                             PORTOLAN_FIELD(pacing_rate),
                             PORTOLAN_FIELD(bytes_acked),
                             PORTOLAN_FIELD(max_pacing_rate),
                             PORTOLAN_FIELD(bytes_received),
                             PORTOLAN_FIELD(segs_out),
                             PORTOLAN_FIELD(segs_in),
                             PORTOLAN_FIELD(notsent_bytes),
                             PORTOLAN_FIELD(min_rtt),
                             PORTOLAN_FIELD(data_segs_in),
                             PORTOLAN_FIELD(data_segs_out),
                             PORTOLAN_FIELD(delivery_rate),
                             PORTOLAN_FIELD(busy_time),
                             PORTOLAN_FIELD(rwnd_limited),
                             PORTOLAN_FIELD(sndbuf_limited),
                             PORTOLAN_FIELD(delivered),
                             PORTOLAN_FIELD(delivered_ce),
                             PORTOLAN_FIELD(bytes_sent),
                             PORTOLAN_FIELD(bytes_retrans),
                             PORTOLAN_FIELD(dsack_dups),
                             PORTOLAN_FIELD(reord_seen),
                             PORTOLAN_FIELD(rcv_ooopack),
                             PORTOLAN_FIELD(snd_wnd)}) {
    EXPECT_EQ(known.field.offset, known.offset);
    EXPECT_EQ(known.field.size, known.size) << "at " << known.offset;
  }
#undef PORTOLAN_FIELD
}

class TcpColumns : public ::testing::Test {
 public:
  TcpColumns() : row{tcp_row("127.0.0.1", 1, "127.0.0.2", 2)} {
    info.tcpi_rtt = 1'234;
    info.tcpi_rttvar = 617;
    info.tcpi_rto = 204'000;
    info.tcpi_min_rtt = 20;
    info.tcpi_rcv_rtt = 0;
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_ssthresh = 0x7fffffff;
    info.tcpi_snd_mss = 1448;
    info.tcpi_pmtu = 1500;
    info.tcpi_total_retrans = 7;
    info.tcpi_retrans = 1;
    info.tcpi_ca_state = 4;
    info.tcpi_options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_ECN;
    info.tcpi_snd_wscale = 7;
    info.tcpi_rcv_wscale = 9;
    info.tcpi_delivery_rate_app_limited = 1;
    info.tcpi_pacing_rate = ~0ULL;
    info.tcpi_max_pacing_rate = 1'000'000;
    info.tcpi_delivery_rate = 0;
    info.tcpi_bytes_sent = 1ULL << 40U;
    info.tcpi_busy_time = 2'500;
    info.tcpi_reordering = 3;
    std::memcpy(bytes.data(), &info, sizeof info);
    row.tcp_info = bytes;
  }
  Row row;
  struct ::tcp_info info{};
  std::array<std::uint8_t, sizeof(struct ::tcp_info)> bytes{};
};

TEST_F(TcpColumns, TellTimesInMilliseconds) {
  EXPECT_EQ(told("rtt", row), "1.234");
  EXPECT_EQ(told("rttvar", row), "0.617");
  EXPECT_EQ(told("rto", row), "204");
  EXPECT_EQ(told("min_rtt", row), "0.02");
  EXPECT_EQ(told("busy_time", row), "2.5");
}

TEST_F(TcpColumns, TellCountsAndWords) {
  EXPECT_EQ(told("cwnd", row), "10");
  EXPECT_EQ(told("mss", row), "1448");
  EXPECT_EQ(told("pmtu", row), "1500");
  EXPECT_EQ(told("retransmits", row), "7");
  EXPECT_EQ(told("retrans", row), "1");
  EXPECT_EQ(told("lost", row), "0");
  EXPECT_EQ(told("reordering", row), "3");
  EXPECT_EQ(told("bytes_sent", row), "1099511627776");
  EXPECT_EQ(told("max_pacing_rate", row), "1000000");
  EXPECT_EQ(told("ca_state", row), "'loss'");
  EXPECT_EQ(told("window_scales", row), "'7,9'");
  EXPECT_EQ(told("app_limited", row), "true");
  EXPECT_EQ(told("tcp_options", row), "'timestamps,sack,ecn'");
  FakeNames names;
  EXPECT_EQ(json("tcp_options", row, names), R"(["timestamps","sack","ecn"])");
}

TEST_F(TcpColumns, WhatWasNeverMeasuredIsNotTold) {
  EXPECT_EQ(told("rcv_rtt", row), "nothing");
  EXPECT_EQ(told("ssthresh", row), "nothing");
  EXPECT_EQ(told("pacing_rate", row), "nothing");
  EXPECT_EQ(told("delivery_rate", row), "nothing");
  info.tcpi_min_rtt = ~0U;
  std::memcpy(bytes.data(), &info, sizeof info);
  EXPECT_EQ(told("min_rtt", row), "nothing");
}

TEST_F(TcpColumns, AShorterStructOfAnOlderKernelLacksItsLastFields) {
  row.tcp_info = std::span{bytes}.first(104);  // up to tcpi_total_retrans: Linux 2.6
  EXPECT_EQ(told("retransmits", row), "7");
  EXPECT_EQ(told("max_pacing_rate", row), "nothing");
  EXPECT_EQ(told("bytes_sent", row), "nothing");
  row.tcp_info = std::span{bytes}.first(103);
  EXPECT_EQ(told("retransmits", row), "nothing");
  row.tcp_info = {};
  for (const Column* column : tcp_info_columns()) EXPECT_EQ(told(column->name, row), "nothing") << column->name;
}

TEST_F(TcpColumns, AListenerHasNoneOfThem) {
  row.state = State::listen;
  EXPECT_EQ(told("cwnd", row), "nothing");
  EXPECT_EQ(told("rtt", row), "nothing");
}

TEST(Congestion, IsNamedAndItsDetailsAreTold) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  EXPECT_EQ(told("congestion", row), "nothing");
  row.congestion = "bbr";
  EXPECT_EQ(told("congestion", row), "'bbr'");
  const tcp_bbr_info bbr{
      .bbr_bw_lo = 5, .bbr_bw_hi = 1, .bbr_min_rtt = 40, .bbr_pacing_gain = 739, .bbr_cwnd_gain = 512};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&bbr), sizeof bbr};
  EXPECT_EQ(told("congestion_info", row), "nothing");  // of a kind that was not named
  row.congestion_info_kind = INET_DIAG_BBRINFO;
  EXPECT_EQ(told("congestion_info", row), "'bandwidth:4294967301,min_rtt_us:40,pacing_gain:2.89,cwnd_gain:2.00'");
  row.congestion_info = row.congestion_info.first(sizeof bbr - 1);
  EXPECT_EQ(told("congestion_info", row), "nothing");
}

TEST(Congestion, DctcpAndVegasTellTheirsOnlyWhileTheyAreOn) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  tcp_dctcp_info dctcp{
      .dctcp_enabled = 1, .dctcp_ce_state = 0, .dctcp_alpha = 1024, .dctcp_ab_ecn = 2, .dctcp_ab_tot = 3};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&dctcp), sizeof dctcp};
  row.congestion_info_kind = INET_DIAG_DCTCPINFO;
  EXPECT_EQ(told("congestion_info", row), "'ce_state:0,alpha:1024,ecn_bytes:2,bytes:3'");
  dctcp.dctcp_enabled = 0;
  EXPECT_EQ(told("congestion_info", row), "nothing");
  tcpvegas_info vegas{.tcpv_enabled = 1, .tcpv_rttcnt = 4, .tcpv_rtt = 5, .tcpv_minrtt = 6};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&vegas), sizeof vegas};
  row.congestion_info_kind = INET_DIAG_VEGASINFO;
  EXPECT_EQ(told("congestion_info", row), "'rtt_count:4,rtt_us:5,min_rtt_us:6'");
}

TEST(Timers, AreToldWhileTheyRun) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  row.timer_ms = 5;
  EXPECT_EQ(told("timer", row), "nothing");
  EXPECT_EQ(told("timer_remaining", row), "nothing");
  EXPECT_EQ(told("timer_retransmits", row), "nothing");
  row.timer = Timer::keepalive;
  row.timer_ms = 111'000;
  row.retransmits = 2;
  EXPECT_EQ(told("timer", row), "'keepalive'");
  EXPECT_EQ(told("timer_remaining", row), "111000");
  EXPECT_EQ(told("timer_retransmits", row), "2");
  row.timer = static_cast<Timer>(9);
  EXPECT_EQ(told("timer", row), "nothing");
}

// --- details

TEST(Details, MemoryIsAsLongAsTheKernelHasIt) {
  Row row;
  const std::array<std::uint32_t, 9> words{1, 2, 3, 4, 5, 6, 7, 8, 9};
  row.memory = {reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words};
  std::string all;
  for (const Column* column : memory_columns()) all += told(column->name, row);
  EXPECT_EQ(all, "123456789");
  row.memory = row.memory.first(8 * sizeof(std::uint32_t));
  EXPECT_EQ(told("backlog", row), "8");
  EXPECT_EQ(told("drops", row), "nothing");
}

TEST(Details, OptionsHaveTheNamesOfTheirBits) {
  FakeNames names;
  Row row = tcp_row("::", 1, "::", 0);
  EXPECT_EQ(told("sockopts", row), "nothing");
  EXPECT_EQ(json("sockopts", row, names), "");
  row.socket_options = 0;
  EXPECT_EQ(told("sockopts", row), "nothing");
  EXPECT_EQ(json("sockopts", row, names), "[]");
  inet_diag_sockopt kernel{};
  kernel.is_icsk = kernel.mc_all = kernel.defer_connect = 1;
  row.socket_options.emplace();
  std::memcpy(&*row.socket_options, &kernel, sizeof kernel);
  EXPECT_EQ(told("sockopts", row), "'is_icsk,mc_all,defer_connect'");
  EXPECT_EQ(json("sockopts", row, names), R"(["is_icsk","mc_all","defer_connect"])");
  row.socket_options = 0xffff;
  EXPECT_EQ(told("sockopts", row),
            "'recverr,is_icsk,freebind,hdrincl,mc_loop,transparent,mc_all,nodefrag,bind_address_no_port,"
            "recverr_rfc4884,defer_connect'");
}

TEST(Details, WhatIsKnownIsTold) {
  Row row = tcp_row("::", 1, "::", 0);
  for (const char* name : {"mark", "tos", "tclass", "cgroup", "ulp", "shutdown", "refs"}) {
    EXPECT_EQ(told(name, row), "nothing") << name;
  }
  EXPECT_EQ(told("v6only", row), "false");
  row.only_v6 = true;
  row.mark = 0x10;
  row.type_of_service = 8;
  row.traffic_class = 0;
  row.upper_protocol = "tls";
  row.shutdown = 2;
  row.references = 3;
  row.cgroup = 42;
  EXPECT_EQ(told("v6only", row), "true");
  EXPECT_EQ(told("mark", row), "'0x10'");
  EXPECT_EQ(told("tos", row), "8");
  EXPECT_EQ(told("tclass", row), "0");
  EXPECT_EQ(told("ulp", row), "'tls'");
  EXPECT_EQ(told("shutdown", row), "'send'");
  EXPECT_EQ(told("refs", row), "3");
  EXPECT_EQ(told("cgroup", row), "'/system.slice/nginx.service'");
  row.cgroup = 43;
  EXPECT_EQ(told("cgroup", row), "'43'");
  EXPECT_EQ(told("v6only", tcp_row("0.0.0.0", 1, "0.0.0.0", 0)), "nothing");
}

TEST(UnixFiles, ModeAndOwnerAreToldOnlyWhileTheFileIsThere) {
  FakeNames names;
  const Row row = unix_row("/run/a");
  EXPECT_EQ(told("file", row, names), "nothing");
  names.facts = {.state = FileFacts::State::there, .mode = 0660, .owner = 33};
  EXPECT_EQ(told("file", row, names), "'there'");
  EXPECT_EQ(told("file_mode", row, names), "'0660'");
  EXPECT_EQ(told("file_owner", row, names), "'www-data'");
  names.facts.mode = 01777;
  names.facts.owner = 5;
  EXPECT_EQ(told("file_mode", row, names), "'1777'");
  EXPECT_EQ(told("file_owner", row, names), "'5'");
  names.facts.state = FileFacts::State::deleted;
  EXPECT_EQ(told("file", row, names), "'deleted'");
  EXPECT_EQ(told("file_mode", row, names), "nothing");
  EXPECT_EQ(told("file_owner", row, names), "nothing");
  names.facts.state = FileFacts::State::replaced;
  EXPECT_EQ(told("file", row, names), "'replaced'");
}

}  // namespace
}  // namespace portolan::sockets
