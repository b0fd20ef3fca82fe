#include "cli/sockets/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// `who 8080` was told that "sudo portolan who" shows more, which is a command that refuses.
TEST(PrivilegeNote, NamesNoCommandThatWasNotTyped) {
  for (const std::size_t count : {1U, 3U}) {
    const std::string note = privilege_note(count, false);
    EXPECT_THAT(note, Not(HasSubstr("sudo portolan")));
    EXPECT_THAT(note, EndsWith("only root may look at: the same command with sudo in front shows them"));
  }
}

TEST(PrivilegeNote, SaysWhatRootCannotDoEither) {
  EXPECT_EQ(privilege_note(1, true),
            "note: one socket is perhaps held by processes that even this root may not look at");
  EXPECT_THAT(privilege_note(2, true), HasSubstr("2 sockets are perhaps held"));
}

}  // namespace
}  // namespace portolan::cli
