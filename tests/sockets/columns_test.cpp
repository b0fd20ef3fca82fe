#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

#include "sockets/columns/column.h"
#include "sockets/tcp_info.h"
#include "tests/sockets/told_columns.h"

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;
using namespace testing;
using ::testing::ElementsAre;

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
