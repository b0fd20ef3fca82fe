#include "report/resume/told.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "report/resume/rest_of_report.h"
#include "report/scan/registry.h"
#include "report/scan/wording.h"
#include "tests/report/records.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace testing;
using Words = std::vector<std::string>;

const std::array told_formats{&normal_format, &xml_format, &grepable_format, &ndjson_format};

std::uint32_t zone_of(std::string_view interface) { return interface == "eth0" ? 7 : 0; }
std::string name_of_zone(std::uint32_t index) { return index == 7 ? "eth0" : ""; }

ReportOptions options_for(Dialect dialect, int verbosity) {
  ReportOptions options;
  options.dialect = dialect;
  options.verbosity = verbosity;
  options.zone_name = name_of_zone;
  return options;
}

// As many kinds of host as reports have forms for.
std::vector<model::HostRecord> some_hosts() {
  std::vector<model::HostRecord> hosts{host_on_link(), silent_host("198.18.0.3"), host_on_link(), host_on_link(),
                                       host_on_link()};
  hosts[0].names.push_back({"odd (name) [host down", model::HostName::Kind::ptr});
  hosts[2].address = address("2001:db8::4");
  hosts[2].extra.clear();  // a blank line stands above such a table
  hosts[3].address = address("198.18.0.5");
  hosts[3].ports = {closed_port(22, "ssh")};
  hosts[3].names.clear();
  hosts[4].address = address("198.18.0.6");
  hosts[4].timed_out = true;
  hosts[4].names = {{"Nmap scan report for 198.18.0.9", model::HostName::Kind::user}};
  for (std::size_t i = 0; i < hosts.size(); ++i) hosts[i].position = i;
  return hosts;
}

struct Written {
  std::string text;
  std::vector<std::size_t> ends;  // of each host
};

const Words usual{"portolan", "scan", "-oA", "a b", "198.18.0.0/29"};

Written write(const Format& format, const ReportOptions& options, const Words& arguments, const model::Event* end) {
  MemoryOutput output;
  const auto report = format.make(output, options);
  EXPECT_TRUE(report->on(started(arguments)));
  EXPECT_TRUE(report->on(model::TaskBegin{task("tcp-syn", noon(), 100)}));
  Written written;
  for (const model::HostRecord& host : some_hosts()) {
    for (const model::PortRecord& port : host.ports) {
      if (port.state == model::PortState::open) {
        EXPECT_TRUE(report->on(model::OpenPort{host.address, port}));
      }
    }
    EXPECT_TRUE(report->on(host));
    written.ends.push_back(output.text.size());
  }
  if (end != nullptr) {
    EXPECT_TRUE(report->on(*end));
  }
  written.text = output.text;
  return written;
}

ToldReport read_back(std::string_view text, const Format& format) {
  const auto head = read_head(text, format);
  EXPECT_TRUE(head) << format.name;
  return head ? read_told(text, *head, format, zone_of) : ToldReport{};
}

std::set<std::string> addresses_of(const ToldHosts& hosts) {
  std::set<std::string> addresses;
  for (const auto& [address, host] : hosts) addresses.insert(net::to_string(address));
  return addresses;
}

// Those that stand in a report: hosts that are down come with -v.
std::vector<model::HostRecord> told_hosts(int verbosity) {
  std::vector<model::HostRecord> hosts = some_hosts();
  if (verbosity == 0) std::erase_if(hosts, [](const auto& host) { return host.state == model::HostState::down; });
  return hosts;
}

// Of a text that is cut off behind many of its bytes.
class CutOffSomewhere : public ::testing::TestWithParam<std::tuple<const Format*, Dialect, int>> {
 protected:
  const Format& format = *std::get<0>(GetParam());
  ReportOptions options = options_for(std::get<1>(GetParam()), std::get<2>(GetParam()));
  const model::Event end = finished(4, 5);
  // Reading records takes its time under the sanitizers.
  const std::size_t step = &format == &ndjson_format ? 41 : 5;
};

TEST_P(CutOffSomewhere, OnlyHostsThatAreWhollyThereCount) {
  const Written written = write(format, options, usual, &end);
  const auto hosts = some_hosts();
  for (std::size_t size = 0; size <= written.text.size(); size += step) {
    const std::string_view text = std::string_view{written.text}.substr(0, size);
    const auto head = read_head(text, format);
    if (!head) continue;
    EXPECT_EQ(head->arguments, usual);
    const ToldReport told = read_told(text, *head, format, zone_of);
    EXPECT_LE(told.keep, size);
    std::set<std::string> may;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      // An element is whole without the line feed behind it.
      const std::size_t end_of_host = written.ends[i] - (&format == &xml_format ? 1 : 0);
      if (end_of_host <= size) may.insert(net::to_string(hosts[i].address));
    }
    for (const std::string& address : addresses_of(told.hosts)) EXPECT_TRUE(may.contains(address)) << address << text;
    // The last one may be asked again where lines do not show that it is complete, no other but those that are down.
    const std::size_t silent = options.verbosity == 0 && may.contains("198.18.0.3") ? 1 : 0;
    EXPECT_GE(told.hosts.size() + 1 + silent, may.size()) << text;
  }
}

// What stays and the rest together are the report of one scan, whose end counts all of it.
TEST_P(CutOffSomewhere, WithItsRestItIsWhole) {
  const Written written = write(format, options, usual, nullptr);
  ReportOptions rest_options = options;
  rest_options.resumed = true;
  for (std::size_t size = 0; size <= written.text.size(); size += step) {
    const std::string_view text = std::string_view{written.text}.substr(0, size);
    const auto head = read_head(text, format);
    if (!head) continue;
    const ToldReport told = read_told(text, *head, format, zone_of);
    MemoryOutput output;
    output.text = text.substr(0, told.keep);
    RestOfReport rest{format.make(output, rest_options), told.hosts};
    EXPECT_TRUE(rest.on(started({"portolan", "scan", "--resume", "x"})));
    std::size_t up = 0;
    std::size_t asked = 0;
    for (const model::HostRecord& host : some_hosts()) {
      // Another report of the same scan did not have the first one.
      if (told.hosts.contains(host.address) && asked > 0) continue;
      ++asked;
      up += host.state == model::HostState::up ? 1 : 0;
      EXPECT_TRUE(rest.on(host));
    }
    EXPECT_TRUE(rest.on(finished(up, asked)));
    const ToldReport whole = read_back(output.text, format);
    EXPECT_TRUE(whole.is_done) << output.text;
    EXPECT_EQ(whole.hosts.size(), told_hosts(options.verbosity).size()) << output.text;
    EXPECT_EQ(read_head(output.text, format)->arguments, usual);
    if (&format == &xml_format) {
      EXPECT_TRUE(output.text.contains(R"(<hosts up="4" down="1" total="5"/>)")) << output.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, CutOffSomewhere,
                         ::testing::Combine(::testing::ValuesIn(told_formats),
                                            ::testing::Values(Dialect::portolan, Dialect::nmap),
                                            ::testing::Values(0, 1)));

TEST(RestOfReport, XmlIsValidWhereverItWasCutOff) {
  const std::string dtd = "/usr/share/nmap/nmap.dtd";
  if (!has_program("xmllint") || !std::filesystem::exists(dtd)) GTEST_SKIP() << "xmllint or nmap.dtd is not installed";
  const Written written = write(xml_format, options_for(Dialect::portolan, 1), usual, nullptr);
  const Folder folder;
  std::string files;
  for (std::size_t size = 0; size <= written.text.size(); size += 41) {
    const auto head = read_head(written.text.substr(0, size), xml_format);
    if (!head) continue;
    const ToldReport told = read_told(written.text.substr(0, size), *head, xml_format, zone_of);
    ReportOptions options = options_for(Dialect::portolan, 1);
    options.resumed = true;
    MemoryOutput output;
    output.text = written.text.substr(0, told.keep);
    RestOfReport rest{xml_format.make(output, options), told.hosts};
    EXPECT_TRUE(rest.on(started(usual)));
    EXPECT_TRUE(rest.on(host_on_link()));
    EXPECT_TRUE(rest.on(finished(1, 1)));
    files += " " + folder.write(fmt::format("{}.xml", size), output.text);
  }
  const Outcome outcome = run("xmllint --noout --dtdvalid " + dtd + files);
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(Told, StatesAndOpenPortsAreRemembered) {
  const model::Event end = finished(4, 5);
  for (const Format* format : told_formats) {
    const Written written = write(*format, options_for(Dialect::portolan, 1), usual, &end);
    const ToldReport told = read_back(written.text, *format);
    EXPECT_TRUE(told.is_done);
    ASSERT_EQ(told.hosts.size(), 5U) << format->name;
    using enum model::HostState;
    EXPECT_EQ(told.hosts.at(address("198.18.0.2")), (ToldHost{up, true})) << format->name;
    EXPECT_EQ(told.hosts.at(address("198.18.0.3")), (ToldHost{down, false})) << format->name;
    EXPECT_EQ(told.hosts.at(address("2001:db8::4")), (ToldHost{up, true})) << format->name;
    EXPECT_EQ(told.hosts.at(address("198.18.0.5")), (ToldHost{up, false})) << format->name;
  }
}

TEST(Told, WhatFollowsTheEndCountsNoMore) {
  const model::Event end = finished(4, 5);
  for (const Format* format : told_formats) {
    const std::string text = write(*format, options_for(Dialect::portolan, 0), usual, &end).text;
    const std::size_t hosts = read_head(text, *format)->begin;
    const ToldReport told = read_back(text, *format);
    const ToldReport longer = read_back(text + text.substr(text.find('\n', hosts) + 1), *format);
    EXPECT_TRUE(longer.is_done) << format->name;
    EXPECT_EQ(longer.keep, told.keep) << format->name;
    EXPECT_EQ(longer.hosts, told.hosts) << format->name;
  }
}

// A signal closes the documents, and some hosts stand there half.
TEST(Told, NothingCountsFromTheFirstHostOnThatWasStopped) {
  for (const Format* format : told_formats) {
    for (const Dialect dialect : {Dialect::portolan, Dialect::nmap}) {
      MemoryOutput output;
      const auto report = format->make(output, options_for(dialect, 0));
      EXPECT_TRUE(report->on(started(usual)));
      EXPECT_TRUE(report->on(host_on_link()));
      const std::size_t whole = output.text.size();
      model::HostRecord stopped = host_on_link();
      stopped.address = address("198.18.0.3");
      stopped.ports.clear();
      stopped.interrupted = true;
      EXPECT_TRUE(report->on(stopped));
      model::HostRecord behind = host_on_link();
      behind.address = address("198.18.0.4");
      EXPECT_TRUE(report->on(behind));
      model::ScanFinished end = finished(3, 3);
      end.interrupted = true;
      EXPECT_TRUE(report->on(end));
      const ToldReport told = read_back(output.text, *format);
      EXPECT_FALSE(told.is_done);
      EXPECT_EQ(addresses_of(told.hosts), std::set<std::string>{"198.18.0.2"}) << output.text;
      EXPECT_EQ(told.keep, whole) << format->name;
    }
  }
}

TEST(Told, AScanThatFailedOnlyAtItsEndIsDone) {
  for (const Format* format : told_formats) {
    for (const auto& [why, is_done] :
         {std::pair{"not everything is known: 1 host was given up", true}, std::pair{"the interface is gone", false}}) {
      model::ScanFinished failed = finished(4, 5);
      model::fail_with(failed, {Errc::limit, why});
      const model::Event end = failed;
      const Written written = write(*format, options_for(Dialect::portolan, 0), usual, &end);
      EXPECT_EQ(read_back(written.text, *format).is_done, is_done) << format->name << why;
    }
  }
}

TEST(Told, ALinkLocalAddressCountsWithItsLinkOnly) {
  const auto told_by = [](const Format& format) {
    MemoryOutput output;
    const auto report = format.make(output, options_for(Dialect::portolan, 0));
    EXPECT_TRUE(report->on(started(usual)));
    model::HostRecord host = host_on_link();
    host.address = address("fe80::1%7");
    EXPECT_TRUE(report->on(host));
    EXPECT_TRUE(report->on(finished(1, 1)));
    return addresses_of(read_back(output.text, format).hosts);
  };
  EXPECT_EQ(told_by(normal_format), std::set<std::string>{"fe80::1%7"});
  EXPECT_EQ(told_by(ndjson_format), std::set<std::string>{"fe80::1%7"});
  EXPECT_EQ(told_by(xml_format), std::set<std::string>{});
  EXPECT_EQ(told_by(grepable_format), std::set<std::string>{});
}

TEST(Told, OfSeveralAppendedReportsTheLastOneCounts) {
  const model::Event end = finished(4, 5);
  for (const Format* format : told_formats) {
    const ReportOptions options = options_for(Dialect::portolan, 0);
    const std::string first = write(*format, options, {"portolan", "scan", "-sT", "x"}, &end).text;
    MemoryOutput output;
    EXPECT_TRUE(format->make(output, options)->on(started(usual)));
    const std::string text = first + output.text;
    EXPECT_EQ(read_head(text, *format)->arguments, usual) << format->name;
    const ToldReport told = read_back(text, *format);
    EXPECT_TRUE(told.hosts.empty()) << format->name;
    EXPECT_EQ(told.keep, text.size()) << format->name;
    EXPECT_FALSE(told.is_done);
  }
}

TEST(Told, FormatsAreKnownByWhatTheyHold) {
  using Formats = std::vector<const Format*>;
  for (const Format* format : told_formats) {
    const std::string text = write(*format, options_for(Dialect::portolan, 0), usual, nullptr).text;
    EXPECT_EQ(formats_of(text), Formats{format});
  }
  EXPECT_EQ(formats_of("# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -oG x y\n"),
            (Formats{&normal_format, &grepable_format}));
  EXPECT_EQ(formats_of(""), Formats{});
  EXPECT_EQ(formats_of("root:x:0:0:root:/root:/bin/bash\n"), Formats{});
  EXPECT_EQ(formats_of("# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -oG"), Formats{});
}

TEST(Told, WhatHasNoWholeHeadIsRefused) {
  EXPECT_EQ(read_head("<?xml version=\"1.0\"?><html></html>", xml_format).error().message,
            "it does not begin as the report of a scan does");
  EXPECT_EQ(read_head("<?xml version=\"1.0\"?><nmaprun args=\"nmap x\">\n<verbose", xml_format).error().message,
            "it was cut off before the scan began");
  EXPECT_FALSE(read_head("{\"record\":\"start\",\"schema\":\"portolan-who/1\"}\n", ndjson_format));
  EXPECT_FALSE(read_head("{\"record\":\"start\"", ndjson_format));
}

TEST(Told, ACommandLineReadsBackAsItWasTyped) {
  const std::vector<Words> lines{
      {"portolan", "scan", "a b", "c\"d", "e\\f", "\\x41", "\\\\u{41}", "$(id)", "`id`;"},
      {"nmap", "new\nline", "tab\there", "\x1b[31m", "\xff", "\u202e", "*", "'", "--", "&amp;"}};
  for (const Words& line : lines) {
    for (const Format* format : told_formats) {
      MemoryOutput output;
      EXPECT_TRUE(format->make(output, options_for(Dialect::portolan, 0))->on(started(line)));
      Words expected = line;
      if (format == &ndjson_format) std::ranges::replace(expected, std::string{"\xff"}, std::string{"\xef\xbf\xbd"});
      EXPECT_EQ(read_head(output.text, *format)->arguments, expected) << format->name << output.text;
    }
  }
}

TEST(Told, AListOfOpenPortsCountsAllHostsButTheLast) {
  MemoryOutput output;
  const auto report = open_list_format.make(output, options_for(Dialect::portolan, 0));
  for (const model::HostRecord& host : some_hosts()) EXPECT_TRUE(report->on(host));
  const auto told = read_open_list(output.text + "198.18.0.6\ttc", zone_of);
  ASSERT_TRUE(told);
  EXPECT_EQ(addresses_of(told->hosts), (std::set<std::string>{"198.18.0.2", "2001:db8::4"}));
  EXPECT_EQ(told->keep, output.text.find("198.18.0.6"));
  EXPECT_TRUE(told->hosts.at(address("198.18.0.2")).has_open);
  EXPECT_FALSE(read_open_list("root:x:0:0\n", zone_of));
  EXPECT_FALSE(read_open_list("198.18.0.2\ttcp\n", zone_of));
}

// As nmap 7.93 wrote them when it was killed.
TEST(Told, ReportsOfNmapAreReadAsWell) {
  const std::string lines =
      "# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -n -p 22,80 -oN x 198.18.0.2-4\n"
      "Nmap scan report for 198.18.0.2\nHost is up (0.00010s latency).\n\nPORT   STATE  SERVICE\n22/tcp open   ssh\n"
      "80/tcp closed http\n\nNmap scan report for 198.18.0.3\nHost is up (0.00";
  const ToldReport text = read_back(lines, normal_format);
  EXPECT_EQ(addresses_of(text.hosts), std::set<std::string>{"198.18.0.2"});
  EXPECT_EQ(text.keep, lines.find("Nmap scan report for 198.18.0.3"));
  const std::string document =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n"
      "<?xml-stylesheet href=\"file:///usr/bin/../share/nmap/nmap.xsl\" type=\"text/xsl\"?>\n"
      "<!-- Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -n -oX x 198.18.0.2-4 -->\n"
      "<nmaprun scanner=\"nmap\" args=\"nmap -n -oX &quot;a b&quot; 198.18.0.2-4\" start=\"1795256204\">\n"
      "<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"2\" services=\"22,80\"/>\n<verbose level=\"0\"/>\n"
      "<debugging level=\"0\"/>\n<hosthint><status state=\"up\" reason=\"arp-response\" reason_ttl=\"0\"/>\n"
      "<address addr=\"198.18.0.3\" addrtype=\"ipv4\"/>\n<hostnames>\n</hostnames>\n</hosthint>\n"
      "<host starttime=\"1\" endtime=\"2\"><status state=\"up\" reason=\"arp-response\" reason_ttl=\"0\"/>\n"
      "<address addr=\"198.18.0.2\" addrtype=\"ipv4\"/>\n<address addr=\"02:00:00:00:00:02\" addrtype=\"mac\"/>\n"
      "<ports><port protocol=\"tcp\" portid=\"22\"><state state=\"open\" reason=\"syn-ack\"/></port>\n</ports>\n"
      "</host>\n<host starttime=\"1\" endtime=\"2\"><status state=\"up\" reason=\"arp-response\"/>\n"
      "<address addr=\"198.18.0.3\" addrtype=\"ipv4\"/>\n</hos";
  const ToldReport xml = read_back(document, xml_format);
  EXPECT_EQ(addresses_of(xml.hosts), std::set<std::string>{"198.18.0.2"});
  EXPECT_TRUE(xml.hosts.at(address("198.18.0.2")).has_open);
  EXPECT_EQ(document.substr(xml.keep, 6), "<host ");
  EXPECT_EQ(read_head(document, xml_format)->arguments, (Words{"nmap", "-n", "-oX", "a b", "198.18.0.2-4"}));
}

}  // namespace
}  // namespace portolan::report
