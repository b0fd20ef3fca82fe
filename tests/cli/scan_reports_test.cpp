#include "cli/scan/scan_reports.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "os/files.h"

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;

// "N:- X:file": what is written where.
std::string plan(const std::vector<std::string>& line, Dialect dialect = Dialect::portolan) {
  const auto words = parse_scan_options(line);
  if (!words) return "error: " + words.error().message;
  std::tm now{};
  now.tm_year = 126;
  const auto reports = plan_reports(*words, dialect, now);
  if (!reports) return "error: " + reports.error().message;
  std::string text;
  for (const PlannedReport& report : *reports) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ",
                        report.format == nullptr ? report.option() : report.option().substr(2), report.path);
  }
  return text;
}

TEST(ScanReports, TextGoesToStandardOutputBesideFiles) {
  EXPECT_EQ(plan({}), "N:-");
  EXPECT_EQ(plan({"-oX", "x", "-oJ", "j"}), "N:- X:x J:j");
  EXPECT_EQ(plan({"-oN", "n"}), "N:- N:n");
}

TEST(ScanReports, AReportToStandardOutputTakesItsPlace) {
  EXPECT_EQ(plan({"-oX", "-", "-oG", "g"}), "X:- G:g");
  EXPECT_EQ(plan({"-oN", "-"}), "N:-");
}

TEST(ScanReports, QuietMeansNoTextOnStandardOutput) {
  EXPECT_EQ(plan({"-v0", "-oX", "x"}), "X:x");
  EXPECT_EQ(plan({"-v0", "-oX", "-"}), "X:-");
}

TEST(ScanReports, AllFormatsShareABase) {
  std::string all = "N:-";
  for (const report::Format* format : report::formats) {
    if (format->extension.empty()) continue;
    all += fmt::format(" {}:b{}", format->option.back(), format->extension);
  }
  EXPECT_EQ(plan({"-oA", "b"}), all);
  EXPECT_EQ(plan({"-oA", "b"}, Dialect::nmap), "N:- N:b.nmap X:b.xml G:b.gnmap");
}

TEST(ScanReports, WhatIsWrittenBesideThemHasAPlaceOfItsOwn) {
  EXPECT_EQ(plan({"--pcap", "p", "-sV", "--save-unknown", "u-%Y"}), "N:- --pcap:p --save-unknown:u-2026");
  EXPECT_EQ(plan({"-sV", "--save-unknown", "-"}), "--save-unknown:-");
  EXPECT_EQ(plan({"-oX", "u", "-sV", "--save-unknown", "u"}),
            "error: -oX and --save-unknown both write to 'u'; give each a place of its own");
}

TEST(ScanReports, FileNamesMayHoldTheTime) { EXPECT_EQ(plan({"-oX", "scan-%Y.xml"}), "N:- X:scan-2026.xml"); }

TEST(ScanReports, OnePlaceHoldsOneReport) {
  EXPECT_EQ(plan({"-oX", "-", "-oG", "-"}),
            "error: -oX and -oG both write to standard output; give each a place of its own");
  EXPECT_EQ(plan({"-oM", "f", "-oG", "f"}), "error: -oM and -oG both write to 'f'; give each a place of its own");
  EXPECT_EQ(plan({"-o", "f", "-oN", "f"}), "error: -o and -oN both write to 'f'; give each a place of its own");
  EXPECT_EQ(plan({"-oX", "f", "-oJ", "f"}), "error: -oX and -oJ both write to 'f'; give each a place of its own");
}

TEST(ScanReports, ACaptureIsAFileAmongThem) {
  EXPECT_EQ(plan({"--pcap", "c-%Y", "-oX", "x"}), "N:- X:x --pcap:c-2026");
  EXPECT_EQ(plan({"--pcap", "-"}), "--pcap:-");
  EXPECT_EQ(plan({"--pcap", "/dev/stdout"}), "--pcap:-");
  EXPECT_EQ(plan({"--pcap", "f", "-oJ", "f"}), "error: -oJ and --pcap both write to 'f'; give each a place of its own");
  EXPECT_EQ(plan({"--pcap", "-sn"}),
            "error: --pcap: '-sn' looks like an option, not like the name of a file; write --pcap ./-sn if it is one");
}

TEST(ScanReports, WhereEachPacketIsShownThereIsNoLiveLine) {
  ScanOptions options;
  options.packet_trace = true;
  EXPECT_FALSE(wants_live_line(options, Dialect::portolan));
}

TEST(ScanReports, NowhereHoldsAnyNumberOfReports) {
  EXPECT_EQ(plan({"-oX", "/dev/null", "-oJ", "/dev/null", "-oG", "/dev/null"}),
            "N:- X:/dev/null J:/dev/null G:/dev/null");
}

TEST(ScanReports, UnderTheNameNmapTheLastFileOfAFormatCounts) {
  EXPECT_EQ(plan({"-oX", "a", "-oX", "b"}, Dialect::nmap), "N:- X:b");
  EXPECT_EQ(plan({"-oX", "a", "-oX", "b"}), "N:- X:a X:b");
}

TEST(ScanReports, HostsAreInTheFilesOnceTheScanHasCaughtUp) {
  const std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} / fmt::format("reports-{}", ::getpid());
  std::filesystem::create_directory(folder);
  const std::vector<std::string> line{"-v0", "-oA", (folder / "all").string()};
  const auto words = parse_scan_options(line);
  ASSERT_TRUE(words);
  auto reports = ScanReports::open(*words, Dialect::portolan);
  ASSERT_TRUE(reports) << reports.error().message;
  const auto files_with_host = [&] {
    std::ptrdiff_t files = 0;
    for (const report::Format* format : report::formats) {
      if (format->extension.empty()) continue;
      const auto text = os::read_file((folder / "all").string() + std::string{format->extension}, 1 << 20U);
      if (text && text->contains("198.18.0.2")) ++files;
    }
    return files;
  };
  model::HostRecord host;
  host.address = net::IpAddress::v4(0xc6120002);
  host.state = model::HostState::up;
  host.port_scanned = true;
  model::PortRecord open;
  open.port = net::Port{22};
  open.state = model::PortState::open;
  host.ports.push_back(open);
  EXPECT_TRUE((*reports)->sink().on(host));
  EXPECT_EQ(files_with_host(), 0);
  EXPECT_TRUE((*reports)->sink().on(model::CaughtUp{}));
  EXPECT_EQ(files_with_host(), std::ranges::count_if(report::formats, [](const report::Format* format) {
              return !format->extension.empty();
            }));
  std::filesystem::remove_all(folder);
}

TEST(ScanReports, ProgressComesAsOftenAsSomebodyWatches) {
  ScanOptions words;
  EXPECT_EQ(progress_interval(words, false), std::nullopt);
  EXPECT_EQ(progress_interval(words, true), Duration{200ms});
  words.stats_every = 5s;
  EXPECT_EQ(progress_interval(words, false), Duration{5s});
  EXPECT_EQ(progress_interval(words, true), Duration{200ms});
}

}  // namespace
}  // namespace portolan::cli
