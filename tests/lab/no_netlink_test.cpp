// Where a container's seccomp filter, or its kernel, has no rtnetlink: what needs no routes is done all the same, and
// what it cannot know is said.
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

const std::string sentence = "the kernel does not tell its routes";

class WithoutNetlink : public LackingTest {
 protected:
  WithoutNetlink() : LackingTest{&lab::Command::netlink, sentence} {}
};

TEST_F(WithoutNetlink, AListNeedsNoRoutesAndSaysNothingOfThem) {
  const Finished done = scan_without({"-sL", "-n", "198.18.0.1-2"});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  EXPECT_NE(done.output.find("198.18.0.2"), std::string::npos) << done.output;
}

TEST_F(WithoutNetlink, ConnectionsNeedNoneEither) { expect_connections({{"-sT"}, {}, {"-sT", "-e", "wire"}}); }

TEST_F(WithoutNetlink, ThisMachineIsReachedThroughItself) {
  pair_->scanner.listen(80);
  pair_->scanner.ip("addr add 198.18.0.7/24 dev wire\n");
  const Truth truth{.ports = {{80, {"open", "syn-ack"}}}, .rest = {"closed", "conn-refused"}};
  for (const Words& way : {Words{"-sT"}, Words{"-sT", "-e", "wire"}, Words{"-sT", "-e", "lo"}}) {
    for (const char* target : {"127.0.0.1", "127.0.0.2", "198.18.0.1", "198.18.0.7", "2001:db8::1"}) {
      SCOPED_TRACE(fmt::format("{} {}", way.back(), target));
      Words words = way;
      words.insert(words.end(), {"-n", "-p", "79-81", target, "-oX", "-"});
      const Finished done = scan_without(words);
      EXPECT_EQ(done.status, 0) << done.errors;
      EXPECT_EQ(differences(read_chart(done.output), target, 79, 81, truth), "") << done.output;
    }
  }
}

TEST_F(WithoutNetlink, HostsAreFoundByConnections) {
  pair_->target.listen(80);
  const Finished done = scan_without({"-sn", "-n", "198.18.0.2-3", "--initial-rtt-timeout", "100ms"});
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_NE(done.output.find("(1 host up)"), std::string::npos) << done.output;
}

TEST_F(WithoutNetlink, WhoHasNoWayIsToldAsSuch) {
  const auto note_of = [&](const char* target, const Words& more = {}) {
    Words words{"-sT", "-n", "-p", "80", target};
    words.insert(words.end(), more.begin(), more.end());
    return scan_without(words).output;
  };
  EXPECT_NE(note_of("203.0.113.9").find("no route leads to 203.0.113.9"), std::string::npos);
  EXPECT_NE(note_of("198.18.0.255").find("198.18.0.255 is a broadcast address"), std::string::npos);
  EXPECT_NE(note_of("198.18.0.255", {"-e", "wire"}).find("198.18.0.255 is a broadcast address"), std::string::npos);
  EXPECT_NE(note_of("224.0.0.9").find("224.0.0.9 is a multicast address"), std::string::npos);
  pair_->scanner.ip("route add prohibit 203.0.113.0/24\n");
  EXPECT_NE(note_of("203.0.113.9").find("a route of this machine prohibits 203.0.113.9"), std::string::npos);
}

TEST_F(WithoutNetlink, RawPacketsAreRefusedWithAWayOut) {
  lab::Sniffer sniffer = pair_->target.sniff("wire");
  const Finished done = scan_without({"-sS", "-n", "-p", "79-81", Pair::target_v4});
  EXPECT_EQ(done.status, 2);
  EXPECT_EQ(std::ranges::count(done.errors, '\n'), 1) << done.errors;
  EXPECT_NE(done.errors.find(sentence), std::string::npos) << done.errors;
  EXPECT_NE(done.errors.find("-sT"), std::string::npos) << "no advice in: " << done.errors;
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

TEST_F(WithoutNetlink, AnInterfaceThatIsNotThereIsNamed) {
  const Finished done = scan_without({"-sT", "-n", "-e", "nothere0", "-p", "80", Pair::target_v4});
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.errors.find("no interface is called 'nothere0'"), std::string::npos) << done.errors;
  EXPECT_NE(done.errors.find("wire"), std::string::npos) << "what there is, is not said: " << done.errors;
}

}  // namespace
}  // namespace portolan::lab_test
