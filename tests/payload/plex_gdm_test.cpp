#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(PlexGdm, Searches) { EXPECT_EQ(question_of(plex_gdm, 1), text("M-SEARCH * HTTP/1.1\r\n\r\n")); }

TEST(PlexGdm, AResponseOfHttpIsAnAnswer) {
  EXPECT_EQ(plex_gdm.match(1, text("HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\n")), Match::genuine);
  EXPECT_EQ(plex_gdm.match(1, text("HELLO * HTTP/1.0\r\n")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
