#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(AfsRx, AsksForTheVersion) {
  EXPECT_EQ(question_of(afs_rx, 0x12345678), hex("00000000 00000000 12345678 00000000 00000000"  // epoch to serial
                                                 "0d 05 00 00 0000 0000"));  // version, from the client, the last
}

TEST(AfsRx, AVersionGivesTheHeaderBack) {
  const auto version =
      hex("00000000 00000000 12345678 00000000 00000000 0d 04 00 00 0000 0000") + text(" OpenAFS 1.8.9");
  EXPECT_EQ(afs_rx.match(0x12345678, version), Match::genuine);
  EXPECT_EQ(afs_rx.match(0x12345679, version), Match::stale);
  EXPECT_EQ(afs_rx.match(0x12345678, Bytes{version}.first(28)), Match::other) << "no text";
}

}  // namespace
}  // namespace portolan::payload
