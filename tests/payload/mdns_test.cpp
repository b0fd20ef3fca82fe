#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Mdns, AsksForAllServicesAndAnAnswerToUsAlone) {
  EXPECT_EQ(question_of(mdns, 0x1234), hex("1234 0000 0001 0000 0000 0000") +                   // id, one question
                                           text("\x09_services\x07_dns-sd\x04_udp\x05local") +  //
                                           hex("00 000c 8001"));                                // PTR, QU and IN
}

TEST(Mdns, AnAnswerToAPortThatIsNot5353GivesTheIdBack) {
  const auto answer = hex("1234 8400 0001 0001 0000 0000");
  EXPECT_EQ(mdns.match(0x1234, answer), Match::genuine);
  EXPECT_EQ(mdns.match(0x1235, answer), Match::stale);
}

}  // namespace
}  // namespace portolan::payload
