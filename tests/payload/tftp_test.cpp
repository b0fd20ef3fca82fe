#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Tftp, ReadsAFileThatIsNotThere) {
  EXPECT_EQ(question_of(tftp, 1), hex("0001") + text("no-such-file") + hex("00") + text("octet") + hex("00"));
}

TEST(Tftp, AnErrorOrAFileIsAnAnswer) {
  EXPECT_EQ(tftp.match(1, hex("0005 0001") + text("File not found") + hex("00")), Match::genuine);
  EXPECT_EQ(tftp.match(1, hex("0003 0001")), Match::genuine) << "an empty file";
  EXPECT_EQ(tftp.match(1, hex("0004 0001")), Match::other) << "an acknowledgement, of nothing";
  EXPECT_EQ(tftp.match(1, hex("0005 00")), Match::other);
}

}  // namespace
}  // namespace portolan::payload
