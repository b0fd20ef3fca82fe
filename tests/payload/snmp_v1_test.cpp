#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(SnmpV1, AsksThePublicCommunityForTheDescription) {
  EXPECT_EQ(question_of(snmp_v1, 0x80000004), hex("3029 020100 0406") + text("public") +
                                                  hex("a01c 0204 60000001"                       // get, request id
                                                      "020100 020100"                            // no error
                                                      "300e 300c 0608 2b06010201010100 0500"));  // sysDescr.0
}

TEST(SnmpV1, AnAgentGivesTheRequestIdBack) {
  const auto response = hex("302e 020100 0406") + text("public") +
                        hex("a221 0204 60000001 020100 020100 3013 3011 0608 2b06010201010100 0405") + text("Linux");
  EXPECT_EQ(snmp_v1.match(0x80000004, response), Match::genuine);
  EXPECT_EQ(snmp_v1.match(0x80000008, response), Match::stale);
  EXPECT_EQ(snmp_v1.match(0x80000004, Bytes{response}.first(40)), Match::other) << "not whole";
}

}  // namespace
}  // namespace portolan::payload
