#include "report/scan/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/report/records.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace testing;

ReportOptions nmap_options() {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  return options;
}

std::string host_text(const model::HostRecord& host, const ReportOptions& options) {
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(host));
  return output.text;
}

TEST(XmlReport, AZoneIsNotToldAsNmapDoesNot) {
  ReportOptions options;
  options.verbosity = 1;
  options.zone_name = [](std::uint32_t) -> std::string { return "eth0"; };
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(silent_host("fe80::9%2")));
  EXPECT_NE(output.text.find("<address addr=\"fe80::9\" addrtype=\"ipv6\"/>"), std::string::npos) << output.text;
}

TEST(XmlReport, NmapsDocumentFromBeginningToEnd) {
  MemoryOutput output;
  XmlReport report{output, nmap_options()};
  EXPECT_TRUE(report.on(started({"nmap", "--open", "<&>", "a \"b\""})));
  EXPECT_TRUE(report.on(model::TaskBegin{task("hidden without -v", noon())}));
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(report.on(finished(1, 2)));
  const std::string command = "nmap -&#45;open &lt;&amp;&gt; &quot;a \\&quot;b\\&quot;&quot;";
  EXPECT_EQ(
      output.text,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE nmaprun>\n"
      "<!-- Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: " +
          command +
          " -->\n"
          "<nmaprun scanner=\"nmap\" args=\"" +
          command +
          "\" start=\"1795256204\" startstr=\"Sat Nov 21 10:16:44 2026\" version=\"7.93\" xmloutputversion=\"1.05\">\n"
          "<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"100\" services=\"1-100\"/>\n"
          "<verbose level=\"0\"/>\n"
          "<debugging level=\"0\"/>\n"
          "<host starttime=\"1795256205\" endtime=\"1795256207\"><status state=\"up\" reason=\"arp-response\" "
          "reason_ttl=\"0\"/>\n"
          "<address addr=\"198.18.0.2\" addrtype=\"ipv4\"/>\n"
          "<address addr=\"00:1B:21:00:00:02\" addrtype=\"mac\" vendor=\"Intel Corporate\"/>\n"
          "<hostnames>\n"
          "<hostname name=\"alpha.test\" type=\"user\"/>\n"
          "</hostnames>\n"
          "<ports><extraports state=\"closed\" count=\"98\">\n"
          "<extrareasons reason=\"reset\" count=\"98\" proto=\"tcp\" ports=\"1-21,23-79,81-100\"/>\n"
          "</extraports>\n"
          "<port protocol=\"tcp\" portid=\"22\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"64\"/><service "
          "name=\"ssh\" method=\"table\" conf=\"3\"/></port>\n"
          "<port protocol=\"tcp\" portid=\"80\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"64\"/><service "
          "name=\"http\" method=\"table\" conf=\"3\"/></port>\n"
          "</ports>\n"
          "<times srtt=\"5\" rttvar=\"0\" to=\"100000\"/>\n"
          "</host>\n"
          "<runstats><finished time=\"1795256209\" timestr=\"Sat Nov 21 10:16:49 2026\" summary=\"Nmap done at Sat Nov "
          "21 10:16:49 2026; 2 IP addresses (1 host up) scanned in 4.59 seconds\" elapsed=\"4.59\" "
          "exit=\"success\"/><hosts up=\"1\" down=\"1\" total=\"2\"/>\n"
          "</runstats>\n"
          "</nmaprun>\n");
}

TEST(XmlReport, TheWayToAHostIsNmapsTrace) {
  model::HostRecord host = host_on_link();
  host.trace = model::Trace{
      "tcp",
      net::Port{80},
      {{1, address("198.18.1.2"), "a<b.test", 50us}, {2, {}, {}, {}}, {3, address("198.18.64.1"), {}, 12345us}}};
  EXPECT_NE(host_text(host, nmap_options())
                .find("</ports>\n<trace port=\"80\" proto=\"tcp\">\n"
                      "<hop ttl=\"1\" ipaddr=\"198.18.1.2\" rtt=\"0.05\" host=\"a&lt;b.test\"/>\n"
                      "<hop ttl=\"3\" ipaddr=\"198.18.64.1\" rtt=\"12.35\"/>\n"
                      "</trace>\n<times "),
            std::string::npos)
      << host_text(host, nmap_options());
  host.trace = model::Trace{"", {}, {{1, address("198.18.0.2"), {}, {}}}};
  EXPECT_NE(
      host_text(host, nmap_options()).find("<trace>\n<hop ttl=\"1\" ipaddr=\"198.18.0.2\" rtt=\"--\"/>\n</trace>\n"),
      std::string::npos);
}

TEST(XmlReport, IpProtocolsAreNmaps) {
  MemoryOutput output;
  XmlReport report{output, nmap_options()};
  model::ScanStarted start = started({"nmap", "-sO"});
  start.scans = {{.type = "ipproto", .protocol = net::Protocol::ip, .ports = ports({range(0, 255)})}};
  EXPECT_TRUE(report.on(start));
  EXPECT_TRUE(report.on(host_of_protocols()));
  EXPECT_THAT(output.text, ::testing::HasSubstr(
                               "<scaninfo type=\"ipproto\" protocol=\"ip\" numservices=\"256\" services=\"0-255\"/>"));
  EXPECT_THAT(output.text,
              ::testing::HasSubstr("<port protocol=\"ip\" portid=\"1\"><state state=\"open\" reason=\"echo-reply\" "
                                   "reason_ttl=\"64\"/><service name=\"icmp\" method=\"table\" conf=\"8\"/></port>"));
}

TEST(XmlReport, EveryHostIsInTheOutputWhenItIsTold) {
  MemoryOutput output;
  XmlReport report{output, nmap_options()};
  EXPECT_TRUE(report.on(started({"nmap"})));
  EXPECT_NE(output.text.find("<nmaprun"), std::string::npos);
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(output.text.ends_with("</host>\n"));
}

TEST(XmlReport, PortolanNamesItselfWhereTheDtdLeavesRoom) {
  MemoryOutput output;
  XmlReport report{output, {}};
  EXPECT_TRUE(report.on(started({"portolan", "scan"})));
  EXPECT_NE(output.text.find("scanner=\"nmap\""), std::string::npos);
  EXPECT_NE(output.text.find(" version=\"7.93\""), std::string::npos);
  EXPECT_NE(output.text.find(" profile_name=\"portolan 0.1.0\""), std::string::npos);
  EXPECT_NE(output.text.find("<!-- portolan 0.1.0 scan initiated"), std::string::npos);
}

TEST(XmlReport, AStylesheetIsNamedWhereOneIsWanted) {
  ReportOptions options = nmap_options();
  options.stylesheet = "a&\"b.xsl";
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(started({"nmap"})));
  EXPECT_NE(output.text.find("<!DOCTYPE nmaprun>\n<?xml-stylesheet href=\"a&amp;&quot;b.xsl\" type=\"text/xsl\"?>\n"),
            std::string::npos);
}

TEST(XmlReport, AFailedScanStillClosesTheDocument) {
  MemoryOutput output;
  XmlReport report{output, nmap_options()};
  model::ScanFinished finish = finished(0, 0);
  finish.success = false;
  finish.error = "no interface \"x\"";
  EXPECT_TRUE(report.on(finish));  // on_start never came
  EXPECT_TRUE(output.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n"));
  EXPECT_NE(output.text.find("exit=\"error\" errormsg=\"no interface &quot;x&quot;\"/>"), std::string::npos);
  EXPECT_TRUE(output.text.ends_with("</runstats>\n</nmaprun>\n"));
}

TEST(XmlReport, AnInterruptedScanIsNoSuccess) {
  MemoryOutput output;
  XmlReport report{output, nmap_options()};
  EXPECT_TRUE(report.on(started({"nmap"})));
  model::HostRecord host = host_on_link();
  host.interrupted = true;
  EXPECT_TRUE(report.on(host));
  model::ScanFinished finish = finished(1, 1);
  finish.interrupted = true;
  EXPECT_TRUE(report.on(finish));
  EXPECT_NE(output.text.find("comment=\"The scan of this host was stopped early"), std::string::npos);
  EXPECT_NE(output.text.find("exit=\"error\" errormsg=\"The scan was interrupted.\""), std::string::npos);
  EXPECT_NE(output.text.find("summary=\"Nmap stopped early at "), std::string::npos) << output.text;
}

TEST(XmlReport, TasksAreToldUnderVerbose) {
  ReportOptions options = nmap_options();
  options.verbosity = 1;
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(model::TaskBegin{task("tcp-syn", noon(), 4)}));
  EXPECT_TRUE(report.on(model::TaskEnd{task("tcp-syn", noon(2s), 4)}));
  EXPECT_EQ(output.text,
            "<taskbegin task=\"SYN Stealth Scan\" time=\"1795256204\"/>\n"
            "<taskend task=\"SYN Stealth Scan\" time=\"1795256206\" extrainfo=\"4 total ports\"/>\n");
}

TEST(XmlReport, ProgressIsToldEveryPeriodAndNotBetween) {
  ReportOptions options = nmap_options();
  options.stats_every = 1s;
  MemoryOutput output;
  XmlReport report{output, options};
  model::Progress progress;
  progress.task = task("tcp-syn", noon(1s));
  progress.fraction = 0.66666;
  progress.remaining = 500ms;
  for (const Duration elapsed : {100ms, 500ms, 1000ms, 1100ms, 1900ms}) {
    progress.elapsed = elapsed;
    EXPECT_TRUE(report.on(progress));
  }
  EXPECT_EQ(output.text,
            "<taskprogress task=\"SYN Stealth Scan\" time=\"1795256205\" percent=\"66.67\" remaining=\"1\" "
            "etc=\"1795256205\"/>\n");
  progress.remaining.reset();
  progress.elapsed = 2s;
  output.text.clear();
  EXPECT_TRUE(report.on(progress));
  EXPECT_EQ(output.text, "<taskprogress task=\"SYN Stealth Scan\" time=\"1795256205\" percent=\"66.67\"/>\n");
}

TEST(XmlReport, DownHostsHaveNoEmptyListOfNames) {
  ReportOptions options = nmap_options();
  EXPECT_EQ(host_text(silent_host("2001:db8::9"), options), "");
  options.verbosity = 1;
  EXPECT_EQ(host_text(silent_host("2001:db8::9"), options),
            "<host><status state=\"down\" reason=\"no-response\" reason_ttl=\"0\"/>\n"
            "<address addr=\"2001:db8::9\" addrtype=\"ipv6\"/>\n"
            "</host>\n");
}

TEST(XmlReport, AHostGivenUpHasNoPortsUnderNmapsName) {
  model::HostRecord host = host_on_link();
  host.timed_out = true;
  host.port_scanned = false;  // as the engine says it
  EXPECT_NE(host_text(host, nmap_options()).find("timedout=\"true\"><status"), std::string::npos);
  EXPECT_EQ(host_text(host, nmap_options()).find("<ports>"), std::string::npos);
  EXPECT_NE(host_text(host, {}).find("<ports>"), std::string::npos);
}

TEST(XmlReport, WhoAnsweredStandsWhereItWasNotTheTarget) {
  model::HostRecord host = host_on_link();
  host.ports = {port(81, model::PortState::filtered, model::Reason::host_unreach, "", 63)};
  host.ports[0].reason_address = address("198.18.0.1");
  EXPECT_NE(host_text(host, nmap_options())
                .find("<port protocol=\"tcp\" portid=\"81\"><state state=\"filtered\" reason=\"host-unreach\" "
                      "reason_ttl=\"63\" reason_ip=\"198.18.0.1\"/></port>\n"),
            std::string::npos);
}

// Everything that can stand in a document, hostile text included.
std::string full_document(const ReportOptions& chosen) {
  ReportOptions options = chosen;
  options.verbosity = 1;
  options.stats_every = 1s;
  options.stylesheet = "style--sheet.xsl";
  MemoryOutput output;
  XmlReport report{output, options};
  model::ScanStarted start = started({"nmap", "---", "]]>", "--><!--", "\x1b\xff\u202e", "caf\u00e9"});
  start.scans.push_back({.type = "connect", .protocol = net::Protocol::tcp, .ports = {}});
  EXPECT_TRUE(report.on(start));
  EXPECT_TRUE(report.on(model::TaskBegin{task("tcp-syn", noon())}));
  model::Progress progress;
  progress.elapsed = 1s;
  progress.remaining = 3s;
  EXPECT_TRUE(report.on(progress));
  EXPECT_TRUE(report.on(model::TaskEnd{task("tcp-syn", noon(), 1)}));
  model::HostRecord host = host_on_link();
  host.names = {{"<a&b>\"'\n\x01", model::HostName::Kind::user}, {"ptr", model::HostName::Kind::ptr}};
  host.vendor = "\x1b[31m<Vendor>";
  host.remarks = {remark("It did not answer ARP \"quietly\".")};
  host.timed_out = true;
  host.port_scanned = false;  // as the engine says it
  host.interrupted = true;
  host.ports[0].reason_address = address("fe80::1%2");
  host.ports[1].service = "h<t>p";
  EXPECT_TRUE(report.on(host));
  EXPECT_TRUE(report.on(silent_host("2001:db8::9")));
  model::ScanFinished finish = finished(1, 2);
  finish.success = false;
  finish.error = "\"quoted\" & <marked>";
  EXPECT_TRUE(report.on(finish));
  return output.text;
}

TEST(XmlReport, IsValidByNmapsDtd) {
  const std::string dtd = "/usr/share/nmap/nmap.dtd";
  if (!has_program("xmllint") || !std::filesystem::exists(dtd)) GTEST_SKIP() << "xmllint or nmap.dtd is not installed";
  const Folder folder;
  for (const Dialect dialect : {Dialect::portolan, Dialect::nmap}) {
    ReportOptions options;
    options.dialect = dialect;
    const std::string file = folder.write("report.xml", full_document(options));
    const Outcome outcome = run("xmllint --noout --dtdvalid " + dtd + " " + file);
    EXPECT_EQ(outcome.status, 0) << outcome.output;
  }
}

TEST(XmlReport, NmapsStylesheetTakesIt) {
  const std::string sheet = "/usr/share/nmap/nmap.xsl";
  if (!has_program("xsltproc") || !std::filesystem::exists(sheet)) GTEST_SKIP() << "xsltproc or nmap.xsl is missing";
  const Folder folder;
  MemoryOutput output;
  XmlReport report{output, {}};
  EXPECT_TRUE(report.on(started({"portolan", "scan"})));
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(report.on(finished(1, 1)));
  const Outcome outcome = run("xsltproc " + sheet + " " + folder.write("report.xml", output.text));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("198.18.0.2"), std::string::npos);
}

TEST(XmlReport, PythonNmapReadsIt) {
  if (!has_python_module("nmap")) GTEST_SKIP() << "python3-nmap is not installed";
  const Folder folder;
  MemoryOutput output;
  XmlReport report{output, {}};
  EXPECT_TRUE(report.on(started({"portolan", "scan"})));
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(report.on(finished(1, 2)));
  const std::string script = folder.write("read.py", R"(
import sys, nmap
scanner = nmap.PortScanner()
found = scanner.analyse_nmap_xml_scan(open(sys.argv[1]).read())
host = found['scan']['198.18.0.2']
assert found['nmap']['scanstats'] == {'timestr': 'Sat Nov 21 10:16:49 2026', 'elapsed': '4.59', 'uphosts': '1',
                                      'downhosts': '1', 'totalhosts': '2'}, found['nmap']
assert found['nmap']['scaninfo']['tcp'] == {'method': 'syn', 'services': '1-100'}
assert host['status'] == {'state': 'up', 'reason': 'arp-response'}
assert host['hostnames'] == [{'name': 'alpha.test', 'type': 'user'}]
assert host['vendor'] == {'00:1B:21:00:00:02': 'Intel Corporate'}
assert sorted(host['tcp']) == [22, 80] and host['tcp'][22]['name'] == 'ssh' and host['tcp'][22]['state'] == 'open'
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " + folder.write("report.xml", output.text));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(XmlReport, LibnmapReadsItAlsoHostile) {
  if (!has_python_module("libnmap")) GTEST_SKIP() << "python3-libnmap is not installed";
  const Folder folder;
  const std::string script = folder.write("read.py", R"(
import sys
from libnmap.parser import NmapParser
report = NmapParser.parse_fromfile(sys.argv[1])
assert report.hosts_total == 2 and report.hosts_up == 1, (report.hosts_total, report.hosts_up)
assert report.version == '7.93' and report.endtime == 1795256209 and report.elapsed == 4.59
host = report.get_host_byid('198.18.0.2')
assert host.get_open_ports() == [(22, 'tcp'), (80, 'tcp')], host.get_open_ports()
assert host.mac == '00:1B:21:00:00:02' and host.vendor == '\\x1B[31m<Vendor>', host.vendor
assert host.hostnames[0] == '<a&b>"\'\n\\x01', host.hostnames
assert host.get_service(22).reason == 'syn-ack'
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " + folder.write("report.xml", full_document({})));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(XmlReport, NdiffSeesNoDifferenceFromNmapsOwn) {
  if (!has_program("ndiff") || !has_program("nmap")) GTEST_SKIP() << "ndiff or nmap is not installed";
  const Folder folder;
  const std::string peer = folder.file("peer.xml");
  const Outcome scan = run("nmap -n -Pn -sT -p 1,7 -oX " + peer + " 127.0.0.1");
  ASSERT_EQ(scan.status, 0) << scan.output;

  ReportOptions options = nmap_options();
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(started({"nmap"})));
  model::HostRecord host;
  host.address = address("127.0.0.1");
  host.state = model::HostState::up;
  host.reason = model::Reason::user_set;
  host.port_scanned = true;
  host.ports = {port(1, model::PortState::closed, model::Reason::conn_refused, "tcpmux", 0),
                port(7, model::PortState::closed, model::Reason::conn_refused, "echo", 0)};
  EXPECT_TRUE(report.on(host));
  EXPECT_TRUE(report.on(finished(1, 1)));
  const Outcome outcome = run("ndiff " + peer + " " + folder.write("ours.xml", output.text));
  // Status 1 means that something differs: the two header lines with times and command lines, only.
  EXPECT_LE(outcome.status, 1) << outcome.output;
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 2) << outcome.output;
}

}  // namespace
}  // namespace portolan::report
