#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Nfs, CallsTheNullProcedure) {
  EXPECT_EQ(question_of(nfs, 0x12345678), hex("12345678 00000000 00000002"              // id, call, RPC version 2
                                              "000186a3 00000003 00000000"              // program, version, procedure
                                              "00000000 00000000 00000000 00000000"));  // AUTH_NONE twice
}

TEST(Nfs, ARefusalOfTheVersionIsAnAnswer) {
  const auto reply = hex("12345678 00000001 00000000 00000000 00000000 00000002 00000004 00000004");
  EXPECT_EQ(nfs.match(0x12345678, reply), Match::genuine);
  EXPECT_EQ(nfs.match(0x12345679, reply), Match::stale);
  EXPECT_EQ(nfs.match(0x12345678, Bytes{reply}.first(11)), Match::other) << "no whole reply";
}

}  // namespace
}  // namespace portolan::payload
