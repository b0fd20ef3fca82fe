#include "netstat/table.h"

#include <gtest/gtest.h>

#include "tests/netstat/tables.h"

namespace portolan::netstat {
namespace {

using namespace std::string_literals;

std::string program(const std::string& command_line) {
  KnownNames names;
  names.command_lines[22] = command_line;
  return program_of(22, names);
}

// As net-tools 2.10 shows them, but for the cut.
TEST(Program, IsTheFirstWordOfTheCommandLineWithoutItsDirectory) {
  EXPECT_EQ(program("/sbin/init\0splash\0"s), "22/init");
  EXPECT_EQ(program("sshd: user@pts/0 [priv]\0\0\0"s), "22/sshd: user@pts/0 [priv]");
  EXPECT_EQ(program("/usr/sbin/nginx: x /y/z\0"s), "22/z");
  EXPECT_EQ(program("./rel/prog\0"s), "22/./rel/prog");
  EXPECT_EQ(program("-bash\0"s), "22/-bash");
  EXPECT_EQ(program("no-nul-at-all"s), "22/no-nul-at-all");
  EXPECT_EQ(program("/\0"s), "22/");
  EXPECT_EQ(program(""s), "22/");  // a kernel thread
}

TEST(Program, CannotMoveTheCursor) {
  EXPECT_EQ(program("\x1b[31mred\0"s), "22/\\x1B[31mred");
  EXPECT_EQ(program("new\nline\0"s), "22/new\\x0Aline");
}

TEST(Program, IsADashWhereNobodyIsKnown) {
  KnownNames names;
  EXPECT_EQ(program_of(std::nullopt, names), "-");
  EXPECT_EQ(program_of(23, names), "-");
}

TEST(Program, IsCutToNineteenBytesAndNeverWithinACharacter) {
  EXPECT_EQ(cut_program("4000000/a-very-long-program-name-indeed"), "4000000/a-very-long");
  EXPECT_EQ(cut_program("4006/nginx: master process"), "4006/nginx: master ");
  EXPECT_EQ(cut_program("12345678901234567\u00e4\u00f6"), "12345678901234567\u00e4");
  EXPECT_EQ(cut_program("123456789012345678\u00e4"), "123456789012345678");
  EXPECT_EQ(cut_program("1/init"), "1/init");
}

TEST(Program, KeepsWholeTheWordsThatBeginInTheColumn) {
  EXPECT_EQ(whole_words("4000000/a-very-long-program-name-indeed"), "4000000/a-very-long-program-name-indeed");
  EXPECT_EQ(whole_words("4006/nginx: master process /usr/sbin/nginx"), "4006/nginx: master");
  EXPECT_EQ(whole_words("4006/nginx: worker-number-seven of nine"), "4006/nginx: worker-number-seven");
  EXPECT_EQ(whole_words("1/x y"), "1/x y");
}

}  // namespace
}  // namespace portolan::netstat
