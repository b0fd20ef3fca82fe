#include "sockets/owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace portolan::sockets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Entry = OwnerIndex::Entry;

std::vector<Holder> holders(const OwnerIndex& index, std::uint64_t inode) {
  const auto span = index.holders_of(inode);
  return {span.begin(), span.end()};
}

Row tcp(State state, std::uint64_t inode) {
  Row row;
  row.protocol = SocketKind::tcp;
  row.state = state;
  row.inode = inode;
  return row;
}

NoOwner reason_of(Row row, OwnerSight sight) {
  const OwnerIndex index{{}, sight};
  index.join(row);
  EXPECT_THAT(row.holders, IsEmpty());
  return row.no_owner;
}

// --- the index

TEST(OwnerIndex, GivesHoldersInOrderOfProcessAndDescriptor) {
  const OwnerIndex index{{{7, {30, 4}}, {9, {1, 1}}, {7, {2, 9}}, {7, {30, 3}}}, {}};
  EXPECT_THAT(holders(index, 7), ElementsAre(Holder{2, 9}, Holder{30, 3}, Holder{30, 4}));
  EXPECT_THAT(holders(index, 9), ElementsAre(Holder{1, 1}));
  EXPECT_EQ(index.size(), 4U);
}

TEST(OwnerIndex, NamesAHolderThatWasFoundTwiceOnce) {
  const OwnerIndex index{{{7, {2, 9}}, {7, {2, 9}}, {7, {2, 8}}, {7, {2, 9}}}, {}};
  EXPECT_THAT(holders(index, 7), ElementsAre(Holder{2, 8}, Holder{2, 9}));
  EXPECT_EQ(index.size(), 2U);
}

TEST(OwnerIndex, KnowsNobodyWhereNothingWasFound) {
  const OwnerIndex index;
  EXPECT_THAT(holders(index, 7), IsEmpty());
  EXPECT_THAT(holders(index, 0), IsEmpty());
  EXPECT_EQ(index.size(), 0U);
  EXPECT_THAT(index.entries(), IsEmpty());
}

TEST(OwnerIndex, InodeZeroBelongsToNobodyWhateverWasFound) {
  const OwnerIndex index{{{0, {2, 9}}, {3, {1, 1}}}, {}};
  EXPECT_THAT(holders(index, 0), IsEmpty());
  EXPECT_EQ(index.size(), 1U);
}

TEST(OwnerIndex, KeepsWhatThePassSaw) {
  const OwnerIndex index{{}, {.processes = 5, .processes_denied = 2, .whole_machine = false}};
  EXPECT_EQ(index.sight().processes, 5U);
  EXPECT_EQ(index.sight().processes_denied, 2U);
  EXPECT_FALSE(index.sight().whole_machine);
}

// Against a plain map. Few inodes, so that they are held often; a spread that makes slots collide.
RC_GTEST_PROP(OwnerIndex, SaysWhatAPlainMapSays, ()) {
  const auto stride = *rc::gen::element<std::uint64_t>(1, 64, 1U << 20U, 1ULL << 40U, 0x9E37'79B9'7F4A'7C15ULL);
  const auto found = *rc::gen::container<std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>>(
      rc::gen::arbitrary<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>>());
  std::vector<Entry> entries;
  std::map<std::uint64_t, std::set<Holder>> plain;
  for (const auto& [inode, pid, fd] : found) {
    const std::uint64_t key = inode * stride;
    entries.push_back({key, {pid, fd}});
    if (key != 0) plain[key].insert({pid, fd});
  }
  const OwnerIndex index{entries, {}};
  std::vector<Entry> expected;
  for (const auto& [inode, held] : plain) {
    RC_ASSERT(std::ranges::equal(index.holders_of(inode), held));
    for (const Holder& holder : held) expected.push_back({inode, holder});
  }
  RC_ASSERT(index.entries() == expected);
  RC_ASSERT(index.size() == expected.size());
  for (std::uint64_t other = 0; other < 300; ++other)
    RC_ASSERT(index.holders_of(other * stride + 1).empty() != plain.contains(other * stride + 1));
}

// One step more for each entry that is already there would take hours.
TEST(OwnerIndex, StaysQuickForInodesInARow) {
  constexpr std::uint32_t many = 200'000;
  std::vector<Entry> entries;
  for (std::uint32_t i = 1; i <= many; ++i) entries.push_back({i, {i, 3}});
  const OwnerIndex index{std::move(entries), {}};
  for (std::uint32_t i = 1; i <= many; ++i) ASSERT_EQ(index.holders_of(i).front().pid, i);
  EXPECT_THAT(index.holders_of(many + 1), IsEmpty());
}

// --- the reason

TEST(NoOwner, IsNoneWhereSomebodyHoldsIt) {
  const OwnerIndex index{{{7, {2, 9}}}, {.processes_denied = 3, .whole_machine = false}};
  Row row = tcp(State::listen, 7);
  index.join(row);
  EXPECT_THAT(row.holders, ElementsAre(Holder{2, 9}));
  EXPECT_EQ(row.no_owner, NoOwner::has_one);
}

TEST(NoOwner, ShowsInTheStateOfWhatBelongsToNoFile) {
  for (const bool asked : {true, false}) {
    const OwnerSight sight{.asked = asked, .processes_denied = 9, .whole_machine = false};
    EXPECT_EQ(reason_of(tcp(State::time_wait, 0), sight), NoOwner::time_wait);
    EXPECT_EQ(reason_of(tcp(State::syn_recv, 0), sight), NoOwner::not_accepted);
    EXPECT_EQ(reason_of(tcp(State::new_syn_recv, 0), sight), NoOwner::not_accepted);
    EXPECT_EQ(reason_of(tcp(State::established, 0), sight), NoOwner::not_accepted);
    EXPECT_EQ(reason_of(tcp(State::close_wait, 0), sight), NoOwner::not_accepted);
    EXPECT_EQ(reason_of(tcp(State::fin_wait_1, 0), sight), NoOwner::orphan);
    EXPECT_EQ(reason_of(tcp(State::fin_wait_2, 0), sight), NoOwner::half_closed);
    EXPECT_EQ(reason_of(tcp(State::closing, 0), sight), NoOwner::orphan);
    EXPECT_EQ(reason_of(tcp(State::last_ack, 0), sight), NoOwner::orphan);
    EXPECT_EQ(reason_of(tcp(State::listen, 0), sight), NoOwner::kernel);
    EXPECT_EQ(reason_of(tcp(State::closed, 0), sight), NoOwner::kernel);
  }
}

TEST(NoOwner, IsTheKernelAtItsEndOfNetlink) {
  Row row = tcp(State::closed, 7);
  row.protocol = SocketKind::netlink;
  EXPECT_EQ(reason_of(row, {.processes_denied = 1}), NoOwner::kernel);
  row.local_port = 4'711;
  EXPECT_EQ(reason_of(row, {.processes_denied = 1}), NoOwner::no_privilege);
}

TEST(NoOwner, FollowsFromWhatCouldBeSeen) {
  const Row row = tcp(State::established, 7);
  EXPECT_EQ(reason_of(row, {.asked = false}), NoOwner::not_asked);
  EXPECT_EQ(reason_of(row, {.processes_denied = 1}), NoOwner::no_privilege);
  EXPECT_EQ(reason_of(row, {.processes_denied = 1, .whole_machine = false}), NoOwner::no_privilege);
  EXPECT_EQ(reason_of(row, {.whole_machine = false}), NoOwner::other_pid_namespace);
  EXPECT_EQ(reason_of(row, {}), NoOwner::gone);
}

// --- the second look

TEST(SecondLook, FindsTheProcessThatCameLate) {
  Row row = tcp(State::listen, 7);
  OwnerIndex{{}, {}}.join(row);
  const OwnerIndex later{{{7, {2, 9}}}, {}};
  reconsider(row, later, true);
  EXPECT_EQ(row.no_owner, NoOwner::has_one);
  EXPECT_THAT(row.holders, ElementsAre(Holder{2, 9}));
}

TEST(SecondLook, GivesTheKernelWhatStaysAndNobodyHolds) {
  Row row = tcp(State::closed, 7);
  OwnerIndex{{}, {}}.join(row);
  reconsider(row, OwnerIndex{{}, {}}, true);
  EXPECT_EQ(row.no_owner, NoOwner::kernel);
}

TEST(SecondLook, KnowsWhatIsGone) {
  Row row = tcp(State::closed, 7);
  OwnerIndex{{}, {}}.join(row);
  reconsider(row, OwnerIndex{{}, {}}, false);
  EXPECT_EQ(row.no_owner, NoOwner::gone);
}

TEST(SecondLook, ThatSawLessDecidesNothing) {
  Row row = tcp(State::closed, 7);
  OwnerIndex{{}, {}}.join(row);
  reconsider(row, OwnerIndex{{}, {.processes_denied = 1}}, true);
  EXPECT_EQ(row.no_owner, NoOwner::no_privilege);
}

TEST(SecondLook, LeavesEveryOtherReasonAlone) {
  Row row = tcp(State::time_wait, 0);
  OwnerIndex{{}, {}}.join(row);
  reconsider(row, OwnerIndex{{}, {}}, true);
  EXPECT_EQ(row.no_owner, NoOwner::time_wait);

  const OwnerIndex index{{{7, {2, 9}}}, {}};
  row = tcp(State::listen, 7);
  index.join(row);
  reconsider(row, OwnerIndex{{}, {}}, true);
  EXPECT_EQ(row.no_owner, NoOwner::has_one);
  EXPECT_THAT(row.holders, ElementsAre(Holder{2, 9}));
}

}  // namespace
}  // namespace portolan::sockets
