// -e: everything leaves through the interface that is named, or nothing leaves.
#include <fmt/core.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using Words = std::vector<std::string>;

// The same addresses at both ends: the routes lead to `near`, where nobody listens, -e leads to `far`.
struct TwoWays {
  lab::Lab lab;
  lab::Host& scanner = lab.add_host("scanner");
  lab::Host& near = lab.add_host("near");
  lab::Host& far = lab.add_host("far");

  TwoWays() {
    lab.connect({scanner, "near", {"198.18.0.1/24", "2001:db8::1/64"}},
                {near, "wire", {"198.18.0.2/24", "2001:db8::2/64"}});
    lab.connect({scanner, "far", {"198.19.0.1/24", "2001:db8:1::1/64"}},
                {far, "wire", {"198.19.0.2/24", "2001:db8:1::2/64"}});
    far.ip("addr add 198.18.0.2/32 dev wire\naddr add 2001:db8::2/128 dev wire nodad\n");
    scanner.ip("route add 2001:db8::/64 via 2001:db8:1::2 dev far metric 9000\n");
    far.listen(80);
  }
};

struct Way {
  const char* name;
  Words words;
  bool privileged = true;
  bool netlink = true;
};

// Without what kernels say to each other, and the resets with which this one answers what it has no connection for:
// those go by its routes, whoever asked.
bool saw_syn(lab::Sniffer& sniffer) {
  constexpr std::size_t v4_flags = 20 + 13;
  constexpr std::size_t v6_flags = 40 + 13;
  constexpr unsigned syn = 0x02;
  return std::ranges::any_of(probes_seen(sniffer), [](const lab::Arrival& arrival) {
    const auto& bytes = arrival.bytes;
    const bool v4 = bytes.size() > v4_flags && bytes[0] >> 4U == 4 && bytes[9] == IPPROTO_TCP;
    const bool v6 = bytes.size() > v6_flags && bytes[0] >> 4U == 6 && bytes[6] == IPPROTO_TCP;
    return (v4 && (bytes[v4_flags] & syn) != 0) || (v6 && (bytes[v6_flags] & syn) != 0);
  });
}

class ForcedInterface : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
    world_.emplace();
  }

  Finished scan_by(const Way& way, const Words& words) {
    Words all{"-n"};
    all.insert(all.end(), way.words.begin(), way.words.end());
    all.insert(all.end(), words.begin(), words.end());
    lab::Command command = scan_command(all);
    command.privileged = way.privileged;
    command.netlink = way.netlink;
    return world_->scanner.run(command);
  }

  std::optional<TwoWays> world_;
  const std::vector<Way> ways_{{"half-open", {"-sS"}},
                               {"connections", {"-sT"}},
                               {"a plain user", {"-sT"}, false},
                               {"without netlink", {"-sT"}, true, false}};
};

TEST_F(ForcedInterface, IsTheOnlyOneThatAnythingLeavesThrough) {
  for (const Way& way : ways_) {
    for (const char* target : {"198.18.0.2", "2001:db8::2"}) {
      SCOPED_TRACE(fmt::format("{} {}", way.name, target));
      lab::Sniffer sniffer = world_->near.sniff("wire");
      const Finished done = scan_by(way, {"-e", "far", "-p", "79-81", target, "-oX", "-"});
      EXPECT_EQ(done.status, 0) << done.errors;
      const bool half_open = way.words.front() == "-sS";
      const Truth truth{.ports = {{80, {"open", "syn-ack"}}}, .rest = {"closed", half_open ? "reset" : "conn-refused"}};
      EXPECT_EQ(differences(read_chart(done.output), target, 79, 81, truth), "") << done.output << done.errors;
      EXPECT_FALSE(saw_syn(sniffer));
    }
  }
}

TEST_F(ForcedInterface, DoesNotHideThisMachineItself) {
  world_->scanner.listen(80);
  world_->scanner.ip("addr add 198.18.0.7/24 dev near\naddr add 198.19.0.7/24 dev far\n");
  for (const Way& way : ways_) {
    for (const char* device : {"far", "lo"}) {
      // The kernel prefers another source towards 127.0.0.2 and what was added to a network later.
      for (const char* target : {"127.0.0.1", "127.0.0.2", "198.18.0.1", "198.18.0.7", "198.19.0.7", "::1"}) {
        SCOPED_TRACE(fmt::format("{} {} {}", way.name, device, target));
        const Finished done = scan_by(way, {"-e", device, "-p", "79-81", target, "-oX", "-"});
        EXPECT_EQ(done.status, 0) << done.errors;
        const bool half_open = way.words.front() == "-sS";
        const Truth truth{.ports = {{80, {"open", "syn-ack"}}},
                          .rest = {"closed", half_open ? "reset" : "conn-refused"}};
        EXPECT_EQ(differences(read_chart(done.output), target, 79, 81, truth), "") << done.output << done.errors;
      }
    }
  }
}

TEST_F(ForcedInterface, ThatLeadsToThisMachineAloneIsRefusedForAnyOther) {
  for (const Way& way : ways_) {
    for (const Words& targets : {Words{"198.18.0.2"}, Words{"2001:db8::2"}, Words{"127.0.0.1", "198.18.0.2"}}) {
      SCOPED_TRACE(fmt::format("{} {}", way.name, targets.back()));
      lab::Sniffer near = world_->near.sniff("wire");
      Words words{"-e", "lo", "-p", "79-81"};
      words.insert(words.end(), targets.begin(), targets.end());
      const Finished done = scan_by(way, words);
      EXPECT_EQ(done.status, 2) << done.output;
      EXPECT_EQ(done.output, "");
      EXPECT_NE(done.errors.find("-e lo: "), std::string::npos) << done.errors;
      EXPECT_NE(done.errors.find("which leads to this machine alone"), std::string::npos) << done.errors;
      EXPECT_TRUE(probes_seen(near).empty());
    }
  }
}

TEST_F(ForcedInterface, ListsNeedNoWay) {
  const Finished done = scan_by({"list", {"-sL"}}, {"-e", "lo", "198.18.0.2"});
  EXPECT_EQ(done.status, 0) << done.errors;
}

// Without -e the same is said of the target, as of every target without a way.
TEST_F(ForcedInterface, ARouteThatLeadsHomeLeadsToNobody) {
  world_->scanner.ip("route add 203.0.113.0/24 dev lo\n");
  for (const Way& way : ways_) {
    if (!way.netlink) continue;  // then the route is not seen
    SCOPED_TRACE(way.name);
    const Finished done = scan_by(way, {"-p", "79-81", "203.0.113.9"});
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_NE(done.output.find("the way to 203.0.113.9 is lo, which leads to this machine alone"), std::string::npos)
        << done.output;
  }
}

}  // namespace
}  // namespace portolan::lab_test
