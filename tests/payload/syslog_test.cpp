#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Syslog, IsToldWhoHasWritten) { EXPECT_EQ(question_of(syslog, 1), text("<47>1 - - portolan - - -")); }

// What comes from there all the same is of somebody else.
TEST(Syslog, HasNoAnswer) { EXPECT_EQ(syslog.match(1, text("<47>1 - - rsyslogd - - - welcome")), Match::other); }

}  // namespace
}  // namespace portolan::payload
