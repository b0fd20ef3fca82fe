// Where a seccomp filter, or the kernel, has no packet sockets, not for root either: connections do without.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lacking_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;

const std::string sentence = "packet sockets are refused here";

class WithoutPacketSockets : public LackingTest {
 protected:
  WithoutPacketSockets() : LackingTest{&lab::Command::packets, sentence} {}
};

TEST_F(WithoutPacketSockets, ConnectionsAreMade) { expect_connections({{"-sT"}, {}, {"-sT", "-Pn"}}); }

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
