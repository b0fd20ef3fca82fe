#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ubiquiti, AsksForFields) { EXPECT_EQ(question_of(ubiquiti, 1), hex("01 00 0000")); }

TEST(Ubiquiti, FieldsAreAnAnswer) {
  EXPECT_EQ(ubiquiti.match(1, hex("01 00 0009 01 0006 002722000001")), Match::genuine);
  EXPECT_EQ(ubiquiti.match(1, hex("01 00 0008 01 0006 002722000001")), Match::other) << "another length than it says";
  EXPECT_EQ(ubiquiti.match(1, hex("01 00 00")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
