#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Ipmi, AsksHowToLogIn) {
  EXPECT_EQ(question_of(ipmi, 0x12345678), hex("06 00 ff 07"                    // RMCP, of class IPMI
                                               "00 00000000 00000000 09"        // no authentication, no session
                                               "20 18 c8 81 e0 38 0e 02 57"));  // the command between checksums
}

TEST(Ipmi, AControllerGivesTheSequenceBack) {
  const auto capabilities = hex("06 00 ff 07 00 00000000 00000000 10 81 1c 63 20 e0 38 00 01 97 06 02 00000000 00 28");
  EXPECT_EQ(ipmi.match(0x12345678, capabilities), Match::genuine);
  EXPECT_EQ(ipmi.match(0x12345679, capabilities), Match::stale);
  EXPECT_EQ(ipmi.match(0x12345678, Bytes{capabilities}.first(19)), Match::other) << "no command";
  EXPECT_EQ(asf_rmcp.match(0x12345678, capabilities), Match::other);
}

}  // namespace
}  // namespace portolan::payload
