#include "sockets/changes.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::sockets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Row socket(std::uint64_t cookie, State state = State::established) {
  Row row;
  row.protocol = SocketKind::tcp;
  row.network_namespace = 1;
  row.cookie = cookie;
  row.state = state;
  return row;
}

std::vector<std::string> look(Changes& changes, std::initializer_list<Row> rows, std::initializer_list<Row> ends = {}) {
  for (const Row& row : rows) changes.see(row);
  for (const Row& row : ends) changes.see_end(row);
  std::vector<std::string> told;
  changes.finish_look([&told](const Row& row) {
    constexpr std::array names{"none", "opened", "closed", "state"};
    told.push_back(fmt::format("{} {} {}", names.at(static_cast<std::size_t>(row.change)), row.cookie,
                               row.change == Change::state ? name_of(row.state_before, row.protocol) : ""));
  });
  return told;
}

TEST(Changes, TheFirstLookTellsNothing) {
  Changes changes;
  EXPECT_THAT(look(changes, {socket(1), socket(2)}), IsEmpty());
}

TEST(Changes, OpenedClosedAndChangedAreTold) {
  Changes changes;
  look(changes, {socket(1), socket(2), socket(3)});
  EXPECT_THAT(look(changes, {socket(1), socket(2, State::time_wait), socket(4)}),
              ElementsAre("state 2 ESTABLISHED", "opened 4 ", "closed 3 "));
  EXPECT_THAT(look(changes, {socket(1), socket(2, State::time_wait), socket(4)}), IsEmpty());
}

TEST(Changes, WhatCameAndWentBetweenTwoLooksIsToldOnce) {
  Changes changes;
  look(changes, {socket(1)});
  EXPECT_THAT(look(changes, {}, {socket(1), socket(9)}), ElementsAre("closed 1 ", "closed 9 "));
  EXPECT_THAT(look(changes, {}), IsEmpty());
}

TEST(Changes, AnEndThatLeavesATimeWaitIsAChangeOfState) {
  Changes changes;
  look(changes, {socket(1)});
  EXPECT_THAT(look(changes, {socket(1, State::time_wait)}, {socket(1, State::closed)}),
              ElementsAre("state 1 ESTABLISHED"));
}

TEST(Changes, TheTwoNamesOfSynRecvAreOneState) {
  Changes changes;
  look(changes, {socket(1, State::new_syn_recv)});
  EXPECT_THAT(look(changes, {socket(1, State::syn_recv)}), IsEmpty());
}

TEST(Changes, EqualCookiesOfOtherNamespacesAndKindsAreOtherSockets) {
  Row elsewhere = socket(1);
  elsewhere.network_namespace = 2;
  Row other = socket(1);
  other.protocol = SocketKind::udp;
  EXPECT_FALSE(key_of(socket(1)) == key_of(elsewhere));
  EXPECT_FALSE(key_of(socket(1)) == key_of(other));
  Row without_cookie = socket(0);
  without_cookie.inode = 5;
  EXPECT_EQ(key_of(without_cookie).identity, 5U);
}

}  // namespace
}  // namespace portolan::sockets
