#include "report/scan/normal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

ReportOptions nmap_options(Audience audience = Audience::file) {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  options.audience = audience;
  return options;
}
ReportOptions own_options(Audience audience = Audience::file) {
  ReportOptions options;
  options.audience = audience;
  return options;
}

std::string host_text(const model::HostRecord& host, const ReportOptions& options) {
  MemoryOutput output;
  NormalReport report{output, options};
  EXPECT_TRUE(report.on(host));
  return output.text;
}

TEST(NormalReport, NmapsFileFromBeginningToEnd) {
  MemoryOutput output;
  NormalReport report{output, nmap_options()};
  EXPECT_TRUE(report.on(started({"nmap", "-p", "1-100", "-oN", "my file", "alpha.test"})));
  EXPECT_TRUE(report.on(model::TaskBegin{task("tcp-syn", noon())}));
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), open_port(22, "ssh")}));
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(report.on(finished(1, 2)));
  EXPECT_EQ(output.text,
            "# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -p 1-100 -oN \"my file\" alpha.test\n"
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "Not shown: 98 closed tcp ports (reset)\n"
            "PORT   STATE SERVICE\n"
            "22/tcp open  ssh\n"
            "80/tcp open  http\n"
            "MAC Address: 00:1B:21:00:00:02 (Intel Corporate)\n"
            "\n"
            "# Nmap done at Sat Nov 21 10:16:49 2026 -- 2 IP addresses (1 host up) scanned in 4.59 seconds\n");
}

TEST(NormalReport, NmapsTerminalTellsTheStagesUnderVerbose) {
  ReportOptions options = nmap_options(Audience::watcher);
  options.verbosity = 1;
  MemoryOutput output;
  NormalReport report{output, options};
  EXPECT_TRUE(report.on(started({"nmap"})));
  EXPECT_TRUE(report.on(model::TaskBegin{task("tcp-syn", noon(), 4)}));
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), open_port(22, "ssh")}));
  EXPECT_TRUE(report.on(remark("told on standard error")));
  EXPECT_TRUE(report.on(model::TaskEnd{task("tcp-syn", noon(1220ms), 4)}));
  EXPECT_TRUE(report.on(silent_host("198.18.0.9")));
  EXPECT_TRUE(report.on(finished(0, 1)));
  EXPECT_EQ(output.text,
            "Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-21 10:16 UTC\n"
            "Initiating SYN Stealth Scan at 10:16\n"
            "Scanning 198.18.0.2 [4 ports]\n"
            "Discovered open port 22/tcp on 198.18.0.2\n"
            "Completed SYN Stealth Scan at 10:16, 1.22s elapsed (4 total ports)\n"
            "Nmap scan report for 198.18.0.9 [host down]\n"
            "Note: Host seems down. If it is really up, but blocking our ping probes, try -Pn\n"
            "Nmap done: 1 IP address (0 hosts up) scanned in 4.59 seconds\n");
}

TEST(NormalReport, AScanOfProtocolsSpeaksOfProtocols) {
  ReportOptions options = own_options(Audience::watcher);
  options.verbosity = 1;
  MemoryOutput output;
  NormalReport report{output, options};
  model::ScanStarted begun = started({"portolan", "scan"});
  begun.scans = {{.type = "ipproto", .protocol = net::Protocol::ip, .ports = {}}};
  EXPECT_TRUE(report.on(begun));
  EXPECT_TRUE(report.on(model::TaskBegin{task("ip-protocol", noon(), 4)}));
  model::PortRecord icmp = open_port(1, "icmp");
  icmp.protocol = net::Protocol::ip;
  EXPECT_TRUE(report.on(model::OpenPort{address("198.18.0.2"), icmp}));
  model::ScanFinished end = finished(1, 1);
  end.loss = {.asked = 4, .lost = 0};
  end.expected_missed_open = 0;
  EXPECT_TRUE(report.on(end));
  EXPECT_THAT(output.text, ::testing::HasSubstr("Scanning 198.18.0.2 [4 protocols]\n"
                                                "Discovered open protocol 1 on 198.18.0.2\n"));
  EXPECT_THAT(output.text, ::testing::HasSubstr("fewer than 0.01 open protocols are expected to have been missed."));
}

TEST(NormalReport, PortolanSpeaksUnderItsOwnName) {
  MemoryOutput output;
  NormalReport report{output, own_options(Audience::watcher)};
  EXPECT_TRUE(report.on(started({"portolan"})));
  model::HostRecord host = host_on_link();
  host.remarks = {remark("Its resets are rate limited.")};
  EXPECT_TRUE(report.on(host));
  model::ScanFinished finish = finished(1, 1);
  finish.loss = {.asked = 500, .lost = 9};
  finish.expected_missed_open = 0.021;
  EXPECT_TRUE(report.on(finish));
  EXPECT_EQ(output.text,
            "Starting portolan 0.1.0 at 2026-11-21 10:16 UTC\n"
            "portolan scan report for alpha.test (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "Not shown: 98 closed tcp ports (reset)\n"
            "PORT   STATE SERVICE\n"
            "22/tcp open  ssh\n"
            "80/tcp open  http\n"
            "MAC Address: 00:1B:21:00:00:02 (Intel Corporate)\n"
            "Note: Its resets are rate limited.\n"
            "\n"
            "Portolan done: 1 IP address (1 host up) scanned in 4.59 seconds\n"
            "Measured loss: 1.8% (9 of 500 loss probes unanswered); about 0.021 open ports are expected to have "
            "been missed.\n");
}

TEST(NormalReport, ThatLossWasNotMeasuredIsSaidWhereSomethingMayHaveBeenMissed) {
  const auto says = [](model::Reason unlisted, int verbosity, Audience audience) {
    MemoryOutput output;
    ReportOptions options = own_options(audience);
    options.verbosity = verbosity;
    NormalReport report{output, options};
    EXPECT_TRUE(report.on(started({"portolan"})));
    model::HostRecord host = host_on_link();
    host.extra[0].reasons[0].reason = unlisted;
    EXPECT_TRUE(report.on(host));
    EXPECT_TRUE(report.on(finished(1, 1)));
    return output.text.find("Loss was not measured") != std::string::npos;
  };
  for (const Audience audience : {Audience::watcher, Audience::file}) {
    EXPECT_FALSE(says(model::Reason::reset, 0, audience)) << "every port answered";
    EXPECT_TRUE(says(model::Reason::no_response, 0, audience));
    EXPECT_TRUE(says(model::Reason::reset, 1, audience));
  }
}

TEST(NormalReport, TheLastLineOfAFileSaysHowItEnded) {
  const auto last_line = [](const model::ScanFinished& finish, const ReportOptions& options) {
    MemoryOutput output;
    NormalReport report{output, options};
    EXPECT_TRUE(report.on(finish));
    return output.text;
  };
  model::ScanFinished finish = finished(1, 2);
  EXPECT_EQ(last_line(finish, own_options()),
            "# portolan done at Sat Nov 21 10:16:49 2026 -- 2 IP addresses (1 host up) scanned in 4.59 seconds\n");
  finish.interrupted = true;
  EXPECT_EQ(last_line(finish, nmap_options()),
            "# Nmap scan interrupted at Sat Nov 21 10:16:49 2026 -- 2 IP addresses (1 host up) scanned in 4.59 "
            "seconds\n");
  finish.success = false;
  finish.error = "the link went\naway";
  EXPECT_EQ(last_line(finish, own_options()),
            "# portolan scan failed at Sat Nov 21 10:16:49 2026: the link went\\x0Aaway\n");
}

// How a scan is done is told to those who ask for more (-v), wherever they read.
TEST(NormalReport, TellsWhatTheKernelSendsOnlyToThoseWhoAskForMore) {
  const model::Remark by_kernel{model::RemarkCode::sent_by_kernel, {"filter", "198.18.0.9"}};
  for (const Audience audience : {Audience::watcher, Audience::file}) {
    for (const int verbosity : {0, 1}) {
      MemoryOutput output;
      ReportOptions options = own_options(audience);
      options.verbosity = verbosity;
      NormalReport report{output, options};
      EXPECT_TRUE(report.on(by_kernel));
      EXPECT_EQ(output.text.contains("kernel's IP layer"), verbosity > 0);
    }
  }
}

TEST(NormalReport, AFileHoldsTheWarnings) {
  MemoryOutput output;
  NormalReport report{output, nmap_options()};
  EXPECT_TRUE(report.on(remark("Failed to resolve \"nosuch.invalid\".")));
  EXPECT_EQ(output.text, "Failed to resolve \"nosuch.invalid\".\n");
}

TEST(NormalReport, WithoutIgnoredPortsAnEmptyLineStandsBeforeTheTable) {
  model::HostRecord host = host_on_link();
  host.mac.reset();
  host.names.clear();
  host.extra.clear();
  host.ports = {open_port(7, ""), closed_port(100, "newacct"), silent_port(8080, "http-proxy")};
  EXPECT_EQ(host_text(host, nmap_options()),
            "Nmap scan report for 198.18.0.2\n"
            "Host is up (0.0000050s latency).\n"
            "\n"
            "PORT     STATE    SERVICE\n"
            "7/tcp    open     unknown\n"
            "100/tcp  closed   newacct\n"
            "8080/tcp filtered http-proxy\n"
            "\n");
}

TEST(NormalReport, IpProtocolsAreNumbersUnderAHeadOfTheirOwn) {
  model::HostRecord host = host_of_protocols();
  ReportOptions options = nmap_options();
  options.reason = true;
  EXPECT_EQ(host_text(host, options),
            "Nmap scan report for 198.18.0.2\n"
            "Host is up, received echo-reply.\n"
            "Not shown: 253 closed n/a protocols (proto-unreach)\n"
            "PROTOCOL STATE         SERVICE REASON\n"
            "1        open          icmp    echo-reply ttl 64\n"
            "107      open|filtered a/n     no-response ttl 64\n"
            "\n");
  options.dialect = Dialect::portolan;
  EXPECT_THAT(host_text(host, options), ::testing::HasSubstr("Not shown: 253 closed ip protocols (proto-unreach)\n"));
}

TEST(NormalReport, ReasonsStandInAColumnOfTheirOwn) {
  model::HostRecord host = host_on_link();
  host.extra.clear();
  host.ports = {open_port(22, "ssh"), silent_port(1000, "cadlock"),
                port(1001, model::PortState::filtered, model::Reason::host_unreach, "", 63)};
  host.ports.back().reason_address = address("198.18.0.1");
  ReportOptions options = nmap_options();
  options.reason = true;
  EXPECT_EQ(host_text(host, options),
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up, received arp-response (0.0000050s latency).\n"
            "\n"
            "PORT     STATE    SERVICE REASON\n"
            "22/tcp   open     ssh     syn-ack ttl 64\n"
            "1000/tcp filtered cadlock no-response\n"
            "1001/tcp filtered unknown host-unreach from 198.18.0.1 ttl 63\n"
            "MAC Address: 00:1B:21:00:00:02 (Intel Corporate)\n"
            "\n");
}

TEST(NormalReport, VeryVerboseTellsReasonsAndWhen) {
  model::HostRecord host = host_on_link();
  host.vendor.clear();
  ReportOptions options = nmap_options();
  options.verbosity = 2;
  EXPECT_EQ(host_text(host, options),
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up, received arp-response (0.0000050s latency).\n"
            "Scanned at 2026-11-21 10:16:45 UTC for 2s\n"
            "Not shown: 98 closed tcp ports (reset)\n"
            "PORT   STATE SERVICE REASON\n"
            "22/tcp open  ssh     syn-ack ttl 64\n"
            "80/tcp open  http    syn-ack ttl 64\n"
            "MAC Address: 00:1B:21:00:00:02 (Unknown)\n"
            "\n");
}

TEST(NormalReport, IgnoredPortsAreCountedByReason) {
  model::HostRecord host = host_on_link();
  host.mac.reset();
  host.ports.clear();
  host.extra[0].reasons[0].count = 97;
  host.extra.push_back(extra(model::PortState::filtered, model::Reason::no_response, ports({range(200, 201)})));
  host.extra[1].count = 3;
  host.extra[1].reasons.push_back({.reason = model::Reason::host_unreach,
                                   .protocol = net::Protocol::tcp,
                                   .count = 1,
                                   .ports = ports({range(203, 203)})});
  host.extra[0].count = 1;
  EXPECT_EQ(host_text(host, nmap_options()),
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "All 4 scanned ports on alpha.test (198.18.0.2) are in ignored states.\n"
            "Not shown: 97 closed tcp port (reset), 2 filtered tcp ports (no-response), 1 filtered tcp ports "
            "(host-unreach)\n"
            "\n");
}

TEST(NormalReport, NamesAndOtherAddresses) {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.names = {{"alpha.test", model::HostName::Kind::user}, {"ptr.test", model::HostName::Kind::ptr}};
  host.other_addresses = {address("2001:db8::2"), address("198.18.0.3")};
  EXPECT_EQ(host_text(host, nmap_options()),
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up.\n"
            "Other addresses for alpha.test (not scanned): 2001:db8::2 198.18.0.3\n"
            "rDNS record for 198.18.0.2: ptr.test\n");
}

TEST(NormalReport, ListedHostsAreNeitherUpNorDown) {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.names = {{"ptr.test", model::HostName::Kind::ptr}};
  EXPECT_EQ(host_text(host, own_options()), "portolan scan report for ptr.test (198.18.0.2)\n");
}

TEST(NormalReport, DownHostsAreToldOnlyUnderVerbose) {
  ReportOptions options = nmap_options();
  EXPECT_EQ(host_text(silent_host("198.18.0.9"), options), "");
  options.verbosity = 1;
  EXPECT_EQ(host_text(silent_host("198.18.0.9"), options), "Nmap scan report for 198.18.0.9 [host down]\n");
  options.verbosity = 2;
  EXPECT_EQ(host_text(silent_host("198.18.0.9"), options),
            "Nmap scan report for 198.18.0.9 [host down, received no-response]\n");
  options.open_only = true;
  EXPECT_EQ(host_text(silent_host("198.18.0.9"), options), "");
}

TEST(NormalReport, AHostGivenUpIsSkippedByNmapAndShownAsIncompleteByPortolan) {
  model::HostRecord host = host_on_link();
  host.timed_out = true;
  host.port_scanned = false;  // as the engine says it
  EXPECT_EQ(host_text(host, nmap_options()),
            "Nmap scan report for alpha.test (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "Skipping host alpha.test (198.18.0.2) due to host timeout\n");
  EXPECT_EQ(host_text(host, own_options()),
            "portolan scan report for alpha.test (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "This host was given up after its time limit; what is listed is incomplete.\n"
            "Not shown: 98 closed tcp ports (reset)\n"
            "PORT   STATE SERVICE\n"
            "22/tcp open  ssh\n"
            "80/tcp open  http\n"
            "MAC Address: 00:1B:21:00:00:02 (Intel Corporate)\n"
            "\n");
  host.ports.clear();
  host.extra.clear();
  EXPECT_NE(host_text(host, own_options()).find("given up"), std::string::npos);
}

TEST(NormalReport, AnInterruptedHostIsNotTakenForWhole) {
  model::HostRecord host = host_on_link();
  host.interrupted = true;
  EXPECT_NE(host_text(host, nmap_options()).find("stopped early; what is listed is incomplete.\n\n"),
            std::string::npos);
}

TEST(NormalReport, HostileNamesStayInert) {
  model::HostRecord host = host_on_link();
  host.names = {{"a\x1b]0;x\x07\nfake", model::HostName::Kind::ptr}};
  host.vendor =
      "\x9b"
      "2J";
  host.ports = {open_port(22, "s\tsh")};
  EXPECT_EQ(host_text(host, nmap_options()),
            "Nmap scan report for a\\x1B]0;x\\x07\\x0Afake (198.18.0.2)\n"
            "Host is up (0.0000050s latency).\n"
            "Not shown: 98 closed tcp ports (reset)\n"
            "PORT   STATE SERVICE\n"
            "22/tcp open  s\\x09sh\n"
            "MAC Address: 00:1B:21:00:00:02 (\\x9B2J)\n"
            "\n");
}

TEST(NormalReport, ColorIsOnTheStatesAndKeepsTheColumns) {
  model::HostRecord host = host_on_link();
  host.mac.reset();
  host.extra.clear();
  host.ports = {open_port(22, "ssh"), closed_port(23, "telnet"), silent_port(24, "")};
  ReportOptions options = nmap_options(Audience::watcher);
  options.color = true;
  EXPECT_NE(host_text(host, options)
                .find("22/tcp \x1b[32mopen\x1b[0m     ssh\n"
                      "23/tcp \x1b[31mclosed\x1b[0m   telnet\n"
                      "24/tcp \x1b[33mfiltered\x1b[0m unknown\n"),
            std::string::npos);
}

TEST(NormalReport, AZoneIsTheNameOfItsInterfaceWhereverAnAddressIsShown) {
  model::HostRecord host = host_on_link();
  host.address = address("fe80::1%3");
  host.names.push_back({"ptr.test", model::HostName::Kind::ptr});
  host.other_addresses = {address("fe80::2%4"), address("fe80::3%5")};
  host.ports = {port(80, model::PortState::filtered, model::Reason::host_unreach, "http", 63)};
  host.ports.back().reason_address = address("fe80::9%3");
  ReportOptions options = own_options();
  options.reason = true;
  options.zone_name = [](std::uint32_t index) -> std::string {
    if (index == 3) return "eth0";
    return index == 4 ? "e\x1b[1m" : "";
  };
  const std::string text = host_text(host, options);
  EXPECT_NE(text.find("portolan scan report for alpha.test (fe80::1%eth0)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("(not scanned): fe80::2%e\\x1B[1m fe80::3%5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("rDNS record for fe80::1%eth0: ptr.test\n"), std::string::npos) << text;
  EXPECT_NE(text.find("host-unreach from fe80::9%eth0 ttl 63\n"), std::string::npos) << text;
  options.dialect = Dialect::nmap;
  EXPECT_EQ(host_text(host, options).find('%'), std::string::npos);
}

TEST(NormalReport, AnOpenPortOfALinkLocalHostIsDiscoveredOnItsInterface) {
  ReportOptions options = own_options();
  options.audience = Audience::watcher;
  options.verbosity = 1;
  options.zone_name = [](std::uint32_t) -> std::string { return "eth0"; };
  MemoryOutput output;
  NormalReport report{output, options};
  EXPECT_TRUE(report.on(model::OpenPort{address("fe80::1%3"), open_port(22, "ssh")}));
  EXPECT_EQ(output.text, "Discovered open port 22/tcp on fe80::1%eth0\n");
}

TEST(NormalReport, AZonedAddressLosesItsZoneUnderNmapsName) {
  model::HostRecord host;
  host.address = address("fe80::1%3");
  host.state = model::HostState::up;
  EXPECT_EQ(host_text(host, nmap_options()), "Nmap scan report for fe80::1\nHost is up.\n");
  EXPECT_EQ(host_text(host, own_options()), "portolan scan report for fe80::1%3\nHost is up.\n");
}

TEST(NormalReport, NoAdviceToTryPnWhereItWasGivenOrNothingWasAsked) {
  const auto told = [](ReportOptions options, bool list_only) {
    MemoryOutput output;
    NormalReport report{output, options};
    model::ScanStarted start = started({"nmap"});
    if (list_only) start.depth = model::ScanDepth::list;
    EXPECT_TRUE(report.on(start));
    EXPECT_TRUE(report.on(finished(0, 1)));
    return output.text.find("seems down") != std::string::npos;
  };
  ReportOptions options = nmap_options(Audience::watcher);
  EXPECT_TRUE(told(options, false));
  EXPECT_FALSE(told(options, true));
  options.discovery_skipped = true;
  EXPECT_FALSE(told(options, false));
}

TEST(NormalReport, AFullDiskIsAnError) {
  MemoryOutput output;
  output.full = true;
  NormalReport report{output, nmap_options()};
  const Result<void> outcome = report.on(host_on_link());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::io);
}

TEST(NormalReport, NoAdviceToTryPnBehindANoteOfTheHost) {
  for (const bool noted : {false, true}) {
    MemoryOutput output;
    ReportOptions options = own_options();
    options.audience = Audience::watcher;
    NormalReport report{output, options};
    EXPECT_TRUE(report.on(started({"portolan"})));
    model::HostRecord host = silent_host("198.18.0.9");
    if (noted) host.remarks = {remark("there is no way to this host")};
    EXPECT_TRUE(report.on(host));
    EXPECT_TRUE(report.on(finished(0, 1)));
    EXPECT_EQ(output.text.find("seems down") != std::string::npos, !noted) << output.text;
  }
}

}  // namespace
}  // namespace portolan::report
