// Where a seccomp filter, or the kernel, has no packet sockets, not for root either: connections do without.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using Words = std::vector<std::string>;

class WithoutPacketSockets : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
    pair_.emplace();
  }

  Finished scan_without(const Words& words, bool privileged = true) {
    lab::Command command = scan_command(words);
    command.packets = false;
    command.privileged = privileged;
    return pair_->scanner.run(command);
  }

  std::optional<Pair> pair_;
};

const std::string sentence = "packet sockets are refused here";

TEST_F(WithoutPacketSockets, ConnectionsAreMade) {
  pair_->target.listen(80);
  const Truth truth{.ports = {{80, {"open", "syn-ack"}}}, .rest = {"closed", "conn-refused"}};
  for (const bool privileged : {true, false}) {
    for (const Words& way : {Words{"-sT"}, Words{}, Words{"-sT", "-Pn"}}) {
      for (const char* target : {Pair::target_v4, Pair::target_v6}) {
        SCOPED_TRACE(fmt::format("{} {} {}", privileged, way.size(), target));
        Words words = way;
        words.insert(words.end(), {"-n", "-p", "79-81", target, "-oX", "-"});
        const Finished done = scan_without(words, privileged);
        EXPECT_EQ(done.status, 0) << done.errors;
        EXPECT_NE(done.errors.find(sentence), std::string::npos) << done.errors;
        EXPECT_EQ(differences(read_chart(done.output), target, 79, 81, truth), "") << done.output;
      }
    }
  }
}

TEST_F(WithoutPacketSockets, HostsAreFoundByConnections) {
  pair_->target.listen(80);
  const Finished done = scan_without({"-sn", "-n", "198.18.0.2-3", "--initial-rtt-timeout", "100ms"});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_NE(done.output.find("(1 host up)"), std::string::npos) << done.output;
}

TEST_F(WithoutPacketSockets, RawPacketsAreRefusedWithAWayOut) {
  const Finished done = scan_without({"-sS", "-n", "-p", "79-81", Pair::target_v4});
  EXPECT_EQ(done.status, 2);
  EXPECT_EQ(std::ranges::count(done.errors, '\n'), 1) << done.errors;
  EXPECT_NE(done.errors.find(sentence), std::string::npos) << done.errors;
  EXPECT_NE(done.errors.find("-sT"), std::string::npos) << "no advice in: " << done.errors;
}

TEST_F(WithoutPacketSockets, WhoHasThemHearsNothing) {
  for (const bool privileged : {true, false}) {
    lab::Command command = scan_command({"-sT", "-n", "-p", "80", Pair::target_v4});
    command.privileged = privileged;
    EXPECT_EQ(pair_->scanner.run(command).errors.find(sentence), std::string::npos);
  }
}

}  // namespace
}  // namespace portolan::lab_test
