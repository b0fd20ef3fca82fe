#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(BittorrentDht, Pings) {
  EXPECT_EQ(question_of(bittorrent_dht, 0x61626364),
            text("d1:ad2:id20:") + Octets(20) + text("e1:q4:ping2:roi1e1:t4:abcd1:y1:qe"));
}

TEST(BittorrentDht, AResponseAndAnErrorGiveTheTransactionBack) {
  const auto response = text("d1:rd2:id20:mnopqrstuvwxyz123456e1:t4:abcd1:v4:LT011:y1:re");
  EXPECT_EQ(bittorrent_dht.match(0x61626364, response), Match::genuine);
  EXPECT_EQ(bittorrent_dht.match(0x61626365, response), Match::stale);
  EXPECT_EQ(bittorrent_dht.match(0x61626364, text("d1:eli201e5:oopse1:t4:abcd1:y1:ee")), Match::genuine);
  EXPECT_EQ(bittorrent_dht.match(0x61626364, text("li1ee")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
