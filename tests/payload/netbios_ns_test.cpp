#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(NetbiosNs, AsksForTheStatusOfAnyName) {
  EXPECT_EQ(question_of(netbios_ns, 0x1234), hex("1234 0000 0001 0000 0000 0000 20") +       // id, one question
                                                 text("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") +  // "*"
                                                 hex("00 0021 0001"));                       // NBSTAT, IN
}

TEST(NetbiosNs, ANodeGivesTheIdBack) {
  const auto answer = hex("1234 8400 0000 0001 0000 0000 20");
  EXPECT_EQ(netbios_ns.match(0x1234, answer), Match::genuine);
  EXPECT_EQ(netbios_ns.match(0x4321, answer), Match::stale);
}

}  // namespace
}  // namespace portolan::payload
