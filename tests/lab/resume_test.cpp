// A scan is killed at a place that is certain, and goes on: what comes of it is what an undisturbed one tells.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using Words = std::vector<std::string>;

class Resuming : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap has its own idea of what is done";
  }
};

// The last one is silent until it may speak, so no scan that asks it comes to its end.
constexpr const char* last_is_silent =
    "table ip lab {\n chain input {\n  type filter hook input priority 0; policy accept;\n"
    "  ip daddr 198.18.0.6 drop\n }\n}\n";
constexpr const char* all_speak = "delete table ip lab\n";

struct Five : Pair {
  Five() {
    for (unsigned last = 3; last <= 6; ++last) target.ip(fmt::format("addr add 198.18.0.{}/24 dev wire\n", last));
    target.listen(22);
    target.nft(last_is_silent);
  }
};

Words five_hosts(const Words& outputs) {
  Words words{"-sS", "-Pn", "-n",          "-p", "20-24", "--min-rtt-timeout", "20s", "--max-rtt-timeout",
              "30s", "-v0", "198.18.0.2-6"};
  words.insert(words.end(), outputs.begin(), outputs.end());
  return words;
}

constexpr std::array extensions{"nmap", "xml", "gnmap", "ndjson"};

// What a report says that no clock changes, in an order of its own.
std::multiset<std::string> facts_of(const std::string& report) {
  std::multiset<std::string> facts;
  std::string host;
  std::size_t at = 0;
  for (std::size_t feed = 0; (feed = report.find('\n', at)) != std::string::npos; at = feed + 1) {
    std::string line = report.substr(at, feed - at);
    for (const char* head : {"portolan scan report for ", "Nmap scan report for ", "<address "}) {
      if (line.starts_with(head) && !line.contains("\"mac\"")) host = line;
    }
    if (line.starts_with("{\"record\":\"host\"")) line.resize(std::min(line.size(), line.find(",\"round_trip\"")));
    // A port that was told of a host that was not done is told again.
    const bool is_known = line.starts_with("{\"record\":\"port\"") && facts.contains(line);
    const bool is_row = line.starts_with('2') || line.contains("<port ");
    if (is_row) facts.insert(host + line);
    if (line.starts_with("Host: ") || (line.starts_with("{\"record\":\"") && !is_known)) facts.insert(line);
  }
  std::erase_if(facts, [](const std::string& fact) {
    return fact.starts_with("{\"record\":\"") && !fact.contains("\"address\"");
  });
  return facts;
}

std::string content_of(const std::string& file) {
  std::stringstream content;
  content << std::ifstream{file}.rdbuf();
  return content.str();
}

std::size_t count_of(const std::string& text, std::string_view mark) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += mark.size()) ++count;
  return count;
}

// All hosts but the silent one stand in the file, each with the mark that only a host has.
void wait_for_four(const std::string& file, std::string_view mark) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string text = content_of(file);
    if (text.ends_with('\n') && count_of(text, mark) == 4) return;
    std::this_thread::yield();
  }
  FAIL() << file << " never told four hosts:\n" << content_of(file);
}

void expect_valid(const std::string& document) {
  constexpr const char* dtd = "/usr/share/nmap/nmap.dtd";
  Words words{"xmllint", "--noout", "-"};
  if (std::filesystem::exists(dtd)) words.insert(words.begin() + 2, {"--dtdvalid", dtd});
  const Finished checked = lab::run({.words = words, .input = document});
  if (checked.status != 127) {
    EXPECT_EQ(checked.errors, "") << document;
  }
}

// Starts a scan, and ends it by the signal once all hosts but the silent one are told.
void begin_and_stop(const Five& five, const Words& words, const std::string& last_file, std::string_view mark,
                    int signal, const std::string& name = "scan") {
  lab::Command command = scan_command(words);
  command.words[1] = name;
  lab::Running running = five.scanner.start(command);
  wait_for_four(last_file, mark);
  running.signal(signal);
  (void)running.finish();
}

Finished resume(const Five& five, const std::string& file, const std::string& name = "scan") {
  lab::Command command = scan_command({"--resume", file});
  command.words[1] = name;
  return five.scanner.run(command);
}

// The last bytes of all four addresses that were asked.
std::set<unsigned> asked(lab::Sniffer& sniffer) {
  std::set<unsigned> hosts;
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    constexpr std::size_t length_of_ipv4 = 20;
    constexpr std::uint16_t ipv4 = 0x0800;
    const auto last = last_byte_asked(arrival);
    if (last && arrival.ether_type == ipv4 && arrival.bytes.size() >= length_of_ipv4) hosts.insert(*last);
  }
  return hosts;
}

struct Format {
  const char* option;
  std::string_view mark;    // behind which a host is told
  std::size_t asked_again;  // hosts, the silent one among them
  std::size_t torn = 0;     // bytes that a power cut takes from its end
};

// Whether the last host that is there is complete only an element or a record says; of what is torn nothing counts.
const std::vector<Format> each_format{
    {"-oN", "24/tcp", 2},        {"-oX", "</host>", 1},
    {"-oG", "\tPorts: ", 2},     {"-oJ", R"("record":"host")", 1},
    {"-oN", "24/tcp", 2, 5},     {"-oX", "</host>", 2, 9},
    {"-oG", "\tPorts: ", 2, 40}, {"-oJ", R"("record":"host")", 2, 30},
};

std::string undisturbed(const Five& five, const Scratch& scratch, const char* option, const std::string& name) {
  lab::Command command = scan_command(five_hosts({option, scratch.path("undisturbed")}));
  command.words[1] = name;
  EXPECT_EQ(five.scanner.run(command).status, 0);
  return scratch.read("undisturbed");
}

void expect_the_rest(int signal, const std::string& name) {
  for (const Format& format : each_format) {
    SCOPED_TRACE(fmt::format("{} {} {} {}", name, format.option, signal, format.torn));
    if (signal != SIGKILL && format.torn != 0) continue;  // a document that was closed is not torn
    const Five five;
    const Scratch scratch;
    const std::string file = scratch.path("report");
    begin_and_stop(five, five_hosts({format.option, file}), file, format.mark, signal, name);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - format.torn);
    five.target.nft(all_speak);
    const std::string whole = undisturbed(five, scratch, format.option, name);
    lab::Sniffer sniffer = five.target.sniff("wire");
    const Finished done = resume(five, file, name);
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(facts_of(scratch.read("report")), facts_of(whole)) << scratch.read("report");
    const std::set<unsigned> again = asked(sniffer);
    if (signal == SIGKILL) {
      EXPECT_EQ(again.size(), format.asked_again) << scratch.read("report");
    }
    EXPECT_TRUE(again.contains(6));
    if (format.option == std::string_view{"-oX"}) {
      expect_valid(scratch.read("report"));
      const Chart chart = read_chart(scratch.read("report"));
      EXPECT_EQ(chart.up, 5);
      EXPECT_EQ(chart.exit, "success");
    }
    EXPECT_NE(resume(five, file, name).errors.find("nothing to resume"), std::string::npos);
  }
}

TEST_F(Resuming, AKilledScanGoesOnWhereItsReportEnds) {
  expect_the_rest(SIGKILL, "scan");
  expect_the_rest(SIGKILL, "nmap");
}

TEST_F(Resuming, AStoppedScanAsksAgainWhomItKnewHalf) {
  expect_the_rest(SIGINT, "scan");
  expect_the_rest(SIGINT, "nmap");
}

TEST_F(Resuming, AllThatOneOptionWroteGetsItsRest) {
  const Five five;
  const Scratch scratch;
  const std::string base = scratch.path("base");
  begin_and_stop(five, five_hosts({"-oA", base}), base + ".open", "\ttcp\t22\t", SIGKILL);
  // One of them lost more than the others.
  std::filesystem::resize_file(base + ".xml", std::filesystem::file_size(base + ".xml") - 600);
  five.target.nft(all_speak);
  EXPECT_EQ(five.scanner.run(scan_command(five_hosts({"-oA", scratch.path("whole")}))).status, 0);
  const Finished done = resume(five, base + ".gnmap");
  EXPECT_EQ(done.status, 0) << done.errors;
  for (const char* extension : extensions) {
    const auto name = [&](const char* stem) { return fmt::format("{}.{}", stem, extension); };
    EXPECT_EQ(facts_of(scratch.read(name("base"))), facts_of(scratch.read(name("whole"))))
        << scratch.read(name("base"));
  }
  expect_valid(scratch.read("base.xml"));
  const auto lines = [&](const char* name) {
    std::istringstream text{scratch.read(name)};
    std::multiset<std::string> all;
    for (std::string line; std::getline(text, line);) all.insert(line);
    return all;
  };
  EXPECT_EQ(lines("base.open"), lines("whole.open"));
}

TEST_F(Resuming, AScanThatStillRunsIsLeftAlone) {
  const Five five;
  const Scratch scratch;
  const std::string file = scratch.path("report");
  lab::Running running = five.scanner.start(scan_command(five_hosts({"-oN", file})));
  wait_for_four(file, "24/tcp");
  const std::string before = scratch.read("report");
  lab::Sniffer sniffer = five.target.sniff("wire");
  const Finished done = resume(five, file);
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.errors.find("is still written to"), std::string::npos) << done.errors;
  EXPECT_EQ(scratch.read("report"), before);
  running.signal(SIGKILL);
  (void)running.finish();
  EXPECT_FALSE(asked(sniffer).contains(2));
}

// What a scan's report names is not written unless it is that report, and nothing of it is run.
TEST_F(Resuming, AReportOfSomebodyElseWritesNothingButItself) {
  const Five five;
  const Scratch scratch;
  const std::string victim = scratch.write("victim", "of yesterday\n");
  const std::string file = scratch.write(
      "report",
      fmt::format("# portolan 0.1.0 scan initiated Sat Nov 21 10:16:44 2026 as: portolan scan -sS -Pn -n -p 22 "
                  "198.18.0.2 -oX {0} --pcap {0}.pcap -oN {1} -oG \"$(touch {0}.run)\"\n",
                  victim, scratch.path("report")));
  const Finished done = resume(five, file);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(scratch.read("victim"), "of yesterday\n");
  EXPECT_NE(done.errors.find(victim), std::string::npos) << done.errors;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{std::filesystem::path{file}.parent_path()}) {
    files += entry.is_regular_file() ? 1U : 0U;
  }
  EXPECT_EQ(files, 2U);
  EXPECT_NE(scratch.read("report").find("22/tcp open"), std::string::npos);
}

}  // namespace
}  // namespace portolan::lab_test
