// The program as its users call it. Nothing here is sent a packet: lines that are refused, and -sL -n.
#ifdef PORTOLAN_HAS_PROGRAM

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base/dialect.h"
#include "base/version.h"
#include "cli/command.h"
#include "lab/process.h"
#include "tests/places.h"

namespace portolan::cli {
namespace {

using Words = std::vector<std::string>;
using testing::HasSubstr;
using testing::StartsWith;

class Program : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "portolan-cli-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::filesystem::create_symlink(test::program(), folder_ / "nmap");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static lab::Finished portolan(Words words, const std::string& input = {}) {
    words.insert(words.begin(), test::program());
    return lab::run({.words = std::move(words), .input = input});
  }
  [[nodiscard]] lab::Finished nmap(Words words) const {
    words.insert(words.begin(), (folder_ / "nmap").string());
    return lab::run({.words = std::move(words)});
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static std::string text_of(const std::string& path) {
    std::ifstream stream{path};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  std::filesystem::path folder_;
};

void expect_refused(const lab::Finished& run, const std::string& sentence) {
  EXPECT_EQ(run.status, 2) << sentence;
  EXPECT_EQ(run.output, "");
  EXPECT_EQ(run.errors, "portolan: " + sentence + "\n");
}

TEST_F(Program, BadInputIsOneSentenceAndStatusTwo) {
  expect_refused(portolan({"sacn"}), "unknown command 'sacn'; did you mean `portolan scan`?");
  expect_refused(portolan({"localhost"}),
                 "unknown command 'localhost'; to scan a host of that name: portolan scan localhost");
  expect_refused(portolan({"-sS"}),
                 "options stand behind a command, as in `portolan scan -sS`, so '-sS' is unknown here; portolan help "
                 "lists the commands");
  expect_refused(portolan({"help", "sacn"}), "there is no command 'sacn'; did you mean 'scan'?");
  expect_refused(portolan({"help", "netstat", "foo"}), "help is asked about one command, but 'foo' is given, too");
  expect_refused(portolan({"version", "foo"}), "version takes no arguments, but 'foo' is given");
  expect_refused(portolan({"ports", "53/foo"}), "'foo' in '53/foo' is no protocol; there are tcp, udp and sctp");
  expect_refused(portolan({"sockets", "-K"}), "-K (closing sockets) is not built");
  expect_refused(portolan({"scan", "--opne"}), "unknown option '--opne'; did you mean --open?");
  expect_refused(portolan({"scan", "--fuzzy", "localhost"}), "--fuzzy is about -O, which is not given");
  expect_refused(portolan({"scan", "-O", "-sn", "localhost"}), "-O asks ports, so it cannot go with -sn");
  expect_refused(portolan({"scan", "-D", "198.18.0.1", "localhost"}),
                 "-D (decoys) is not there: portolan does not hide who scans");
  expect_refused(portolan({"scan", "-oX", "-", "-oJ", "-", "-sL", "-n", "198.18.0.1"}),
                 "-oX and -oJ both write to standard output; give each a place of its own");
  expect_refused(portolan({"scan", "-iL", "/nonexistent"}), "cannot read '/nonexistent': No such file or directory");
  expect_refused(portolan({"scan", "-sL", "-n", "198.18.0.1", "-oX", "/nonexistent/x"}),
                 "-oX: cannot write to '/nonexistent/x': No such file or directory");
  expect_refused(portolan({"scan"}),
                 "no targets; name hosts, addresses, prefixes (192.168.0.0/24) or ranges, or a file with -iL");
  expect_refused(portolan({"scan", "-sS", "--unprivileged", "198.18.0.1"}),
                 "-sS sends raw packets, which --unprivileged declines; leave that out, or use -sT");
}

TEST_F(Program, EveryCommandPrintsItsUsage) {
  for (const char* command : {"version", "help", "sockets", "who"}) {
    const auto told = portolan({"help", command});
    EXPECT_EQ(told.status, 0) << told.errors;
    EXPECT_THAT(told.output, StartsWith("usage: portolan "));
    EXPECT_EQ(portolan({command, "--help"}).output, told.output) << command;
  }
}

TEST_F(Program, MoreBadInputNamesWhatIsWrong) {
  for (const auto& [words, quoted] : std::vector<std::pair<Words, std::string>>{
           {{"scan", "-n", "198.18.0.1", "-p", "70000"}, "70000"},
           {{"scan", "-n", "198.18.0.1", "-p", "9-3"}, "9-3"},
           {{"scan", "-n", "198.18.0.1/40"}, "198.18.0.1/40"},
           {{"scan", "-n", "2001:db8::/64"}, "2001:db8::/64"},
           {{"scan", "-n", "198.18.0.1", "--exclude", "198.18.0.1-999"}, "198.18.0.1-999"},
           {{"scan", "-n", "198.18.0.1", "-e", "nosuch0"}, "nosuch0"},
           {{"scan", "-n", "198.18.0.1", "-T", "9"}, "9"},
           {{"scan", "198.18.0.1", "-sL", "--dns-servers", "nonsense"}, "nonsense"},
       }) {
    const auto run = portolan(words);
    EXPECT_EQ(run.status, 2) << quoted;
    EXPECT_EQ(run.output, "");
    EXPECT_THAT(run.errors, StartsWith("portolan: "));
    EXPECT_THAT(run.errors, HasSubstr(quoted));
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
}

// In an empty network: what passed would be looked up as a name.
TEST_F(Program, DashesThatOnlyLookLikeOnesAreRefusedByAllCommands) {
  if (lab::run({.words = {"unshare", "--map-root-user", "--net", "true"}}).status != 0) {
    GTEST_SKIP() << "network namespaces are not allowed";
  }
  const auto alone = [](Words words) {
    const Words unshare{"unshare", "--map-root-user", "--net"};
    words.insert(words.begin(), unshare.begin(), unshare.end());
    return lab::run({.words = std::move(words)});
  };
  const auto expect_said = [](const lab::Finished& run, const std::string& words) {
    EXPECT_EQ(run.status, 2) << words;
    EXPECT_EQ(run.output, "");
    EXPECT_THAT(run.errors, HasSubstr(words));
  };
  const std::string sentence = "'\u2013n' begins with an en dash (U+2013), which is not the '-' of options";
  for (const char* command : {"scan", "talk", "sockets", "who", "services", "ports", "netstat"}) {
    expect_said(alone({test::program(), command, "\u2013n"}), sentence);
  }
  expect_said(alone({test::program(), "\u2013n"}), sentence);
  const auto as_nmap = alone({path("nmap"), "127.0.0.1", "\u2013n"});
  EXPECT_EQ(as_nmap.status, 255);  // nmap's own status for what it refuses
  EXPECT_THAT(as_nmap.errors, StartsWith("nmap: " + sentence));
  const std::string no_name = " has an en dash (U+2013), which no host name has";
  expect_said(alone({test::program(), "scan", "198.18.0.1\u20135"}), "'198.18.0.1\u20135'" + no_name);
  expect_said(alone({test::program(), "sockets", "dst", "a\u2013b"}), "'a\u2013b'" + no_name);
  const std::string wide = "'\uff11.2.3.4' has a character that only looks like '1' (U+FF11); type 1.2.3.4";
  expect_said(alone({test::program(), "scan", "-sL", "\uff11.2.3.4"}), wide);
  expect_said(alone({test::program(), "scan", "-sL", "198.18.0.1", "--exclude", "\uff11.2.3.4"}), wide);
  expect_said(alone({test::program(), "sockets", "dst", "\uff11.2.3.4"}), wide);
}

TEST_F(Program, BadInputLeavesFilesAlone) {
  std::ofstream{path("old.xml")} << "from yesterday";
  EXPECT_EQ(portolan({"scan", "-n", "198.18.0.1", "-p", "70000", "-oX", path("old.xml")}).status, 2);
  EXPECT_EQ(text_of(path("old.xml")), "from yesterday");
}

TEST_F(Program, HelpAndVersionAreOnStandardOutput) {
  EXPECT_EQ(portolan({"--version"}).output, "portolan " + std::string{program_version} + "\n");
  EXPECT_EQ(portolan({"version"}).output, portolan({"-V"}).output);
  EXPECT_EQ(portolan({"scan", "-V"}).output, portolan({"version"}).output);
  EXPECT_EQ(portolan({"scan", "--help"}).output, portolan({"help", "scan"}).output);
  EXPECT_THAT(portolan({"help"}).output, HasSubstr("scan"));
  EXPECT_EQ(portolan({"help", "scan"}).status, 0);
  const auto bare = portolan({});
  EXPECT_EQ(bare.status, 2);
  EXPECT_EQ(bare.errors, portolan({"--help"}).output);
}

TEST_F(Program, ListsTargetsFromStandardInput) {
  const auto run = portolan({"scan", "-sL", "-n", "-iL", "-", "--exclude", "198.18.0.2"}, "198.18.0.1-3 # three\n");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, HasSubstr("198.18.0.1"));
  EXPECT_THAT(run.output, testing::Not(HasSubstr("198.18.0.2\n")));
  EXPECT_THAT(run.output, HasSubstr("198.18.0.3"));
  EXPECT_EQ(run.errors, "");
}

TEST_F(Program, WritesAllFormats) {
  EXPECT_EQ(portolan({"scan", "-sL", "-n", "198.18.0.1", "-oA", path("all")}).status, 0);
  for (const char* extension : {".nmap", ".xml", ".gnmap", ".ndjson"}) {
    EXPECT_THAT(text_of(path("all") + extension), HasSubstr("198.18.0.1")) << extension;
  }
}

TEST_F(Program, AFullDiskIsReported) {
  const auto run = portolan({"scan", "-sL", "-n", "198.18.0.1", "-oX", "/dev/full"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("No space left on device"));
}

// `words` behind the program's name in a shell, which can close descriptors: "$P scan ... >&-".
lab::Finished in_shell(const std::string& line) {
  return lab::run({.words = {"sh", "-c", line}, .environment = {{"P", test::program()}}});
}

TEST_F(Program, UnwritableStandardErrorLeavesTheStatus) {
  for (const char* where : {"2>/dev/full", "2>&-", ">&- 2>&-"}) {
    EXPECT_EQ(in_shell("exec \"$P\" sacn " + std::string{where}).status, 2) << where;
    EXPECT_EQ(in_shell("exec \"$P\" " + std::string{where}).status, 2) << where;
    EXPECT_EQ(in_shell("exec \"$P\" nmap --bogus " + std::string{where}).status, 255) << where;
  }
}

// What an ordinary user cannot see of this machine is said whoever reads.
std::string without_notes(const std::string& errors) {
  std::istringstream lines{errors};
  std::string others;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("portolan: note: ")) others += line + '\n';
  }
  return others;
}

TEST_F(Program, UnwritableStandardOutputIsAFailure) {
  for (const char* words :
       {"help", "version", "scan --help", "services", "ports 80", "sockets -l", "scan -n -sL 198.18.0.1"}) {
    const auto full = in_shell("exec \"$P\" " + std::string{words} + " >/dev/full");
    EXPECT_EQ(full.status, 1) << words;
    EXPECT_THAT(full.errors, HasSubstr("No space left on device")) << words;
    // Nothing can come of it, which is known before anything is done.
    const auto closed = in_shell("exec \"$P\" " + std::string{words} + " >&-");
    EXPECT_EQ(closed.status, 2) << words;
    EXPECT_EQ(without_notes(closed.errors), "portolan: cannot write to standard output: it is closed\n") << words;
  }
}

TEST_F(Program, ClosedStandardOutputIsTheSameToNetstatUnlessItIsCalledThat) {
  EXPECT_EQ(in_shell("exec \"$P\" netstat -t >&-").status, 2);
  std::filesystem::create_symlink(test::program(), path("netstat"));
  EXPECT_EQ(in_shell("exec " + path("netstat") + " -t >&-").status, 1);
}

// `line` with descriptor 4 a pipe that nobody reads any more.
std::string without_reader(const std::string& fifo, const std::string& line) {
  return "mkfifo " + fifo + " && exec 3<>" + fifo + " 4>" + fifo + " 3<&- && " + line;
}

TEST_F(Program, AReaderThatGoesAwayEndsItWithoutAWord) {
  const auto scan =
      in_shell(without_reader(path("a"), "exec \"$P\" scan -sL -n 198.18.0.1 -oX " + path("x.xml") + " >&4"));
  EXPECT_EQ(scan.status, 141);
  EXPECT_EQ(scan.errors, "");
  EXPECT_THAT(text_of(path("x.xml")), testing::EndsWith("</nmaprun>\n"));
  // Where SIGPIPE does not end it, because who started it ignores the signal.
  for (const char* words : {"help --man", "sockets -l", "services", "ports 80"}) {
    const auto run =
        in_shell(without_reader("'" + path(words) + "'", "trap '' PIPE && exec \"$P\" " + std::string{words} + " >&4"));
    EXPECT_EQ(run.status, 141) << words;
    EXPECT_EQ(without_notes(run.errors), "") << words;
  }
}

TEST_F(Program, ACaptureIsAReportToItsReaderAndToThoseOfTheOthers) {
  // Longer than anybody waits, were it not for the reader.
  const std::string endless = "exec \"$P\" scan -n -sT -Pn -p 1-65535 --max-rate 1 127.0.0.1 ";
  const auto alone = in_shell(without_reader(path("a"), endless + "--pcap - >&4 2>/dev/null"));
  EXPECT_EQ(alone.status, 141);
  const auto full = in_shell("exec \"$P\" scan -n -sL 127.0.0.1 --pcap - >/dev/full");
  EXPECT_EQ(full.status, 1);
  EXPECT_EQ(full.errors, "portolan: cannot write to 'standard output': No space left on device\n");
  const std::string list = "exec \"$P\" scan -sL -n 198.18.0.1 ";
  const auto beside = in_shell(without_reader(path("b"), list + "--pcap - -oX " + path("x.xml") + " >&4"));
  EXPECT_EQ(beside.status, 141);
  EXPECT_EQ(beside.errors, "");
  EXPECT_THAT(text_of(path("x.xml")), testing::EndsWith("</nmaprun>\n"));
}

// Pipes are told from one another, whatever leads to them.
TEST_F(Program, NothingIsMixedOnStandardOutput) {
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    const auto run = portolan({"scan", "-sL", "-n", "198.18.0.1", "-oX", name});
    EXPECT_EQ(run.status, 0) << run.errors;
    EXPECT_THAT(run.output, StartsWith("<?xml")) << name;
  }
  expect_refused(portolan({"scan", "-sL", "-n", "198.18.0.1", "--pcap", "/dev/stdout", "-oG", "-"}),
                 "-oG and --pcap both write to standard output; give each a place of its own");
  const std::string fifo = path("fifo");
  const auto twice = in_shell("mkfifo " + fifo + " && exec 3<>" + fifo + " && exec \"$P\" scan -sL -n 198.18.0.1 -oX " +
                              fifo + " >" + fifo);
  EXPECT_EQ(twice.status, 2);
  EXPECT_THAT(twice.errors, HasSubstr("are the same file; give each a place of its own"));
  expect_refused(portolan({"talk", "--record", "/dev/stdout", "127.0.0.1:1"}),
                 "--record /dev/stdout: standard output shows the talk; name a file");
  const auto record = in_shell("exec \"$P\" talk --record " + path("r") + " 127.0.0.1:1 >" + path("r"));
  EXPECT_EQ(record.status, 2);
  EXPECT_THAT(record.errors, HasSubstr(path("r") + ": standard output shows the talk; name a file"));
}

TEST_F(Program, UnderTheNameOfNmapAReaderThatGoesAwayIsAnError) {
  const auto run = in_shell(without_reader(path("a"), "exec \"$P\" nmap -sL -n 198.18.0.1 >&4"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.errors, HasSubstr("Broken pipe"));
}

TEST_F(Program, AReaderThatGoesAwayEndsOneReportAndNotTheOthers) {
  const std::string targets = " -sL -n 198.18.0.0/22 ";
  const auto scan = in_shell("{ \"$P\" scan -oX - -oN " + path("n") + " -oJ " + path("j") + targets + "; echo $? >" +
                             path("status") + "; } | head -c 1");
  EXPECT_EQ(scan.errors, "");
  EXPECT_EQ(text_of(path("status")), "141\n");
  EXPECT_THAT(text_of(path("n")), HasSubstr("198.18.3.255\n"));
  EXPECT_THAT(text_of(path("n")), HasSubstr("1024 IP addresses"));
  EXPECT_THAT(text_of(path("j")), HasSubstr(R"("record":"finish")"));
  const auto as_nmap =
      in_shell(without_reader(path("a"), "exec \"$P\" nmap" + targets + "-oX " + path("x.xml") + " >&4"));
  EXPECT_EQ(as_nmap.status, 1);
  EXPECT_THAT(as_nmap.errors, HasSubstr("Broken pipe"));
  EXPECT_THAT(text_of(path("x.xml")), HasSubstr("198.18.3.255"));
  EXPECT_THAT(text_of(path("x.xml")), HasSubstr(R"(exit="success")"));
}

TEST_F(Program, AnOptionForgottenBehindAnOutputOptionSendsNothing) {
  const auto own = portolan({"scan", "-oX", "-sn", "127.0.0.1"});
  EXPECT_EQ(own.status, 2);
  EXPECT_EQ(own.output, "");
  const auto as_nmap = nmap({"-oX", "-sn", "127.0.0.1"});
  EXPECT_EQ(as_nmap.status, 1);
  EXPECT_EQ(as_nmap.output, "");
  EXPECT_THAT(as_nmap.errors, HasSubstr("-oX ./-sn"));
  EXPECT_THAT(as_nmap.errors, testing::EndsWith("QUITTING!\n"));
  EXPECT_FALSE(std::filesystem::exists("-sn"));
}

TEST_F(Program, ClosedStandardOutputTakesNoReport) {
  const auto alone = in_shell("exec \"$P\" scan -sL -n 198.18.0.1 >&-");
  EXPECT_EQ(alone.status, 2);
  EXPECT_EQ(alone.errors, "portolan: cannot write to standard output: it is closed\n");
  const auto beside = in_shell("exec \"$P\" scan -sL -n 198.18.0.1 >&- -oX " + path("x.xml"));
  EXPECT_EQ(beside.status, 0) << beside.errors;
  EXPECT_THAT(text_of(path("x.xml")), StartsWith("<?xml"));
  EXPECT_THAT(text_of(path("x.xml")), testing::EndsWith("</nmaprun>\n"));
}

TEST_F(Program, TwoWaysToOneFileAreRefusedBeforeItIsEmptied) {
  std::ofstream{path("old")} << "from yesterday";
  std::filesystem::create_symlink("old", path("link"));
  std::filesystem::create_symlink("new", path("dangling"));
  std::filesystem::create_directory(path("folder"));
  for (const auto& [first, second] : {std::pair{"old", "link"}, std::pair{"old", "folder/../old"},
                                      std::pair{"new", "dangling"}, std::pair{"new", "folder/../new"}}) {
    expect_refused(
        portolan({"scan", "-sL", "-n", "198.18.0.1", "-oX", path(first), "-oG", path(second)}),
        "-oX '" + path(first) + "' and -oG '" + path(second) + "' are the same file; give each a place of its own");
  }
  EXPECT_EQ(text_of(path("old")), "from yesterday");
  EXPECT_FALSE(std::filesystem::exists(path("new")));
  EXPECT_EQ(in_shell("exec \"$P\" scan -sL -n 198.18.0.1 -oX " + path("old") + " >>" + path("old")).status, 2);
  EXPECT_EQ(text_of(path("old")), "from yesterday");
}

TEST_F(Program, TheUnspecifiedAddressIsNoTarget) {
  expect_refused(portolan({"scan", "-n", "0.0.0.0"}), "0.0.0.0 is the address of no host; did you mean 127.0.0.1?");
  expect_refused(portolan({"scan", "-n", "::"}), ":: is the address of no host; did you mean ::1?");
  EXPECT_EQ(portolan({"scan", "-sL", "-n", "0.0.0.0/30"}).status, 0);
}

TEST(RunGuarded, WhatIsThrownIsOneSentenceAndStatusOne) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_guarded([]() -> int { throw std::bad_alloc{}; }), status_failed);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "portolan: there is not enough memory for this\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_guarded([]() -> int { throw std::runtime_error{"no luck"}; }), status_failed);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "portolan: no luck\n");
  EXPECT_EQ(run_guarded([] { return 7; }), 7);
}

TEST_F(Program, UnderTheNameNmapTheVersionIsNmaps) {
  const auto run = nmap({"-V"});
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, StartsWith("Nmap version 7.93 ( https://nmap.org )\n"));
  EXPECT_THAT(run.output, HasSubstr("portolan"));
  EXPECT_EQ(portolan({"nmap", "-V"}).output, run.output);
}

TEST_F(Program, UnderTheNameNmapStatusesAreNmaps) {
  const auto taken_apart = nmap({"--bogus"});
  EXPECT_EQ(taken_apart.status, 255);
  EXPECT_EQ(taken_apart.errors,
            "nmap: unknown option '--bogus'; --help lists all options\n"
            "See the output of nmap -h for a summary of options.\n");
  EXPECT_EQ(nmap({"-p"}).status, 255);
  EXPECT_EQ(nmap({"-n", "-p", "70000", "198.18.0.1"}).status, 1);
  EXPECT_EQ(nmap({"-n", "-sL", "--exclude", "198.18.0.1-999", "198.18.0.1"}).status, 1);
  const auto fingerprinting = nmap({"-O", "--unprivileged", "198.18.0.1"});
  EXPECT_EQ(fingerprinting.status, 1);
  EXPECT_EQ(fingerprinting.errors, "TCP/IP fingerprinting (for OS scan) requires root privileges.\nQUITTING!\n");
  const auto unprivileged = nmap({"-sS", "--unprivileged", "198.18.0.1"});
  EXPECT_EQ(unprivileged.status, 1);
  EXPECT_EQ(unprivileged.errors, "You requested a scan type which requires root privileges.\nQUITTING!\n");
}

TEST_F(Program, UnderTheNameNmapNothingAtAllShowsTheUsage) {
  for (const auto& run : {nmap({}), portolan({"nmap"})}) {
    EXPECT_EQ(run.status, 255);
    EXPECT_THAT(run.output, StartsWith("Nmap 7.93 ( https://nmap.org )\n"));
    EXPECT_EQ(run.output, nmap({"-h"}).output);
    EXPECT_EQ(run.errors, "");
  }
}

TEST_F(Program, UnderTheNameNmapNoTargetsAreNoError) {
  const auto run = nmap({"-n", "-sL"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.errors, "WARNING: No targets were specified, so 0 hosts scanned.\n");
  EXPECT_THAT(run.output, HasSubstr("Nmap done: 0 IP addresses (0 hosts up) scanned in"));
}

TEST_F(Program, UnderTheNameNmapSenselessTargetsAreLeftOut) {
  const auto run = nmap({"-n", "-sL", "198.18.0.300", "198.18.0.1"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.errors, "Failed to resolve \"198.18.0.300\".\n");
  EXPECT_THAT(run.output, HasSubstr("Nmap scan report for 198.18.0.1\n"));
}

TEST_F(Program, UnderTheNameNmapXmlStatesAFailure) {
  const auto run = nmap({"-n", "-p", "70000", "198.18.0.1", "-oX", "-"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n"));
  EXPECT_THAT(run.output, HasSubstr("exit=\"error\""));
  EXPECT_THAT(run.output, testing::EndsWith("</nmaprun>\n"));
}

// Whatever it is, it stays as it is.
TEST_F(Program, WhatCannotBeResumedIsRefusedInOneSentence) {
  const std::string head = "# portolan 0.1.0 scan initiated Sat Nov 21 10:16:44 2026 as: portolan scan -sL -n -oN ";
  const std::string no_report = "it is no report of a scan, as -oN, -oX, -oG and -oJ write it";
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", no_report},
           {std::string("\x7f"
                        "ELF\0\n\xff\xfe\0",
                        9),
            no_report},
           {"PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n", no_report},
           {head + "x 198.18.0.1", no_report},
           {"# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026\nHost: \n", no_report},
           {"<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun args=\"portolan sc",
            "it does not begin as the report of a scan does"},
           {"<?xml version=\"1.0\"?>\n<nmaprun>\n<debugging level=\"0\"/>\n", "`` is no command line of a scan"},
           {"{\"record\":\"start\"}\n", "it does not begin as the report of a scan does"},
           {head + "/nonexistent/x -iL /nonexistent/list\n", ""},
       }) {
    const std::string file = path("report");
    std::ofstream{file} << text;
    expect_refused(portolan({"scan", "--resume", file}),
                   why.empty() ? "cannot read '/nonexistent/list': No such file or directory"
                               : "cannot resume '" + file + "': " + why);
    EXPECT_EQ(text_of(file), text);
  }
  expect_refused(portolan({"scan", "--resume", path("none")}),
                 "--resume: cannot read '" + path("none") + "': No such file or directory");
  expect_refused(portolan({"scan", "--resume", folder_.string()}),
                 "--resume: cannot read '" + folder_.string() + "': it is no regular file");
  expect_refused(portolan({"scan", "--resume", "/dev/null"}),
                 "--resume: cannot read '/dev/null': it is no regular file");
  std::ofstream{path("huge")} << head;
  std::filesystem::resize_file(path("huge"), (std::uintmax_t{1} << 30U) + 1);
  expect_refused(portolan({"scan", "--resume", path("huge")}),
                 "--resume: cannot read '" + path("huge") + "': it is larger than 1073741824 bytes");
  const std::string alone = "--resume stands alone: the report says how its scan was called, and that is what goes on";
  expect_refused(portolan({"scan", "--resume", path("report"), "-v"}), alone);
  expect_refused(portolan({"scan", "--resume", path("report"), "198.18.0.1"}), alone);
  const auto as_nmap = nmap({"--resume", path("none")});
  EXPECT_EQ(as_nmap.status, 1);
  EXPECT_EQ(as_nmap.output, "");
  EXPECT_EQ(as_nmap.errors, "--resume: cannot read '" + path("none") + "': No such file or directory\nQUITTING!\n");
}

TEST_F(Program, AListThatIsReadIsNotWrittenOver) {
  const std::string list = path("list");
  std::ofstream{list} << "198.18.0.1\n";
  std::filesystem::create_symlink(list, path("link"));
  for (const auto& [option, target] :
       std::vector<std::pair<std::string, std::string>>{{"-iL", ""}, {"--excludefile", "198.18.0.2"}}) {
    for (const std::string output : {"-oN", "-oX", "-oJ"}) {
      std::vector<std::string> line{"scan", "-n", "-sL", option, list, output, path("link")};
      if (!target.empty()) line.push_back(target);
      expect_refused(portolan(line), option + " '" + list + "' is read, and " + output +
                                         " would write over it; give the report a place of its own");
      EXPECT_EQ(text_of(list), "198.18.0.1\n");
    }
  }
}

TEST_F(Program, WhatIsResumedBecomesWholeWhereverItWasCutOff) {
  for (const auto& [option, mark] : std::vector<std::pair<std::string, std::string>>{
           {"-oN", "scan report for "}, {"-oX", "<host>"}, {"-oG", "Host: "}, {"-oJ", R"("record":"host")"}}) {
    const std::string file = path("report");
    ASSERT_EQ(portolan({"scan", "-sL", "-n", "198.18.0.0/26", option, file}).status, 0);
    const std::string whole = text_of(file);
    std::size_t at = 0;
    for (int host = 0; host < 40; ++host) at = whole.find(mark, at) + 1;
    std::filesystem::resize_file(file, at + 30);
    const auto rest = portolan({"scan", "--resume", file});
    EXPECT_EQ(rest.status, 0) << rest.errors;
    const std::string text = text_of(file);
    for (int host = 0; host < 64; ++host) {
      const std::string address = "198.18.0." + std::to_string(host);
      std::size_t times = 0;
      for (std::size_t place = 0; (place = text.find(address, place)) != std::string::npos; ++place) {
        times += std::isdigit(static_cast<unsigned char>(text[place + address.size()])) == 0 ? 1U : 0U;
      }
      // The first one stands in the head as well.
      EXPECT_GE(times, 1U) << option << address;
      if (host != 0) {
        EXPECT_EQ(times, 1U) << option << address << text;
      }
    }
    expect_refused(portolan({"scan", "--resume", file}),
                   "'" + file + "' is the report of a scan that came to its end, so there is nothing to resume");
    EXPECT_EQ(text_of(file), text);
  }
}

// The lines that name hosts; what else nmap prints holds times.
Words hosts(const std::string& output) {
  Words result;
  std::istringstream lines{output};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Nmap scan report for ")) result.push_back(line);
  }
  return result;
}

// The installed nmap, in an empty network namespace: -sL -n sends nothing to targets, but what looks
// like a name would be looked up. nullopt where it is not installed or the namespace is not allowed.
std::optional<lab::Finished> real_nmap(Words words) {
  static const bool usable = std::filesystem::exists("/usr/bin/nmap") &&
                             lab::run({.words = {"unshare", "--map-root-user", "--net", "true"}}).status == 0;
  if (!usable) return std::nullopt;
  const Words alone{"unshare", "--map-root-user", "--net", "/usr/bin/nmap"};
  words.insert(words.begin(), alone.begin(), alone.end());
  return lab::run({.words = std::move(words)});
}

TEST_F(Program, ListsWhatNmapLists) {
  if (!real_nmap({"-V"})) GTEST_SKIP() << "nmap is not installed, or network namespaces are not allowed";
  std::ofstream{path("list")} << "198.18.1.1 198.18.1.2\t198.18.1.3 # comment\n\n198.18.1.4\n";
  for (const Words& line : std::vector<Words>{
           {"198.18.0.0/29"},
           {"198.18.0.1,12,16"},
           {"198.18.0-3.*.1"},
           {"198.18.0.250-", "198.18.0.-3"},
           {"-n", "--", "198.18.0.1"},
           {"-iL", path("list")},
           {"-iL" + path("list")},
           {"198.18.0.0/28", "--exclude", "198.18.0.3,198.18.0.5-7,198.18.0.8/30"},
           {"198.18.1.0/29", "--excludefile", path("list")},
           {"198.18.0.1", "198.18.0.300", "198.18.0.2"},
           {"-6", "2001:db8::7"},
           {"-T4", "-T", "polite", "--timing", "3", "-v", "-d0", "-r", "-4", "198.18.0.1"},
           {"-open", "--reas", "--max-rate=5", "-vv", "198.18.0.1", "--host", "5s"},
       }) {
    Words words{"-sL", "-n"};
    words.insert(words.end(), line.begin(), line.end());
    const auto expected = *real_nmap(words);
    const auto got = nmap(words);
    EXPECT_EQ(hosts(got.output), hosts(expected.output)) << testing::PrintToString(line);
    EXPECT_EQ(got.status, expected.status) << testing::PrintToString(line) << got.errors << expected.errors;
  }
}

// Lines that nmap refuses, and the status it ends with.
TEST_F(Program, RefusesWhatNmapRefuses) {
  if (!real_nmap({"-V"})) GTEST_SKIP() << "nmap is not installed, or network namespaces are not allowed";
  for (const Words& line : std::vector<Words>{
           {"--bogus"},
           {"--ver"},
           {"-p"},
           {"--open=3"},
           {"-T9"},
           {"-vx"},
           {"-sQ"},
           {"-oXfile"},
           {"--max-rate", "0"},
           {"--min-rate", "100", "--max-rate", "10"},
           {"--host-timeout", "1x"},
           {"--max-rtt-timeout", "1ms"},
           {"--top-ports", "0"},
           {"-4", "-6"},
           {"-p", "80"},  // with -sL
           {"-sS"},
           {"--exclude", "198.18.0.300"},
           {"--excludefile", "/nonexistent"},
           {"-iL", "/nonexistent"},
           {"-oX", "/nonexistent/x"},
       }) {
    Words words{"-sL", "-n", "198.18.0.1"};
    words.insert(words.end(), line.begin(), line.end());
    EXPECT_EQ(nmap(words).status, real_nmap(words)->status) << testing::PrintToString(line);
  }
  EXPECT_EQ(nmap({}).status, real_nmap({})->status);
}

}  // namespace
}  // namespace portolan::cli

#endif
