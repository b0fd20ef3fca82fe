#include "cli/scan/resume.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>

namespace portolan::cli {
namespace {

using Files = std::map<std::string, std::string>;

// The first two of three hosts, the second one cut off, and how the scan was called.
std::string normal_report(std::string_view call) {
  return fmt::format(
      "# portolan 0.1.0 scan initiated Sat Nov 21 10:16:44 2026 as: {}\n"
      "portolan scan report for 198.18.0.2\nHost is up (0.1s latency).\n\nPORT   STATE SERVICE\n22/tcp open  ssh\n\n"
      "portolan scan report for 198.18.0.3\nHost is",
      call);
}
std::string grepable_report(std::string_view call) {
  return fmt::format(
      "# portolan 0.1.0 scan initiated Sat Nov 21 10:16:44 2026 as: {}\nHost: 198.18.0.2 ()\tStatus: Up\n"
      "Host: 198.18.0.2 ()\tPorts: 22/open/tcp//ssh///\nHost: 198.18.0.3 ()\tStatus: Up\n"
      "Host: 198.18.0.3 ()\tPorts: 22/closed/tcp//ssh///\nHost: 198.18",
      call);
}

std::string name_in(std::string_view path) { return std::string{path.substr(path.rfind('/') + 1)}; }

Result<ResumedScan> resumed(const std::string& file, const Files& files, Dialect asked_as = Dialect::portolan) {
  std::tm now{};
  now.tm_year = 126;
  return resume_scan(file,
                     {.read = [&files](const std::string& path) -> Result<std::string> {
                        const auto found = files.find(path);
                        if (found == files.end()) return fail(Errc::io, "cannot read '" + path + "'");
                        return found->second;
                      },
                      .exists = [&files](const std::string& path) { return files.contains(path); },
                      // The folder does not matter: paths lead to the same file by different ways.
                      .identity_of = [](std::string_view path) -> std::optional<os::FileIdentity> {
                        return os::FileIdentity{1, 1, name_in(path)};
                      },
                      .zone_of = [](std::string_view) { return 0U; },
                      .dialect = asked_as},
                     now);
}

std::string refusal(const std::string& file, const Files& files) {
  const auto scan = resumed(file, files);
  if (scan) return "";
  EXPECT_EQ(scan.error().code, Errc::usage);
  return scan.error().message;
}

// "-oN x 300": what gets its rest, and from where on.
std::string rests_of(const ResumedScan& scan) {
  std::string text;
  for (const OutputWord& word : scan.options.outputs) {
    const std::string from = word.rest_of ? fmt::format(" {}", word.rest_of->keep) : "";
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", word.format->option, word.path, from);
  }
  return text;
}

TEST(Resume, TheCallIsReadFromTheReportAndItsHostsAreLeftOut) {
  const std::string report = normal_report("/usr/bin/portolan scan -sT -p 22 -oN x 198.18.0.2-4 --exclude 198.18.0.4");
  const auto scan = resumed("x", {{"x", report}});
  ASSERT_TRUE(scan) << scan.error().message;
  EXPECT_EQ(scan->options.told, std::vector<std::string>{"198.18.0.2"});
  EXPECT_EQ(scan->options.targets, std::vector<std::string>{"198.18.0.2-4"});
  EXPECT_EQ(scan->options.excluded, std::vector<std::string>{"198.18.0.4"});
  EXPECT_EQ(scan->options.resume, "x");
  EXPECT_EQ(scan->options.seed, std::nullopt);
  EXPECT_EQ(scan->invocation.dialect, Dialect::portolan);
  EXPECT_EQ(rests_of(*scan), fmt::format("-oN x {}", report.rfind("portolan scan report")));
  EXPECT_EQ(scan->options.outputs.front().rest_of->size, report.size());
  EXPECT_EQ(scan->notices.back(),
            "going on with `/usr/bin/portolan scan -sT -p 22 -oN x 198.18.0.2-4 --exclude "
            "198.18.0.4`: 1 host is told already");
}

TEST(Resume, ASeedThatWasGivenStays) {
  EXPECT_EQ(resumed("x", {{"x", normal_report("portolan scan --seed 7 -oN x h")}})->options.seed, 7U);
}

TEST(Resume, AScanOfNmapGoesOnByNmapsRules) {
  const auto scan = resumed("x", {{"x", normal_report("/opt/nmap -n -oN x 198.18.0.2-4")}});
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->invocation.dialect, Dialect::nmap);
  EXPECT_EQ(scan->invocation.words.front(), "-n");
  EXPECT_EQ(scan->notices,
            std::vector<std::string>{"going on with `/opt/nmap -n -oN x 198.18.0.2-4`: 1 host is told already"})
      << "who wrote the report chose the command, so it is shown";
  const auto as_nmap = resumed("x", {{"x", normal_report("/opt/nmap -n -oN x 198.18.0.2-4")}}, Dialect::nmap);
  EXPECT_TRUE(as_nmap->notices.empty()) << "its callers take that for a complaint";
}

TEST(Resume, WhatAllFormatsHaveToldIsDone) {
  const std::string call = "portolan scan -oA base 198.18.0.2-4";
  const auto scan = resumed("dir/base.gnmap", {{"dir/base.gnmap", grepable_report(call)},
                                               {"dir/base.nmap", normal_report(call)},
                                               {"dir/base.open", "198.18.0.2\ttcp\t22\tssh\t-\n1"}});
  ASSERT_TRUE(scan) << scan.error().message;
  // The list of open ports may lack the rest of its last host.
  EXPECT_EQ(scan->options.told, std::vector<std::string>{});
  EXPECT_EQ(scan->options.outputs.size(), 3U);
  EXPECT_TRUE(rests_of(*scan).ends_with("-oL dir/base.open 0")) << rests_of(*scan);
  EXPECT_EQ(scan->notices.size(), 1U);
  const auto longer =
      resumed("base.gnmap", {{"base.gnmap", grepable_report(call)},
                             {"base.nmap", normal_report(call)},
                             {"base.open", "198.18.0.2\ttcp\t22\tssh\t-\n198.18.0.4\ttcp\t22\tssh\t-\n"}});
  EXPECT_EQ(longer->options.told, std::vector<std::string>{"198.18.0.2"});
}

TEST(Resume, WhatIsBesideTheReportAndNotOfItsScanStaysAsItIs) {
  const std::string call = "portolan scan -oA base 198.18.0.2-4";
  const auto scan = resumed("base.nmap", {{"base.nmap", normal_report(call)},
                                          {"base.gnmap", grepable_report("portolan scan -oA base 198.18.0.9")},
                                          {"base.xml", "root:x:0:0\n"},
                                          {"base.open", "root:x:0:0\n"}});
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->options.outputs.size(), 1U);
  EXPECT_EQ(scan->notices.front(),
            "'base.xml', 'base.gnmap' and 'base.open' are not written: only what is resumed is, "
            "and what -oA put beside it");
}

// A report may have been written by anybody.
TEST(Resume, OtherFilesThatTheReportNamesAreNotWritten) {
  const auto scan = resumed(
      "x", {{"x", normal_report("portolan scan -oN x -oX /etc/passwd -oA /root/all --pcap /tmp/p -oG - -oN y h")}});
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->options.outputs.size(), 2U);
  EXPECT_TRUE(rests_of(*scan).starts_with("-oG -, -oN x ")) << rests_of(*scan);
  EXPECT_EQ(scan->options.capture, std::nullopt);
  EXPECT_EQ(scan->notices.front(),
            "'/etc/passwd', '/root/all.*', 'y' and '/tmp/p' are not written: only what is resumed "
            "is, and what -oA put beside it");
}

TEST(Resume, AReportThatHasAnotherNameByNowIsWrittenUnderThatOne) {
  const auto scan = resumed("moved", {{"moved", normal_report("portolan scan -oX z -oN x-%Y h")}});
  ASSERT_TRUE(scan);
  EXPECT_TRUE(rests_of(*scan).starts_with("-oN moved ")) << rests_of(*scan);
}

// As far as it goes, they are alike.
TEST(Resume, TheCallSaysOfABareHeadWhichReportItBegins) {
  const std::string head = "# portolan 0.1.0 scan initiated Sat Nov 21 10:16:44 2026 as: ";
  EXPECT_TRUE(rests_of(*resumed("x", {{"x", head + "portolan scan -oN n -oG x h\n"}})).starts_with("-oG x "));
  EXPECT_TRUE(rests_of(*resumed("x", {{"x", head + "portolan scan -oN x -oG g h\n"}})).starts_with("-oN x "));
  EXPECT_TRUE(rests_of(*resumed("b.gnmap", {{"b.gnmap", head + "nmap -oA b h\n"}})).starts_with("-oG b.gnmap "));
}

// It was appended to a scan that had been killed, and is not to be lost with the end of that one's report.
TEST(Resume, AReportInTheMidstOfALineIsNotCutOff) {
  const auto why = [](int line) {
    return fmt::format(
        "cannot resume 'x': another report begins in the midst of its line {}; give each a file of its own", line);
  };
  const std::string other = "portolan scan --append-output -oN x 198.18.0.9";
  EXPECT_EQ(refusal("x", {{"x", normal_report("portolan scan -oN x h") + normal_report(other)}}), why(9));
  EXPECT_EQ(refusal("x", {{"x", grepable_report("portolan scan -oG x h") + grepable_report(other)}}), why(6));
  const auto xml = [](std::string_view call) {
    return fmt::format("<?xml version=\"1.0\"?>\n<nmaprun args=\"{}\">\n<debugging level=\"0\"/>\n", call);
  };
  EXPECT_EQ(refusal("x", {{"x", xml("portolan scan -oX x h") + "<host starttime=\"17" + xml(other)}}), why(4));
  const auto records = [](std::string_view call) {
    return fmt::format(R"({{"record":"start","schema":"portolan-scan/2","program":"portolan","version":"0.1.0",)"
                       R"("time":"2026-12-02T13:31:55.000Z","arguments":["portolan","scan",{}],"depth":"ports",)"
                       R"("scans":[],"verbosity":0}})"
                       "\n",
                       call);
  };
  EXPECT_EQ(refusal("x", {{"x", records(R"("-oJ","x","h")") + R"({"record":"po)" + records(R"("-oJ","x","g")")}}),
            why(2));
  const std::string call = "portolan scan -oA base h";
  const auto scan = resumed("base.nmap", {{"base.nmap", normal_report(call)},
                                          {"base.gnmap", grepable_report(call) + grepable_report(other)}});
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->options.outputs.size(), 1U);
}

TEST(Resume, WhatCannotBeGoneOnWithIsRefusedInOneSentence) {
  const auto call = [](std::string_view words) { return refusal("x", {{"x", normal_report(words)}}); };
  EXPECT_EQ(refusal("none", {}), "--resume: cannot read 'none'");
  EXPECT_EQ(refusal("x", {{"x", "root:x:0:0\n"}}),
            "cannot resume 'x': it is no report of a scan, as -oN, -oX, -oG and -oJ write it");
  EXPECT_EQ(refusal("x", {{"x", normal_report("nmap -oN x h") +
                                    "\n# portolan done at Sat Nov 21 10:16:49 2026 -- 3 IP addresses\n"}}),
            "'x' is the report of a scan that came to its end, so there is nothing to resume");
  EXPECT_EQ(call("rm -rf /"), "cannot resume 'x': `rm -rf /` is no command line of a scan");
  EXPECT_EQ(call("portolan scan h"), "cannot resume 'x': its command line, `portolan scan h`, writes no such file");
  EXPECT_EQ(call("portolan scan -oN - h"),
            "cannot resume 'x': its command line, `portolan scan -oN - h`, writes no such file");
  EXPECT_EQ(call("portolan scan -oX x h"),
            "cannot resume 'x': its command line, `portolan scan -oX x h`, writes no such file");
  EXPECT_EQ(call("portolan scan -oN x -iL -"),
            "cannot resume 'x': its targets came from standard input, of which nothing is left");
  EXPECT_EQ(call("portolan scan -oN x --excludefile /dev/stdin h"),
            "cannot resume 'x': its targets came from standard input, of which nothing is left");
  EXPECT_EQ(call("portolan scan --resume y"),
            "cannot resume 'x': it is itself the rest of another report, which is the one to resume");
  EXPECT_EQ(call("portolan scan -oN x --iflist"), "cannot resume 'x': its command line scans nothing");
  EXPECT_EQ(call("portolan scan -oN x -D 10.0.0.1 h"),
            "cannot resume 'x': -D (decoys) is not there: portolan does not hide who scans");
}

}  // namespace
}  // namespace portolan::cli
