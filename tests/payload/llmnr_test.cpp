#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Llmnr, AsksForANameThatNobodyHas) {
  EXPECT_EQ(question_of(llmnr, 0x12345678),
            hex("5678 0000 0001 0000 0000 0000") + hex("08") + text("portolan") + hex("00 0001 0001"));
}

TEST(Llmnr, AnAnswerGivesTheIdBack) {
  const auto answer = hex("5678 8000 0001 0001 0000 0000") + hex("08") + text("portolan") + hex("00 0001 0001") +
                      hex("c00c 0001 0001 0000001e 0004 c6120001");
  EXPECT_EQ(llmnr.match(0x12345678, answer), Match::genuine);
  EXPECT_EQ(llmnr.match(0x12345679, answer), Match::stale);
  EXPECT_EQ(llmnr.match(0x12345678, Bytes{answer}.first(11)), Match::other) << "no whole header";
}

}  // namespace
}  // namespace portolan::payload
