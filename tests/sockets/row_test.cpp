#include "sockets/row.h"

#include <gtest/gtest.h>

#include <set>

namespace portolan::sockets {
namespace {

TEST(SocketRow, EveryProtocolHasANameThatLeadsBackToIt) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < socket_kind_count; ++i) {
    const auto protocol = static_cast<SocketKind>(i);
    EXPECT_EQ(kind_of(name_of(protocol)), protocol);
    names.insert(name_of(protocol));
  }
  EXPECT_EQ(names.size(), socket_kind_count);
  EXPECT_EQ(kind_of("TCP"), std::nullopt);
}

TEST(SocketRow, ClosedIsUnconnWhereNothingConnects) {
  EXPECT_EQ(name_of(State::closed, SocketKind::udp), "UNCONN");
  EXPECT_EQ(name_of(State::closed, SocketKind::unix_domain), "UNCONN");
  EXPECT_EQ(name_of(State::closed, SocketKind::tcp), "CLOSED");
  EXPECT_EQ(name_of(State::listen, SocketKind::tcp), "LISTEN");
  EXPECT_EQ(name_of(State::new_syn_recv, SocketKind::tcp), "SYN-RECV");
  EXPECT_EQ(name_of(static_cast<State>(200), SocketKind::tcp), "UNKNOWN");
}

TEST(SocketRow, EveryReasonForAMissingOwnerHasWordsOfItsOwn) {
  std::set<std::string_view> words;
  constexpr auto last = static_cast<std::uint8_t>(NoOwner::gone);
  for (std::uint8_t i = static_cast<std::uint8_t>(NoOwner::not_asked); i <= last; ++i) {
    const std::string_view one = words_of(static_cast<NoOwner>(i));
    EXPECT_FALSE(one.empty());
    EXPECT_TRUE(words.insert(one).second) << one;
  }
  EXPECT_EQ(words_of(NoOwner::has_one), "");
}

}  // namespace
}  // namespace portolan::sockets
