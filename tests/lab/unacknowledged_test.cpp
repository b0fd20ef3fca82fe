// A port that accepts connections for somebody whom nothing reaches: a middlebox's handshake is no service.
#include <gmock/gmock.h>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Unacknowledged : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not say so";
  }
};

// The handshake passes, whatever carries data does not.
constexpr const char* no_data = R"(
table inet lab {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 8000 tcp flags & psh == psh drop
  }
}
)";

TEST_F(Unacknowledged, WhatIsNeverAcknowledgedIsSaid) {
  lab::Pair world;
  world.target.listen(8000);
  world.target.listen(8001);
  world.target.nft(no_data);
  for (const char* address : {"198.18.0.2", "2001:db8::2"}) {
    std::vector<std::string> words{"-sV", "-T5", "-n", "-p", "8000,8001", address};
    if (std::string_view{address}.contains(':')) words.emplace_back("-6");
    const auto done = world.scanner.run(scan_command(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    const auto behind = done.output.substr(done.output.find("8001/tcp"));
    EXPECT_THAT(done.output, HasSubstr("accepts connections, but nothing that is sent arrives"));
    EXPECT_THAT(behind, Not(HasSubstr("nothing that is sent arrives"))) << "that one is only mute";
  }
}

}  // namespace
}  // namespace portolan::lab_test
