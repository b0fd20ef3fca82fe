#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Mgcp, AuditsAnEndpoint) {
  EXPECT_EQ(question_of(mgcp, 77), text("AUEP 78 nobody@gateway.invalid MGCP 1.0\r\n"));
  EXPECT_EQ(question_of(mgcp, 999'999'998), text("AUEP 999999999 nobody@gateway.invalid MGCP 1.0\r\n"));
  EXPECT_EQ(question_of(mgcp, 999'999'999), text("AUEP 1 nobody@gateway.invalid MGCP 1.0\r\n")) << "no tenth digit";
}

TEST(Mgcp, AnyCodeIsAnAnswer) {
  EXPECT_EQ(mgcp.match(77, text("500 78 endpoint unknown\r\n")), Match::genuine);
  EXPECT_EQ(mgcp.match(77, text("200 78\n")), Match::genuine);
  EXPECT_EQ(mgcp.match(77, text("500 780 endpoint unknown\r\n")), Match::stale);
  EXPECT_EQ(mgcp.match(77, text("5000 78\r\n")), Match::other);
  EXPECT_EQ(mgcp.match(77, text("RSIP 78 * MGCP 1.0\r\n")), Match::other) << "a command";
}

}  // namespace
}  // namespace portolan::payload
