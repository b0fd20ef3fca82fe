#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(SnmpV3, AsksForTheEngine) {
  EXPECT_EQ(question_of(snmp_v3, 0x80000004),
            hex("303d 020103"
                "3010 0204 60000001 0202 01e4 0401 04 020103"              // id, size, reportable, user security
                "0410 300e 0400 020100 020100 0400 0400 0400"              // no engine, no user
                "3014 0400 0400 a00e 0204 60000001 020100 020100 3000"));  // get nothing
}

TEST(SnmpV3, AnEngineReportsItself) {
  const auto report =
      hex("303e 020103 3010 0204 60000001 0202 05dc 0401 00 020103"
          "0412 3010 0402 8000 020101 020109 0400 0400 0400"
          "3013 0402 8000 0400 a80b 0201 00 020100 020100 3000");
  EXPECT_EQ(snmp_v3.match(0x80000004, report), Match::genuine);
  EXPECT_EQ(snmp_v3.match(0x80000008, report), Match::stale);
  EXPECT_EQ(snmp_v3.match(0x80000004, hex("3029 020101 0406 7075626c6963")), Match::other) << "version 2c, cut";
}

}  // namespace
}  // namespace portolan::payload
