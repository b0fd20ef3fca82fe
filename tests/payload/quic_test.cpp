#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Quic, OffersAVersionNobodyHas) {
  const auto question = question_of(quic, 0x12345678);
  EXPECT_EQ(question.size(), 1200U) << "less is not answered";
  EXPECT_EQ(Octets(question.begin(), question.begin() + 26), hex("c0 1a2a3a4a"          // long header, version
                                                                 "08 1234567800000000"  // to
                                                                 "08 1234567800000000"  // from
                                                                 "00 4496"));  // no token, the length of the rest
}

TEST(Quic, AnAnswerHasNoVersionAndOurId) {
  const auto versions = hex("ca 00000000 08 1234567800000000 08 1234567800000000 00000001 6b3343cf");
  EXPECT_EQ(quic.match(0x12345678, versions), Match::genuine);
  EXPECT_EQ(quic.match(0x12345679, versions), Match::stale);
  EXPECT_EQ(quic.match(0x12345678, Bytes{versions}.first(22)), Match::other) << "no whole id";
  EXPECT_EQ(quic.match(0x12345678, hex("c0 00000001 08 1234567800000000 00 00")), Match::other) << "version 1";
}

}  // namespace
}  // namespace portolan::payload
