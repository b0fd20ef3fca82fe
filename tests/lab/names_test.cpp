// Targets that are names, and name servers that take their time.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "lab_test.h"
#include "name_server.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// So long that a look-up which is waited for would outlast the test.
constexpr const char* patient = "nameserver 198.18.0.2\noptions timeout:30 attempts:5\n";

// nmap looks all names up first.
class Names : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
  }

  // A target that has these addresses, and port 22 open on each.
  struct World : Pair {
    explicit World(unsigned addresses = 9) {
      std::string lines;
      for (unsigned i = 3; i <= addresses; ++i) lines += fmt::format("addr add 198.18.0.{}/24 dev wire\n", i);
      target.ip(lines);
      target.listen(22);
    }
  };

  static lab::Command half_open(std::vector<std::string> words) {
    words.insert(words.begin(), {"-sS", "-p", "22"});
    return scan_command(words);
  }

  static std::vector<std::string> addresses_in(const std::string& xml) {
    std::vector<std::string> addresses;
    for (const ChartHost& host : read_chart(xml).hosts) addresses.push_back(host.address);
    return addresses;
  }
};

TEST_F(Names, WhatIsKnownIsScannedWhileOthersAreLookedUp) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Sniffer sniffer = world.target.sniff("wire");
  lab::Running running =
      world.scanner.start(half_open({"-n", "held-4.example", "held-5.example", "now-3.example", "-oX", "-"}));
  ASSERT_TRUE(sniffer.wait_for_syn()) << "nothing is asked before the last name is known";
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  EXPECT_THAT(addresses_in(done.output), testing::UnorderedElementsAre("198.18.0.3", "198.18.0.4", "198.18.0.5"));
  for (const char* address : {"198.18.0.3", "198.18.0.4", "198.18.0.5"}) {
    EXPECT_EQ(differences(read_chart(done.output), address, 22, 22, {.ports = {{22, {"open", "syn-ack"}}}}), "");
  }
}

TEST_F(Names, ThatFailAreToldWhileOthersAreLookedUp) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Running running = world.scanner.start(half_open({"-n", "held-4.example", "none.example", "-oJ", "-"}));
  ASSERT_TRUE(running.read_until("\"no-such-name\"")) << running.finish().errors;
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("\"address\":\"198.18.0.4\""));
}

TEST_F(Names, OfALongListFromAPipeAreLookedUpTogether) {
  World world{210};
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Command command = half_open({"-n", "-iL", "-", "-oX", "-"});
  for (unsigned i = 3; i <= 202; ++i) command.input += fmt::format("held-{}.example\n", i);
  lab::Running running = world.scanner.start(command);
  ASSERT_TRUE(server.was_asked(64)) << "one after another";
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  const std::vector<std::string> addresses = addresses_in(done.output);
  EXPECT_EQ(addresses.size(), 200U);
  EXPECT_EQ((std::set<std::string>{addresses.begin(), addresses.end()}.size()), 200U);
}

TEST_F(Names, OfOneAddressAreOneTarget) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Sniffer sniffer = world.target.sniff("wire");
  lab::Running running = world.scanner.start(half_open(
      {"-n", "198.18.0.4", "held-4.example", "held-4-again.example", "held-5.example", "held-5.example", "-oX", "-"}));
  ASSERT_TRUE(sniffer.wait_for_syn());
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(addresses_in(done.output), testing::ElementsAre("198.18.0.4", "198.18.0.5"));
}

TEST_F(Names, ThatAreExcludedAreKnownBeforeAnythingIsSent) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Sniffer sniffer = world.target.sniff("wire");
  lab::Running running = world.scanner.start(
      half_open({"-n", "198.18.0.3-5", "now-6.example", "--exclude", "held-4.example,held-6.example", "-oX", "-"}));
  ASSERT_TRUE(server.was_asked(3));
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(addresses_in(done.output), testing::UnorderedElementsAre("198.18.0.3", "198.18.0.5"));
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    const auto last = last_byte_asked(arrival);
    EXPECT_TRUE(last != 4U && last != 6U) << "something went to what is excluded";
  }
}

TEST_F(Names, OfAListStandInTheOrderThatWasTyped) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Running running = world.scanner.start(
      scan_command({"-sL", "-n", "198.18.0.9", "held-4.example", "now-3.example", "198.18.0.8", "-oX", "-"}));
  ASSERT_TRUE(server.was_asked(2));
  server.release();
  EXPECT_THAT(addresses_in(running.finish().output),
              testing::ElementsAre("198.18.0.9", "198.18.0.4", "198.18.0.3", "198.18.0.8"));
}

TEST_F(Names, ASignalIsHeardWhileTheyAreLookedUp) {
  World world;
  const Resolver resolver{patient};
  for (const int signal : {SIGTERM, SIGINT}) {
    for (const bool something_known : {true, false}) {
      NameServer server{world.target, Pair::target_v4};
      const Scratch scratch;
      std::vector<std::string> words{"-sS", "-n", "-p", "22", "held-4.example", "-oX", scratch.path("xml")};
      if (something_known) words.emplace_back("198.18.0.3");
      lab::Command command = scan_command(words);
      command.words[1] = "nmap";  // under that name reports open before anything else
      lab::Running running = world.scanner.start(command);
      ASSERT_TRUE(server.was_asked(1));
      running.signal(signal);
      const Finished done = running.finish();
      EXPECT_FALSE(done.timed_out);
      EXPECT_EQ(done.status, 128 + signal) << done.errors;
      EXPECT_THAT(scratch.read("xml"), HasSubstr("</nmaprun>"));
    }
  }
}

// Nothing is known yet, and every document says so: that it was stopped, and by whom it was asked for.
TEST_F(Names, ASignalWhileTheyAreWaitedForMakesCompleteDocuments) {
  World world;
  const Resolver resolver{patient};
  const std::vector<std::vector<std::string>> lines{{"-sL", "held-4.example"},
                                                    {"-sS", "-p", "22", "held-4.example"},
                                                    {"-sS", "-p", "22", "198.18.0.3-5", "--exclude", "held-4.example"},
                                                    {"-sn", "held-4.example/30"}};
  lab::Sniffer sniffer = world.target.sniff("wire");
  for (const std::vector<std::string>& line : lines) {
    SCOPED_TRACE(line.back());
    NameServer server{world.target, Pair::target_v4};
    const Scratch scratch;
    std::vector<std::string> words = line;
    words.insert(words.end(), {"-n", "-oA", scratch.path("all")});
    lab::Running running = world.scanner.start(scan_command(words));
    ASSERT_TRUE(server.was_asked(1));
    running.signal(SIGINT);
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 128 + SIGINT) << done.errors;
    EXPECT_EQ(done.errors, "");
    EXPECT_THAT(done.output, HasSubstr("Portolan stopped early"));
    const std::string xml = scratch.read("all.xml");
    EXPECT_EQ(lab::run({.words = {"xmllint", "--noout", "-"}, .input = xml}).errors, "") << xml;
    EXPECT_EQ(read_chart(xml).exit, "error") << xml;
    EXPECT_THAT(xml, HasSubstr("interrupted"));
    for (const char* text : {"all.nmap", "all.gnmap"}) {
      EXPECT_THAT(scratch.read(text), HasSubstr("scan initiated")) << text;
      EXPECT_THAT(scratch.read(text), HasSubstr("scan interrupted")) << text;
    }
    const std::string depth = line.front() == "-sL" ? "list" : line.front() == "-sn" ? "ping" : "ports";
    EXPECT_THAT(scratch.read("all.ndjson"), HasSubstr(fmt::format("\"depth\":\"{}\"", depth)));
    EXPECT_THAT(scratch.read("all.ndjson"), HasSubstr("\"interrupted\":true"));
    EXPECT_EQ(scratch.read("all.open"), "");
  }
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    const auto last = last_byte_asked(arrival);
    EXPECT_TRUE(!last || *last == 2) << "something was sent to a target";
  }
}

TEST_F(Names, WhatWasKnownIsInTheDocumentsOfAStoppedScan) {
  World world;
  const Resolver resolver{patient};
  const NameServer server{world.target, Pair::target_v4};
  const Scratch scratch;
  lab::Running running = world.scanner.start(
      scan_command({"-sS", "-n", "-p", "T:22,U:53", "held-4.example", "-oJ", scratch.path("json")}));
  ASSERT_TRUE(server.was_asked(1));
  running.signal(SIGINT);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + SIGINT) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("-p names UDP ports"));
  EXPECT_THAT(scratch.read("json"), HasSubstr("\"other-protocol\""));
  EXPECT_THAT(scratch.read("json"), HasSubstr("\"interrupted\":true"));
}

// The scan would not have begun without the signal either.
TEST_F(Names, ASignalHidesNoErrorAndEmptiesNoFile) {
  World world;
  const Resolver resolver{patient};
  const NameServer server{world.target, Pair::target_v4};
  const Scratch scratch;
  scratch.write("old", "of yesterday\n");
  lab::Running running = world.scanner.start(half_open({"-n", "-e", "nothere0", "198.18.0.3", "held-4.example", "-oX",
                                                        scratch.path("old"), "-oN", scratch.path("new")}));
  ASSERT_TRUE(server.was_asked(1));
  running.signal(SIGINT);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 2) << done.errors;
  EXPECT_THAT(done.errors, HasSubstr("no interface is called 'nothere0'"));
  EXPECT_EQ(scratch.read("old"), "of yesterday\n");
  EXPECT_FALSE(std::filesystem::exists(scratch.path("new")));
}

TEST_F(Names, AReportThatCannotBeWrittenIsSaidAfterASignal) {
  for (const char* option : {"-oX", "-oJ", "-oN"}) {
    World world;
    const Resolver resolver{patient};
    const NameServer server{world.target, Pair::target_v4};
    lab::Running running = world.scanner.start(half_open({"-n", "held-4.example", option, "/dev/full"}));
    ASSERT_TRUE(server.was_asked(1));
    running.signal(SIGTERM);
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 128 + SIGTERM) << done.errors;
    EXPECT_THAT(done.errors, HasSubstr("/dev/full")) << option;
  }
}

TEST_F(Names, ASignalIsHeardInAScanThatHasOnlyLateOnesLeft) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Running running = world.scanner.start(half_open({"-n", "held-4.example", "198.18.0.3", "-oJ", "-"}));
  ASSERT_TRUE(running.read_until("\"address\":\"198.18.0.3\",\"status\":\"up\""));
  running.signal(SIGTERM);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + SIGTERM) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("\"names-pending\""));
  EXPECT_THAT(done.output, HasSubstr("\"interrupted\":true"));
}

TEST_F(Names, ComeFromTheSecondServerWhereTheFirstIsDead) {
  World world;
  world.target.nft(
      "table ip lab {\n chain input {\n  type filter hook input priority 0; policy accept;\n"
      "  ip daddr 198.18.0.9 udp dport 53 drop\n }\n}\n");
  const Resolver resolver{"nameserver 198.18.0.9\nnameserver 198.18.0.2\noptions timeout:1 attempts:3\n"};
  const NameServer server{world.target, Pair::target_v4};
  const Finished done = world.scanner.run(half_open({"now-3.example", "now-4.example", "198.18.0.5", "-oX", "-"}));
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(addresses_in(done.output), testing::UnorderedElementsAre("198.18.0.3", "198.18.0.4", "198.18.0.5"));
  for (const char* name : {"now-3.example", "host-3.example", "now-4.example", "host-4.example", "host-5.example"}) {
    EXPECT_THAT(done.output, HasSubstr(fmt::format("\"{}\"", name)));
  }
}

TEST_F(Names, OfAddressesAreAskedForTogetherWhoeverIsAsked) {
  World world{40};
  const Resolver resolver{patient};
  for (const bool by_system : {true, false}) {
    NameServer server{world.target, Pair::target_v4, NameServer::Holds::addresses_too};
    std::vector<std::string> words{"-sn", "198.18.0.2-40", "-oX", "-"};
    if (by_system) words.emplace_back("--system-dns");
    lab::Running running = world.scanner.start(scan_command(words));
    ASSERT_TRUE(server.was_asked(39)) << "one after another";
    server.release();
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 0) << done.errors;
    for (unsigned i = 2; i <= 40; ++i) EXPECT_THAT(done.output, HasSubstr(fmt::format("\"host-{}.example\"", i)));
  }
}

TEST_F(Names, ASignalIsHeardWhileTheSystemLooksUpNamesOfAddresses) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4, NameServer::Holds::addresses_too};
  lab::Running running = world.scanner.start(scan_command({"-sn", "--system-dns", "198.18.0.2-9", "-oX", "-"}));
  ASSERT_TRUE(server.was_asked(8));
  running.signal(SIGTERM);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + SIGTERM);
  EXPECT_THAT(done.output, HasSubstr("</nmaprun>"));
}

TEST_F(Names, ThatAllFailEndTheScanWithASentence) {
  World world;
  const Resolver resolver{patient};
  NameServer server{world.target, Pair::target_v4};
  lab::Sniffer sniffer = world.target.sniff("wire");
  lab::Running running = world.scanner.start(half_open({"-n", "held-none.example", "none.example", "-oX", "-"}));
  ASSERT_TRUE(running.read_until("<nmaprun"));
  server.release();
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.errors, HasSubstr("cannot resolve 'held-none.example': no such name"));
  EXPECT_THAT(done.errors, HasSubstr("no target is left"));
  EXPECT_EQ(read_chart(done.output).exit, "error");
  EXPECT_THAT(addresses_in(done.output), IsEmpty());
}

}  // namespace
}  // namespace portolan::lab_test
