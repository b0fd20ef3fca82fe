// What filters the packets to a host, in text and in XML.
#include "report/scan/filter_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "report/scan/xml.h"
#include "tests/report/records.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

net::PortSet ports(const char* text) { return net::parse_port_set(text).value(); }

model::HostRecord host_refused_at(const char* which) {
  model::HostRecord host;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{80, 81, 113}) {
    model::PortRecord record;
    record.port = net::Port{port};
    record.state = port == 80 ? model::PortState::open : model::PortState::closed;
    host.ports.push_back(record);
  }
  model::FilterReading reading;
  reading.kind = "refused";
  reading.ports = ports(which);
  reading.hops_before = 1;
  reading.sentence = "Packets are refused";
  reading.evidence = {"one & only", "another"};
  host.filter.emplace().readings.push_back(reading);
  return host;
}

TEST(FilterText, NothingWasAskedNothingIsSaid) {
  EXPECT_TRUE(filter_lines({}, Dialect::portolan).empty());
  EXPECT_EQ(filter_elements({}), "");
  EXPECT_EQ(filter_note({}, {}), "");
}

TEST(FilterText, SentencesHaveTheirEvidence) {
  const auto host = host_refused_at("113");
  EXPECT_EQ(filter_lines(host, Dialect::portolan), (Lines{"Filter:", "  Packets are refused: one & only; another"}));
  EXPECT_EQ(
      filter_lines(host, Dialect::nmap),
      (Lines{"", "Host script results:", "| portolan-firewall:", "|_  Packets are refused: one & only; another"}));
}

TEST(FilterText, ThatNoneWasSeenIsSaidToo) {
  model::HostRecord host;
  host.filter.emplace();
  EXPECT_THAT(filter_lines(host, Dialect::portolan).at(1), HasSubstr("None was seen"));
}

TEST(FilterText, BelowAPortStandsOnlyWhatDiffers) {
  const auto host = host_refused_at("113");
  EXPECT_EQ(filter_note(host, host.ports[2]), "refused by a filter, not by the port, 1 hop before the host");
  EXPECT_EQ(filter_note(host, host.ports[1]), "");
  EXPECT_EQ(filter_note(host, host.ports[0]), "");
  const auto all = host_refused_at("81,113");
  EXPECT_EQ(filter_note(all, all.ports[2]), "");
}

TEST(FilterText, XmlTellsItAsAHostScript) {
  const std::string text = filter_elements(host_refused_at("113"));
  EXPECT_THAT(text, HasSubstr("<hostscript><script id=\"portolan-firewall\" output=\"&#10;  Packets are refused: one "
                              "&amp; only; another\"><table>\n<elem key=\"kind\">refused</elem>"));
  EXPECT_THAT(text, HasSubstr("<elem key=\"ports\">113</elem>\n<elem key=\"hops_before\">1</elem>"));
  EXPECT_THAT(text, HasSubstr("<table key=\"evidence\">\n<elem>one &amp; only</elem>\n<elem>another</elem>\n</table>"));
}

// ---- other people's programs -------------------------------------------------------------------------

std::string document() {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(started({"nmap", "-A"})));
  model::HostRecord host = host_on_link();
  host.filter = host_refused_at("113").filter;
  EXPECT_TRUE(report.on(host));
  EXPECT_TRUE(report.on(finished(1, 1)));
  return output.text;
}

TEST(FilterText, IsValidByNmapsDtd) {
  const std::string dtd = "/usr/share/nmap/nmap.dtd";
  if (!has_program("xmllint") || !std::filesystem::exists(dtd)) GTEST_SKIP() << "xmllint or nmap.dtd is not installed";
  const Folder folder;
  const Outcome outcome = run("xmllint --noout --dtdvalid " + dtd + " " + folder.write("report.xml", document()));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(FilterText, NmapsStylesheetAndNdiffShowIt) {
  const std::string sheet = "/usr/share/nmap/nmap.xsl";
  const Folder folder;
  const std::string file = folder.write("report.xml", document());
  if (!has_program("xsltproc") || !std::filesystem::exists(sheet)) GTEST_SKIP() << "xsltproc or nmap.xsl is missing";
  EXPECT_THAT(run("xsltproc --nonet " + sheet + " " + file).output, HasSubstr("portolan-firewall"));
  if (!has_program("ndiff")) GTEST_SKIP() << "ndiff is not installed";
  const Outcome same = run("ndiff " + file + " " + file);
  EXPECT_EQ(same.status, 0) << same.output;
}

}  // namespace
}  // namespace portolan::report
