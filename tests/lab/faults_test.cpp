// No fault of this machine makes a verdict about a target or tears a report: what was not asked is told as not asked.
#include <fmt/core.h>
#include <netinet/in.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;

// nmap calls filtered what it could not ask.
class Faults : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
  }
};

// Verdicts of another kind than closed, which all ports of a host without listeners are.
long invented(const std::string& document) {
  long count = 0;
  for (const ChartHost& host : read_chart(document).hosts) {
    count += std::count_if(host.ports.begin(), host.ports.end(),
                           [](const auto& port) { return port.second.state != "closed"; });
  }
  return count;
}

void expect_well_formed(const std::string& document) {
  const Finished checked = lab::run({.words = {"xmllint", "--noout", "-"}, .input = document});
  if (checked.status == 127) return;  // not installed
  EXPECT_EQ(checked.status, 0) << checked.errors << document;
}

lab::Command under(const std::string& limit, lab::Command command) {
  command.words.insert(command.words.begin(), {"/bin/sh", "-c", limit + "; exec \"$0\" \"$@\""});
  return command;
}

TEST_F(Faults, ALinkThatGoesInMidScanMakesNoVerdict) {
  for (const char* change : {"link set wire down\n", "link del wire\n", "addr flush dev wire\nlink set wire down\n"}) {
    SCOPED_TRACE(change);
    Pair pair;
    lab::Sniffer answers = pair.scanner.sniff("wire");
    lab::Running running = pair.scanner.start(scan_command(
        {"-sS", "-n", "-p", "1-1000", "--max-rate", "500", "--max-retries", "2", Pair::target_v4, "-oX", "-"}));
    for (int seen = 0; seen < 50; ++seen) ASSERT_TRUE(answers.next(30s));
    pair.scanner.ip(change);
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 1) << done.errors;
    EXPECT_EQ(invented(done.output), 0);
    EXPECT_EQ(read_chart(done.output).exit, "error");
    EXPECT_NE(done.errors.find("not everything was asked"), std::string::npos) << done.errors;
    expect_well_formed(done.output);
  }
}

// It would be refused for a minute and a half, question by question.
TEST_F(Faults, ALinkThatIsGoneForGoodEndsASlowScan) {
  for (const char* way : {"-sS", "-sT"}) {
    SCOPED_TRACE(way);
    Pair pair;
    lab::Sniffer answers = pair.scanner.sniff("wire");
    lab::Running running =
        pair.scanner.start(scan_command({way, "-n", "-p", "1-1000", "--max-rate", "20", Pair::target_v4, "-oX", "-"}));
    for (int seen = 0; seen < 5; ++seen) ASSERT_TRUE(answers.next(30s));
    pair.scanner.ip("link set wire down\n");
    const Finished done = running.finish();
    EXPECT_EQ(done.status, 1) << done.errors;
    EXPECT_EQ(invented(done.output), 0) << done.output;
    const std::size_t at = done.errors.find("refused to send ");
    ASSERT_NE(at, std::string::npos) << done.errors;
    EXPECT_LT(std::stol(done.errors.substr(at + std::string_view{"refused to send "}.size())), 500) << done.errors;
  }
}

// What this machine drops of its own packets to itself is told to the sender. (A connect() is told nothing of it.)
TEST_F(Faults, AFirewallOnTheWayOutIsToldOfTheOneAddressThatItIsAbout) {
  Pair pair;
  pair.scanner.nft(
      "table ip f {\n chain o {\n  type filter hook output priority 0;\n  ip daddr 198.18.0.1 drop\n }\n}\n");
  const Finished done = pair.scanner.run(scan_command({"-sS", "-Pn", "-n", "-p", "1-20", "198.18.0.1-2", "-oX", "-"}));
  EXPECT_EQ(done.status, 1) << done.errors;
  EXPECT_EQ(invented(done.output), 0) << done.output;
  EXPECT_EQ(differences(read_chart(done.output), Pair::target_v4, 1, 20, {}), "");
  EXPECT_NE(done.errors.find("probes to 198.18.0.1: its firewall forbids it"), std::string::npos) << done.errors;
}

// A table of connections that is full forbids the next one, and lets it pass a moment later.
TEST_F(Faults, ATableOfConnectionsThatIsFullMakesNoVerdict) {
  Pair pair;
  try {
    pair.scanner.nft(
        "table ip f {\n chain o {\n  type filter hook output priority 0;\n"
        "  ip protocol tcp ct count over 20 drop\n }\n}\n");
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << error.what();
  }
  const Finished done = pair.scanner.run(
      scan_command({"-sS", "-Pn", "-n", "--max-retries", "0", "-p", "1-200", Pair::target_v4, "-oX", "-"}));
  const Chart chart = read_chart(done.output);
  ASSERT_NE(chart.find(Pair::target_v4), nullptr) << done.output << done.errors;
  EXPECT_EQ(invented(done.output), 0) << done.output;
  EXPECT_NE(done.errors.find("its firewall forbids it"), std::string::npos) << done.errors;
  EXPECT_EQ(done.status, chart.find(Pair::target_v4)->ports.size() == 200 ? 0 : 1) << done.errors;
}

TEST_F(Faults, ABroadcastAddressIsNoHostAndItsRefusalNoFirewall) {
  Pair pair;
  for (const char* depth : {"-sn", "-F"}) {
    SCOPED_TRACE(depth);
    lab::Command range = scan_command({depth, "-n", "198.18.0.1-2", "198.18.0.254-255", "-oX", "-"});
    range.privileged = false;
    const Finished done = pair.scanner.run(range);
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(done.errors.find("refused"), std::string::npos) << done.errors;
    for (const ChartHost& host : read_chart(done.output).hosts) EXPECT_NE(host.address, "198.18.0.255");
  }
  lab::Command alone = scan_command({"-F", "-n", "198.18.0.255"});
  alone.privileged = false;
  const Finished done = pair.scanner.run(alone);
  EXPECT_NE((done.output + done.errors).find("198.18.0.255 is a broadcast address"), std::string::npos)
      << done.output << done.errors;
  EXPECT_EQ(done.output.find("filtered"), std::string::npos) << done.output;
}

TEST_F(Faults, TooFewDescriptorsMakeNoVerdict) {
  Pair pair;
  for (int files = 3; files < 20; ++files) {
    SCOPED_TRACE(files);
    lab::Command command = scan_command({"-sT", "-Pn", "-n", "-p", "1-50", Pair::target_v4, "-oX", "-"});
    command.privileged = false;
    const Finished done = pair.scanner.run(under(fmt::format("ulimit -n {}", files), command));
    EXPECT_FALSE(done.by_signal);
    // Who says something says what is to be raised.
    if (done.errors.starts_with("portolan: ")) {
      EXPECT_NE(done.errors.find("ulimit -n"), std::string::npos) << done.errors;
    }
    if (done.output.empty()) {
      EXPECT_NE(done.status, 0);
      continue;
    }
    EXPECT_EQ(invented(done.output), 0) << done.output;
    expect_well_formed(done.output);
    if (done.status == 0) {
      EXPECT_EQ(differences(read_chart(done.output), Pair::target_v4, 1, 50,
                            {.ports = {}, .rest = {"closed", "conn-refused"}}),
                "");
    }
  }
}

// One engine could be had; what is said is about all that were asked for.
TEST_F(Faults, TooFewDescriptorsForAllThreadsAreNotSaidToBeTooFewForOne) {
  Pair pair;
  bool was_refused = false;
  bool was_done = false;
  for (int files = 20; files < 80; files += 4) {
    SCOPED_TRACE(files);
    const lab::Command one = scan_command({"-sS", "-n", "-p", "80", Pair::target_v4});
    const lab::Command four = scan_command({"-sS", "-Pn", "-n", "--threads", "4", "-p", "80", "127.0.0.1-4"});
    ASSERT_EQ(pair.scanner.run(under(fmt::format("ulimit -n {}", files), one)).status, 0);
    const Finished done = pair.scanner.run(under(fmt::format("ulimit -n {}", files), four));
    was_done = was_done || done.status == 0;
    if (done.status == 0) continue;
    was_refused = true;
    EXPECT_EQ(done.status, 2) << done.output;
    EXPECT_NE(done.errors.find("what 4 threads need can be had for "), std::string::npos) << done.errors;
    EXPECT_NE(done.errors.find("ulimit -n"), std::string::npos) << done.errors;
    EXPECT_NE(done.errors.find("--threads"), std::string::npos) << done.errors;
  }
  EXPECT_TRUE(was_refused && was_done);
}

TEST_F(Faults, ListsOfSocketsSayWhichLimitIsTooLow) {
  Pair pair;
  pair.target.listen(80);
  for (int files = 4; files < 8; ++files) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"sockets", "-tlnp"}, {"who", "80"}}) {
      SCOPED_TRACE(fmt::format("{} {}", words[0], files));
      lab::Command command{.words = {scan_command({}).words[0]}};
      command.words.insert(command.words.end(), words.begin(), words.end());
      const Finished done = pair.target.run(under(fmt::format("ulimit -n {}", files), command));
      EXPECT_FALSE(done.by_signal);
      if (done.errors.starts_with("portolan: ")) {
        EXPECT_NE(done.errors.find("ulimit -n"), std::string::npos) << done.errors;
      } else if (done.status < 126) {  // not the loader's
        EXPECT_NE(done.output.find("80"), std::string::npos) << done.output << done.errors;
      }
    }
  }
}

TEST_F(Faults, TooLittleMemoryTearsNoReport) {
  Pair pair;
  std::set<int> statuses;
  for (int kilobytes = 20'000; kilobytes < 60'000; kilobytes += 1'000) {
    SCOPED_TRACE(kilobytes);
    const Scratch scratch;
    const Finished done = pair.scanner.run(
        under(fmt::format("ulimit -v {}", kilobytes),
              scan_command({"-sS", "-Pn", "-n", "-p", "1-3000", Pair::target_v4, "-oX", scratch.path("x")})));
    const std::string document = scratch.read("x");
    if (done.errors.find("portolan: cannot ") != std::string::npos) {
      EXPECT_NE(done.errors.find("ulimit -"), std::string::npos) << done.errors;
    }
    if (document.empty()) continue;  // it did not get so far
    statuses.insert(done.status);
    expect_well_formed(document);
    EXPECT_EQ(invented(document), 0) << document;
    EXPECT_EQ(read_chart(document).exit, done.status == 0 ? "success" : "error");
  }
  EXPECT_TRUE(statuses.contains(0)) << "no limit was wide enough";
}

}  // namespace
}  // namespace portolan::lab_test
