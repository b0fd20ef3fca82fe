#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(NtpControl, ReadsTheVersion) {
  EXPECT_EQ(question_of(ntp_control, 0x12345678), hex("16 02 5678 0000 0000 0000 0007") + text("version") + hex("00"));
}

TEST(NtpControl, AResponseGivesTheSequenceBack) {
  const auto response = hex("16 82 5678 0615 0000 0000 0010") + text("version=\"4.2.8\"");
  EXPECT_EQ(ntp_control.match(0x12345678, response), Match::genuine);
  EXPECT_EQ(ntp_control.match(0x12345679, response), Match::stale);
  EXPECT_EQ(ntp_control.match(0x12345678, Bytes{response}.first(11)), Match::other) << "no whole header";
  EXPECT_EQ(ntp.match(0x12345678, response), Match::other);
}

}  // namespace
}  // namespace portolan::payload
