// Columns that tell who holds a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sockets/told_columns.h"

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;
using namespace testing;

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

}  // namespace
}  // namespace portolan::sockets
