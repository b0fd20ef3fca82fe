// Scans from several network namespaces (--from): what a filter does by the address of who asks shows in a table.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <string>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using ::testing::HasSubstr;

class Vantages : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap scans from one place";
  }
};

// A server in two networks, with a rule for each.
struct TwoNetworks : lab::Lab {
  TwoNetworks() : server{add_host("server")}, inside{add_host("inside")}, outside{add_host("outside")} {
    connect({inside, "wire", {"198.18.1.2/24", "2001:db8:1::2/64"}},
            {server, "in", {"198.18.1.1/24", "2001:db8:1::1/64"}});
    connect({outside, "wire", {"198.18.2.2/24", "2001:db8:2::2/64"}},
            {server, "out", {"198.18.2.1/24", "2001:db8:2::1/64"}});
    outside.ip("route add 198.18.1.0/24 via 198.18.2.1\nroute add 2001:db8:1::/64 via 2001:db8:2::1\n");
    server.listen(22);
    server.listen(80);
    server.listen(443);
    server.nft(R"(table inet lab {
      chain input {
        type filter hook input priority 0; policy accept;
        iifname "out" tcp dport 22 drop
        iifname "out" tcp dport 443 reject with icmpx admin-prohibited
      }
    })");
  }
  lab::Host& server;
  lab::Host& inside;
  lab::Host& outside;
};

// As the test's own process has it open.
std::string place(const lab::Host& host) { return fmt::format("netns:/proc/{}/fd/{}", ::getpid(), host.network()); }

TEST_F(Vantages, AFilterShowsByWhereItIsAskedFrom) {
  const TwoNetworks world;
  const std::string there = place(world.outside);
  for (const char* target : {"198.18.1.1", "2001:db8:1::1"}) {
    std::vector<std::string> words{"--from", "here", "--from", there, "-p", "1-100,443", "-n", target};
    if (std::string_view{target}.contains(':')) words.emplace_back("-6");
    const auto done = world.inside.run(scan_command(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    const std::string blanks(there.size() - 8, ' ');
    EXPECT_THAT(done.output, HasSubstr(fmt::format("{}\nPORT     here  {}  SERVICE\n", target, there)));
    EXPECT_THAT(done.output, HasSubstr(fmt::format("\n22/tcp   open  filtered{}  ssh\n", blanks)));
    EXPECT_THAT(done.output, HasSubstr(fmt::format("\n80/tcp   open  open    {}  http\n", blanks)));
    EXPECT_THAT(done.output, HasSubstr(fmt::format("\n443/tcp  open  filtered{}  https\n", blanks)));
    EXPECT_THAT(done.output, HasSubstr("Not shown: 98 tcp ports, closed\n"));
    EXPECT_THAT(done.output, HasSubstr("Open from here only: 22/tcp, 443/tcp\n"));
  }
}

TEST_F(Vantages, OnePlaceGivesAnyReport) {
  const TwoNetworks world;
  const auto done =
      world.inside.run(scan_command({"--from", place(world.outside), "-p", "22,80", "-n", "198.18.1.1", "-oX", "-"}));
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("<state state=\"filtered\" reason=\"no-response\" reason_ttl=\"0\"/>"));
  const auto records = world.inside.run(
      scan_command({"--from", place(world.outside), "--from", "here", "-p", "22,80", "-n", "198.18.1.1", "-oJ", "-"}));
  EXPECT_EQ(records.status, 0) << records.errors;
  EXPECT_THAT(records.output, HasSubstr(fmt::format("\"from\":\"{}\"", place(world.outside))));
  EXPECT_THAT(records.output, HasSubstr("\"from\":\"here\""));
}

TEST_F(Vantages, NoPlaceIsSaidBeforeAnythingIsSent) {
  const TwoNetworks world;
  auto sniffer = world.server.sniff("in");
  const auto refused = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"-n", "198.18.1.1"});
    const auto done = world.inside.run(scan_command(words));
    EXPECT_EQ(done.status, 2) << done.errors;
    EXPECT_EQ(done.output, "");
    return done.errors;
  };
  EXPECT_THAT(refused({"--from", "netns:no-such-place"}), HasSubstr("there is no network namespace 'no-such-place'"));
  EXPECT_THAT(refused({"--from", "elsewhere"}),
              HasSubstr("'elsewhere' is no place to scan from; write here or netns:NAME"));
  EXPECT_THAT(refused({"--from", "here", "--from", "here"}), HasSubstr("'here' is named twice"));
  EXPECT_THAT(refused({"--from", "here", "--from", place(world.outside), "-oX", "x"}),
              HasSubstr("-oX holds the scan from one place"));
  EXPECT_THAT(refused({"--from", "here", "--from", place(world.outside), "--packet-trace"}),
              HasSubstr("--packet-trace is of one scan"));
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

}  // namespace
}  // namespace portolan::lab_test
