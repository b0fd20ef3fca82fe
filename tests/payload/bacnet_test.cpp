#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Bacnet, ReadsWhichDeviceItIs) {
  EXPECT_EQ(question_of(bacnet, 0x12345678), hex("81 0a 0011 01 04"      // to one, a reply is expected
                                                 "00 05 78 0c"           // confirmed request, its number, readProperty
                                                 "0c 023fffff 19 4b"));  // of any device, object-identifier
}

TEST(Bacnet, AcknowledgementAndErrorGiveTheNumberBack) {
  const auto acknowledged = hex("81 0a 0017 01 00 30 78 0c 0c 02000007 19 4b 3e c4 02000007 3f");
  EXPECT_EQ(bacnet.match(0x12345678, acknowledged), Match::genuine);
  EXPECT_EQ(bacnet.match(0x12345679, acknowledged), Match::stale);
  EXPECT_EQ(bacnet.match(0x12345678, hex("81 0a 000d 01 00 50 78 0c 91 02 91 20")), Match::genuine)
      << "unknown property";
  EXPECT_EQ(bacnet.match(0x12345678, hex("81 0a 000d 01 08 0005 01 07 30 78 0c")), Match::genuine)
      << "through a router";
  EXPECT_EQ(bacnet.match(0x12345678, hex("81 00 0006 0030")), Match::other) << "a result of the link";
}

}  // namespace
}  // namespace portolan::payload
