#include <gtest/gtest.h>

#include "payload/registry.h"
#include "tests/payload/octets.h"

namespace portolan::payload {
namespace {

TEST(Cldap, SearchesTheRootEntry) {
  EXPECT_EQ(question_of(cldap, 0x80000004), hex("303e 0204 60000001"
                                                "6336 0400 0a0100 0a0100 020100 020100 010100"  // the entry, no limits
                                                "870b") +
                                                text("objectClass") + hex("3016 0414") + text("supportedLDAPVersion"));
}

TEST(Cldap, AnEntryAndTheEndOfASearchAreAnswers) {
  const auto done = hex("300f 0204 60000001 6507 0a0100 0400 0400");
  EXPECT_EQ(cldap.match(0x80000004, done), Match::genuine);
  EXPECT_EQ(cldap.match(0x80000008, done), Match::stale);
  // As Windows writes lengths.
  const auto entry = hex("308400000010 0204 60000001 648400000004 0400 3000");
  EXPECT_EQ(cldap.match(0x80000004, entry), Match::genuine);
  EXPECT_EQ(cldap.match(0x80000004, hex("3009 0204 60000001 4201 00")), Match::other) << "an unbind request";
}

}  // namespace
}  // namespace portolan::payload
