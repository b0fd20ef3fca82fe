#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Memcached, AsksForTheVersion) {
  EXPECT_EQ(question_of(memcached, 0x12345678), hex("5678 0000 0001 0000") + text("version\r\n"));
}

TEST(Memcached, AVersionGivesTheIdBack) {
  const auto version = hex("5678 0000 0001 0000") + text("VERSION 1.6.18\r\n");
  EXPECT_EQ(memcached.match(0x12345678, version), Match::genuine);
  EXPECT_EQ(memcached.match(0x12345679, version), Match::stale);
  EXPECT_EQ(memcached.match(0x12345678, text("VERSION 1.6.18\r\n")), Match::other) << "no header";
}

}  // namespace
}  // namespace portolan::payload
