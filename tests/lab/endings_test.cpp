// How a scan ends when it does not end well: signals, full disks, missing privileges and interfaces.
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;

// nmap ends otherwise in all of these.
class Endings : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap does not promise this";
  }
};

constexpr const char* drop_one_host =
    "table ip lab {\n chain input {\n  type filter hook input priority 0; policy accept;\n"
    "  ip daddr 198.18.0.3 drop\n }\n}\n";

long lines_of(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

std::string last_line(const std::string& text) {
  if (text.size() < 2) return text;
  const std::size_t before = text.rfind('\n', text.size() - 2);
  return text.substr(before == std::string::npos ? 0 : before + 1);
}

void expect_well_formed(const std::string& document) {
  const Finished checked = lab::run({.words = {"xmllint", "--noout", "-"}, .input = document});
  if (checked.status == 127) return;  // not installed; the text is still compared below
  EXPECT_EQ(checked.status, 0) << checked.errors << document;
}

// Waits until resets have come from so many ports (some may be asked twice).
bool saw_resets(lab::Sniffer& sniffer, std::size_t count) {
  std::set<unsigned> ports;
  while (ports.size() < count) {
    const auto arrival = sniffer.next(30s);
    if (!arrival) return false;
    constexpr unsigned reset = 0x04;
    const auto& bytes = arrival->bytes;
    if (bytes.size() >= 40 && bytes[9] == IPPROTO_TCP && (bytes[33] & reset) != 0) {
      ports.insert(unsigned{bytes[20]} << 8U | bytes[21]);
    }
  }
  return true;
}

// One host has given all its answers when the signal comes; the other never will, and is waited for
// longer than the test may take.
void expect_closed_documents_after(int signal) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.3/24 dev wire\n");
  pair.target.nft(drop_one_host);
  const Scratch scratch;
  lab::Sniffer answers = pair.scanner.sniff("wire");
  lab::Running running = pair.scanner.start(scan_command(
      {"-sS", "-Pn", "-n", "-p", "1-100", "--min-rtt-timeout", "20s", "--max-rtt-timeout", "30s", "198.18.0.2-3", "-oX",
       "-", "-oN", scratch.path("n"), "-oG", scratch.path("g"), "-oJ", scratch.path("j")}));
  ASSERT_TRUE(saw_resets(answers, 100)) << running.finish().errors;
  running.signal(signal);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + signal);
  expect_well_formed(done.output);
  const Chart chart = read_chart(done.output);
  EXPECT_EQ(differences(chart, "198.18.0.2", 1, 100, {}), "");
  EXPECT_EQ(chart.exit, "error");
  EXPECT_NE(done.output.find("</nmaprun>"), std::string::npos);
  EXPECT_NE(scratch.read("n").find("198.18.0.2"), std::string::npos);
  EXPECT_EQ(last_line(scratch.read("n")).substr(0, 1), "#");
  EXPECT_EQ(last_line(scratch.read("g")).substr(0, 1), "#");
  EXPECT_EQ(last_line(scratch.read("j")).substr(0, 1), "{");
  EXPECT_EQ(scratch.read("j").back(), '\n');
}

TEST_F(Endings, InterruptClosesEveryDocument) { expect_closed_documents_after(SIGINT); }

TEST_F(Endings, TerminationClosesEveryDocument) { expect_closed_documents_after(SIGTERM); }

// Most ports have not been asked yet, or their answers have not come. Nothing is known about those.
TEST_F(Endings, ASignalMakesNoVerdictOfWhatWasNotAsked) {
  Pair pair{{.delay = 100ms}};
  lab::Sniffer sniffer = pair.target.sniff("wire");
  lab::Running running = pair.scanner.start(
      scan_command({"-sS", "-Pn", "-n", "--max-rate", "200", "-p", "1-1000", Pair::target_v4, "-oX", "-"}));
  ASSERT_TRUE(sniffer.wait_for_syn());
  running.signal(SIGINT);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + SIGINT);
  for (const ChartHost& host : read_chart(done.output).hosts) {
    const auto invented = std::count_if(host.ports.begin(), host.ports.end(),
                                        [](const auto& port) { return port.second.state != "closed"; });
    EXPECT_EQ(invented, 0) << "verdicts of another kind than closed, which all ports are";
  }
}

TEST_F(Endings, ASignalInTheFirstMomentEndsItToo) {
  Pair pair;
  pair.target.nft(drop_one_host);
  pair.target.ip("addr add 198.18.0.3/24 dev wire\n");
  lab::Sniffer sniffer = pair.target.sniff("wire");
  lab::Running running = pair.scanner.start(
      scan_command({"-sS", "-Pn", "-n", "--max-rate", "50", "-p", "1-1000", "198.18.0.3", "-oX", "-"}));
  ASSERT_TRUE(sniffer.wait_for_syn());
  running.signal(SIGTERM);
  const Finished done = running.finish();
  EXPECT_EQ(done.status, 128 + SIGTERM);
  expect_well_formed(done.output);
}

// A FIFO whose reader never reads, full before anything is written to it.
class StalledReader {
 public:
  explicit StalledReader(const std::string& path) {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    reader_ = lab::Handle{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    const lab::Handle writer{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
    const std::string bytes(4096, 'x');
    while (::write(writer.number(), bytes.data(), bytes.size()) > 0) {
    }
  }

 private:
  lab::Handle reader_;
};

// Until the program opens it.
void wait_for_file(const std::string& path) {
  struct stat about{};
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (::stat(path.c_str(), &about) != 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
}

// Whatever stalls, the document that is read is complete, and so are files.
void expect_an_end_beside_a_stalled_reader(const std::string& redirection, const std::vector<std::string>& more,
                                           int signal) {
  SCOPED_TRACE(redirection);
  Pair pair;
  const Scratch scratch;
  const StalledReader stalled{scratch.path("stalled")};
  std::vector<std::string> words{"-sS",
                                 "-Pn",
                                 "-n",
                                 "-p",
                                 "1-10",
                                 "--min-rtt-timeout",
                                 "20s",
                                 "-oJ",
                                 "/dev/fd/3",
                                 "-oX",
                                 scratch.path("x"),
                                 Pair::target_v4};
  words.insert(words.end(), more.begin(), more.end());
  for (std::string& word : words) {
    if (word == "stalled") word = scratch.path("stalled");
  }
  lab::Command command = scan_command(words);
  const std::string shell = "exec \"$0\" \"$@\" 3>&1 " + redirection;
  command.words.insert(command.words.begin(), {"/bin/sh", "-c", shell});
  command.environment.emplace_back("STALLED", scratch.path("stalled"));
  lab::Running running = pair.scanner.start(command);
  wait_for_file(scratch.path("x"));
  running.signal(signal);
  const Finished done = running.finish(20s);
  EXPECT_FALSE(done.timed_out);
  EXPECT_EQ(done.status, 128 + signal);
  EXPECT_EQ(last_line(done.output).substr(0, 18), R"({"record":"finish")");
  expect_well_formed(scratch.read("x"));
  EXPECT_NE(scratch.read("x").find("</nmaprun>"), std::string::npos);
}

TEST_F(Endings, AReaderThatStallsKeepsNoSignalFromEndingTheScanNorFilesFromBeingComplete) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    expect_an_end_beside_a_stalled_reader(">\"$STALLED\"", {}, signal);
  }
  expect_an_end_beside_a_stalled_reader("2>\"$STALLED\" >/dev/null", {"--stats-every", "1ms"}, SIGTERM);
  expect_an_end_beside_a_stalled_reader(">\"$STALLED\" 2>&1", {"--stats-every", "1ms"}, SIGTERM);
  expect_an_end_beside_a_stalled_reader(">/dev/null", {"-oN", "stalled"}, SIGTERM);
}

TEST_F(Endings, AReportThatWaitsForItsReaderKeepsNoOtherFromBeingComplete) {
  Pair pair;
  const Scratch scratch;
  ASSERT_EQ(::mkfifo(scratch.path("fifo").c_str(), 0600), 0);
  lab::Sniffer sniffer = pair.target.sniff("wire");
  for (const char* name : {"scan", "nmap"}) {
    SCOPED_TRACE(name);
    lab::Command command = scan_command(
        {"-sS", "-Pn", "-n", "-p", "1-10", Pair::target_v4, "-oX", scratch.path(name), "-oG", scratch.path("fifo")});
    command.words[1] = name;
    lab::Running running = pair.scanner.start(command);
    wait_for_file(scratch.path(name));
    running.signal(SIGTERM);
    const Finished done = running.finish();
    EXPECT_FALSE(done.timed_out);
    EXPECT_EQ(done.status, 128 + SIGTERM) << done.errors;
    expect_well_formed(scratch.read(name));
    EXPECT_NE(scratch.read(name).find("exit=\"error\""), std::string::npos) << scratch.read(name);
  }
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

TEST_F(Endings, AReportThatCannotBeOpenedLeavesTheOthersAsTheyWere) {
  Pair pair;
  for (const char* name : {"scan", "nmap"}) {
    SCOPED_TRACE(name);
    const Scratch scratch;
    scratch.write("old", "of yesterday\n");
    lab::Command command = scan_command({"-sS", "-n", "-p", "1-10", Pair::target_v4, "-oX", scratch.path("new"), "-oG",
                                         scratch.path("old"), "-oN", scratch.path("none/n")});
    command.words[1] = name;
    const Finished done = pair.scanner.run(command);
    EXPECT_NE(done.status, 0);
    EXPECT_NE(done.errors.find("none/n"), std::string::npos) << done.errors;
    EXPECT_FALSE(std::filesystem::exists(scratch.path("new")));
    EXPECT_EQ(scratch.read("old"), "of yesterday\n");
  }
}

TEST_F(Endings, AListThatWaitsForItsWriterEndsWithASignal) {
  Pair pair;
  const Scratch scratch;
  ASSERT_EQ(::mkfifo(scratch.path("list").c_str(), 0600), 0);
  for (const char* name : {"scan", "nmap"}) {
    SCOPED_TRACE(name);
    lab::Command command = scan_command({"-sS", "-Pn", "-n", "-iL", scratch.path("list"), "-oX", scratch.path(name)});
    command.words[1] = name;
    lab::Running running = pair.scanner.start(command);
    const lab::Handle writer{::open(scratch.path("list").c_str(), O_WRONLY | O_CLOEXEC)};  // once it has been opened
    running.signal(SIGINT);
    const Finished done = running.finish();
    EXPECT_FALSE(done.timed_out);
    EXPECT_EQ(done.status, 128 + SIGINT) << done.errors;
  }
  for (const char* name : {"scan", "nmap"}) {
    expect_well_formed(scratch.read(name));
    EXPECT_EQ(read_chart(scratch.read(name)).exit, "error");
  }
}

TEST_F(Endings, AFullDeviceIsReported) {
  Pair pair;
  for (const char* format : {"-oN", "-oX", "-oG", "-oJ"}) {
    const Finished done =
        pair.scanner.run(scan_command({"-sS", "-Pn", "-n", "-p", "1-100", Pair::target_v4, format, "/dev/full"}));
    EXPECT_NE(done.status, 0) << format;
    EXPECT_NE(done.errors.find("/dev/full"), std::string::npos) << format << ": " << done.errors;
    EXPECT_NE(done.errors.find("No space left"), std::string::npos) << format << ": " << done.errors;
  }
}

TEST_F(Endings, AFullStandardOutputIsReported) {
  Pair pair;
  lab::Command command = scan_command({"-sS", "-Pn", "-n", "-p", "1-100", Pair::target_v4});
  command.words.insert(command.words.begin(), {"/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full"});
  const Finished done = pair.scanner.run(command);
  EXPECT_NE(done.status, 0);
  EXPECT_NE(done.errors.find("No space left"), std::string::npos) << done.errors;
}

TEST_F(Endings, ADiskThatFillsUpMidwayIsReported) {
  Pair pair;
  const Scratch scratch;
  // Ours alone: enter() gave this process a mount namespace of its own.
  const std::string folder = scratch.path("disk");
  ASSERT_EQ(lab::run({.words = {"mkdir", folder}}).status, 0);
  ASSERT_EQ(::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=4k"), 0);
  const std::string file = folder + "/report";
  std::vector<std::uint16_t> listening;
  for (std::uint16_t port = 1; port <= 200; ++port) listening.push_back(port);
  pair.target.listen(listening);
  const Finished done =
      pair.scanner.run(scan_command({"-sS", "-Pn", "-n", "-p", "1-200", Pair::target_v4, "-oX", file}));
  EXPECT_NE(done.status, 0);
  EXPECT_NE(done.errors.find(file), std::string::npos) << done.errors;
  ::umount(folder.c_str());
}

// Bad input costs no packet.
void expect_refused(const std::vector<std::string>& words, std::string_view mentions) {
  Pair pair;
  lab::Sniffer sniffer = pair.target.sniff("wire");
  const Finished done = pair.scanner.run(scan_command(words));
  EXPECT_EQ(done.status, 2) << done.errors;
  EXPECT_NE(done.errors.find(mentions), std::string::npos) << done.errors;
  EXPECT_EQ(lines_of(done.errors), 1) << done.errors;
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

TEST_F(Endings, AnInterfaceThatIsNotThereIsNamed) {
  expect_refused({"-n", "-e", "nothere0", "-p", "1-10", Pair::target_v4}, "nothere0");
}

TEST_F(Endings, AnOutputThatCannotBeOpenedIsNamed) {
  expect_refused({"-n", "-p", "1-10", Pair::target_v4, "-oX", "/nonexistent/report.xml"}, "/nonexistent/report.xml");
}

TEST_F(Endings, AListThatIsNotThereIsNamed) {
  expect_refused({"-n", "-p", "1-10", "-iL", "/nonexistent/targets"}, "/nonexistent/targets");
}

TEST_F(Endings, ABadPortIsQuoted) { expect_refused({"-n", "-p", "1-70000", Pair::target_v4}, "70000"); }

TEST_F(Endings, WithoutPrivilegesTheConnectScanTakesOverAndSaysSo) {
  Pair pair;
  pair.target.listen(80);
  lab::Command command = scan_command({"-n", "-p", "79-81", Pair::target_v4, "-oX", "-"});
  command.privileged = false;
  const Finished done = pair.scanner.run(command);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(lines_of(done.errors), 1) << done.errors;
  EXPECT_NE(done.errors.find("connect"), std::string::npos) << done.errors;
  const Truth truth{.ports = {{80, {"open", "syn-ack"}}}, .rest = {"closed", "conn-refused"}};
  EXPECT_EQ(differences(read_chart(done.output), Pair::target_v4, 79, 81, truth), "");
}

TEST_F(Endings, WithoutPrivilegesASynScanIsRefused) {
  Pair pair;
  lab::Sniffer sniffer = pair.target.sniff("wire");
  lab::Command command = scan_command({"-sS", "-n", "-p", "79-81", Pair::target_v4});
  command.privileged = false;
  const Finished done = pair.scanner.run(command);
  EXPECT_EQ(done.status, 2);
  EXPECT_EQ(lines_of(done.errors), 1) << done.errors;
  EXPECT_NE(done.errors.find("-sT"), std::string::npos) << "no advice in: " << done.errors;
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

TEST_F(Endings, ATargetWithoutARouteIsReportedAndTheOthersAreScanned) {
  Pair pair;
  const Finished done =
      pair.scanner.run(scan_command({"-sS", "-Pn", "-n", "-p", "1-10", "203.0.113.9", Pair::target_v4, "-oX", "-"}));
  EXPECT_EQ(differences(read_chart(done.output), Pair::target_v4, 1, 10, {}), "");
  EXPECT_NE((done.errors + done.output).find("203.0.113.9"), std::string::npos);
}

}  // namespace
}  // namespace portolan::lab_test
