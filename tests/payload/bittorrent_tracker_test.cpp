#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(BittorrentTracker, Connects) {
  EXPECT_EQ(question_of(bittorrent_tracker, 0x12345678), hex("0000041727101980 00000000 12345678"));
}

TEST(BittorrentTracker, AConnectionAndAnErrorGiveTheTransactionBack) {
  const auto connection = hex("00000000 12345678 0123456789abcdef");
  EXPECT_EQ(bittorrent_tracker.match(0x12345678, connection), Match::genuine);
  EXPECT_EQ(bittorrent_tracker.match(0x12345679, connection), Match::stale);
  EXPECT_EQ(bittorrent_tracker.match(0x12345678, hex("00000003 12345678") + text("no")), Match::genuine);
  EXPECT_EQ(bittorrent_tracker.match(0x12345678, Bytes{connection}.first(15)), Match::other);
}

}  // namespace
}  // namespace portolan::payload
