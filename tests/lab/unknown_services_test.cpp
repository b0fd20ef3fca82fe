// What becomes of a service that nobody recognises, where --save-unknown asks for its words.
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "identify/transcript.h"
#include "lab_test.h"
#include "talker.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using ::testing::HasSubstr;

class UnknownServices : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap writes no such file";
    pair_.emplace();
    talker_.emplace(pair_->target,
                    std::vector<TalkerPort>{
                        {.port = 7000, .words = "\x01QZ9 who goes there?\r\n"},
                        {.port = 8080, .manner = TalkerPort::Manner::answers, .words = "HTTP/1.0 200 OK\r\n\r\n"}});
  }
  [[nodiscard]] Finished scan(const std::string& file) const {
    return pair_->scanner.run(scan_command({"-n", "-Pn", "-sT", "-sV", "--version-light", "-p", "7000,8080", "-oX", "-",
                                            "--save-unknown", file, Pair::target_v4}));
  }

 private:
  std::optional<Pair> pair_;
  std::optional<Talker> talker_;
};

TEST_F(UnknownServices, AreSavedAndNoOthers) {
  const Scratch scratch;
  const Finished done = scan(scratch.path("unknown"));
  EXPECT_EQ(done.status, 0) << done.errors;
  const std::string saved = scratch.read("unknown");
  EXPECT_THAT(saved, HasSubstr("\n# 198.18.0.2 port 7000, connection 1\n"));
  EXPECT_THAT(saved, HasSubstr("\n< \"\\x01QZ9 who goes there?\\r\\n\"\n"));
  EXPECT_FALSE(saved.contains("8080")) << saved;
  EXPECT_TRUE(identify::read_transcript(saved)) << saved;
}

TEST_F(UnknownServices, AFullDiskEndsTheFileAndNotTheScan) {
  const Finished done = scan("/dev/full");
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.errors, HasSubstr("portolan: --save-unknown: cannot write to '/dev/full': No space left on device; "
                                     "no more is saved, the scan goes on\n"));
  EXPECT_THAT(done.output, HasSubstr("</nmaprun>"));
}

TEST_F(UnknownServices, AFileThatCannotBeWrittenIsSaidBeforeAnyPacket) {
  const Finished done = scan("/nosuch/file");
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.errors, HasSubstr("--save-unknown: cannot write to '/nosuch/file': No such file or directory"));
  EXPECT_FALSE(done.output.contains("<host")) << done.output;
}

}  // namespace
}  // namespace portolan::lab_test
