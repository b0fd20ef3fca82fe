#include "os/identify/fingerprint_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace portolan::os {
namespace {

using ::testing::HasSubstr;

class FingerprintFilesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream{directory_ + "/" + name} << text; }
  [[nodiscard]] std::string error() const {
    const auto read = read_fingerprints(directory_);
    return read ? "" : read.error().message;
  }

  std::string directory_ = (std::filesystem::temp_directory_path() / "fingerprints-XXXXXX").string();
};

constexpr const char* good =
    "<fingerprints matches=\"ssh.banner\"><fingerprint pattern=\"^Foo\">"
    "<param pos=\"0\" name=\"service.product\" value=\"Bar\"/></fingerprint></fingerprints>";

TEST_F(FingerprintFilesTest, OursAreThereAndAUsersStandBehindThem) {
  const auto ours = read_fingerprints({});
  ASSERT_TRUE(ours) << ours.error().message;
  EXPECT_GT(ours->rules(), 100U);
  write("a.xml", good);
  write("readme.txt", "no rules");
  const auto both = read_fingerprints(directory_);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->rules(), ours->rules() + 1);
  const auto matches = both->match("ssh.banner", "Foo");
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_FALSE(matches.front().is_ours);
}

TEST_F(FingerprintFilesTest, WhatCannotBeReadIsSaidInASentence) {
  EXPECT_THAT(error(), HasSubstr("no file there ends in .xml"));
  write("b.xml", "<fingerprints matches=\"ssh.baner\"></fingerprints>");
  EXPECT_THAT(error(), HasSubstr("about a field that services say"));
  write("a.xml", "<fingerprints>\n<rule/></fingerprints>");
  EXPECT_THAT(error(), HasSubstr(directory_ + "/a.xml:2: "));
  const auto missing = read_fingerprints(directory_ + "/none");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("cannot read fingerprints in '" + directory_ + "/none'"));
}

TEST_F(FingerprintFilesTest, FieldsOfOthersMayStandBeside) {
  write("a.xml", good);
  write("b.xml", "<fingerprints matches=\"favicon.md5\"></fingerprints>");
  EXPECT_EQ(error(), "");
}

}  // namespace
}  // namespace portolan::os
