#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Jellyfin, AsksForAServer) { EXPECT_EQ(question_of(jellyfin, 1), text("who is JellyfinServer?")); }

TEST(Jellyfin, AnAddressIsAnAnswer) {
  EXPECT_EQ(jellyfin.match(1, text(R"({"Address":"http://198.51.100.1:8096","Id":"1","Name":"tv"})")), Match::genuine);
  EXPECT_EQ(jellyfin.match(1, text("{}")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
