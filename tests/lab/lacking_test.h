// The frame of tests in which the kernel refuses the program something, whoever runs it.
#pragma once

#include <fmt/core.h>

#include <optional>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {

class LackingTest : public LabTest {
 protected:
  using Words = std::vector<std::string>;

  // `lacks` is false in every command; `sentence` says so to the user.
  LackingTest(bool lab::Command::* lacks, std::string sentence) : lacks_{lacks}, sentence_{std::move(sentence)} {}

  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
    pair_.emplace();
  }

  lab::Finished scan_without(const Words& words, bool privileged = true) {
    lab::Command command = scan_command(words);
    command.*lacks_ = false;
    command.privileged = privileged;
    return pair_->scanner.run(command);
  }

  // In each of these ways, as root and as an ordinary user, over both families.
  void expect_connections(const std::vector<Words>& ways) {
    pair_->target.listen(80);
    const Truth truth{.ports = {{80, {"open", "syn-ack"}}}, .rest = {"closed", "conn-refused"}};
    for (const bool privileged : {true, false}) {
      for (const Words& way : ways) {
        for (const char* target : {lab::Pair::target_v4, lab::Pair::target_v6}) {
          SCOPED_TRACE(fmt::format("{} {} {}", privileged, way.size(), target));
          Words words = way;
          words.insert(words.end(), {"-n", "-p", "79-81", target, "-oX", "-"});
          const lab::Finished done = scan_without(words, privileged);
          EXPECT_EQ(done.status, 0) << done.errors;
          EXPECT_NE(done.errors.find(sentence_), std::string::npos) << done.errors;
          EXPECT_EQ(differences(read_chart(done.output), target, 79, 81, truth), "") << done.output;
        }
      }
    }
  }

  std::optional<lab::Pair> pair_;

 private:
  bool lab::Command::* lacks_;
  std::string sentence_;
};

}  // namespace portolan::lab_test
