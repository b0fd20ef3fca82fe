#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(MqttSn, SearchesAGateway) { EXPECT_EQ(question_of(mqtt_sn, 1), hex("03 01 00")); }

TEST(MqttSn, AGatewayTellsItsNumber) {
  EXPECT_EQ(mqtt_sn.match(1, hex("03 02 07")), Match::genuine);
  EXPECT_EQ(mqtt_sn.match(1, hex("04 02 07")), Match::other) << "another length than it says";
  EXPECT_EQ(mqtt_sn.match(1, hex("03 02")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
