#include "report/scan/grepable.h"

#include <gtest/gtest.h>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

ReportOptions nmap_options(int verbosity = 0) {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  options.verbosity = verbosity;
  return options;
}

std::string host_text(const model::HostRecord& host, const ReportOptions& options) {
  MemoryOutput output;
  GrepableReport report{output, options};
  EXPECT_TRUE(report.on(host));
  return output.text;
}

TEST(GrepableReport, AZoneIsNotToldAsNmapDoesNot) {
  ReportOptions options;
  options.verbosity = 1;
  options.zone_name = [](std::uint32_t) -> std::string { return "eth0"; };
  MemoryOutput output;
  GrepableReport report{output, options};
  EXPECT_TRUE(report.on(silent_host("fe80::9%2")));
  EXPECT_EQ(output.text.find("Host: fe80::9 ()"), 0U) << output.text;
}

TEST(GrepableReport, NmapsFileFromBeginningToEnd) {
  MemoryOutput output;
  GrepableReport report{output, nmap_options(1)};
  EXPECT_TRUE(report.on(started({"nmap", "-v", "-oG", "-", "198.18.0.2"})));
  EXPECT_TRUE(report.on(host_on_link()));
  EXPECT_TRUE(report.on(silent_host("198.18.0.9")));
  EXPECT_TRUE(report.on(finished(1, 2)));
  EXPECT_EQ(output.text,
            "# Nmap 7.93 scan initiated Sat Nov 21 10:16:44 2026 as: nmap -v -oG - 198.18.0.2\n"
            "# Ports scanned: TCP(100;1-100) UDP(0;) SCTP(0;) PROTOCOLS(0;)\n"
            "Host: 198.18.0.2 ()\tStatus: Up\n"
            "Host: 198.18.0.2 ()\tPorts: 22/open/tcp//ssh///, 80/open/tcp//http///\tIgnored State: closed (98)\n"
            "Host: 198.18.0.9 ()\tStatus: Down\n"
            "# Nmap done at Sat Nov 21 10:16:49 2026 -- 2 IP addresses (1 host up) scanned in 4.59 seconds\n");
}

TEST(GrepableReport, TheNameIsTheAddresssOwn) {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.names = {{"typed.test", model::HostName::Kind::user}, {"ptr.test", model::HostName::Kind::ptr}};
  EXPECT_EQ(host_text(host, nmap_options()), "Host: 198.18.0.2 (ptr.test)\tStatus: Up\n");
}

TEST(GrepableReport, PortsWithoutANameHaveAnEmptyField) {
  model::HostRecord host = host_on_link();
  host.extra.clear();
  host.ports = {open_port(65001, "unknown"), open_port(65002, "")};
  EXPECT_EQ(host_text(host, nmap_options()),
            "Host: 198.18.0.2 ()\tStatus: Up\n"
            "Host: 198.18.0.2 ()\tPorts: 65001/open/tcp/////, 65002/open/tcp/////\n");
}

TEST(GrepableReport, IpProtocolsHaveAFieldOfTheirOwn) {
  EXPECT_EQ(host_text(host_of_protocols(), nmap_options()),
            "Host: 198.18.0.2 ()\tStatus: Up\n"
            "Host: 198.18.0.2 ()\tProtocols: 1/open/icmp/, 107/open|filtered/a|n/\tIgnored State: closed (253)\n");
  model::HostRecord host = host_of_protocols();
  host.ports.clear();
  EXPECT_EQ(host_text(host, nmap_options()),
            "Host: 198.18.0.2 ()\tStatus: Up\nHost: 198.18.0.2 ()\tProtocols: \tIgnored State: closed (253)\n");
}

TEST(GrepableReport, OneIgnoredStateIsToldAndTwoAreNot) {
  model::HostRecord host = host_on_link();
  host.ports.clear();
  EXPECT_EQ(host_text(host, nmap_options()),
            "Host: 198.18.0.2 ()\tStatus: Up\nHost: 198.18.0.2 ()\tPorts: \tIgnored State: closed (98)\n");
  host.extra.push_back(extra(model::PortState::filtered, model::Reason::no_response, ports({range(200, 230)})));
  EXPECT_EQ(host_text(host, nmap_options()), "Host: 198.18.0.2 ()\tStatus: Up\nHost: 198.18.0.2 ()\tPorts: \n");
}

TEST(GrepableReport, StatusesThatAreNotUp) {
  model::HostRecord host = host_on_link();
  host.timed_out = true;
  host.port_scanned = false;  // as the engine says it
  EXPECT_EQ(host_text(host, nmap_options()), "Host: 198.18.0.2 ()\tStatus: Up\nHost: 198.18.0.2 ()\tStatus: Timeout\n");
  EXPECT_NE(host_text(host, {}).find("Ports: 22/open/tcp//ssh//"), std::string::npos) << "what is known";
  EXPECT_NE(host_text(host, {}).find("\tPorts: 22/open"), std::string::npos);
  host = silent_host("198.18.0.9");
  EXPECT_EQ(host_text(host, nmap_options()), "");
  host.state = model::HostState::unknown;
  EXPECT_EQ(host_text(host, nmap_options()), "Host: 198.18.0.9 ()\tStatus: Unknown\n");
}

TEST(GrepableReport, AnInterruptedHostIsMarkedInAComment) {
  model::HostRecord host = host_on_link();
  host.interrupted = true;
  EXPECT_TRUE(host_text(host, nmap_options()).ends_with("\n# Host: 198.18.0.2 (): stopped early, incomplete\n"));
}

TEST(GrepableReport, HostileTextCannotForgeFieldsOrLines) {
  model::HostRecord host = host_on_link();
  host.extra.clear();
  host.names = {{"a)\tStatus: Down\nHost: 1.1.1.1 (", model::HostName::Kind::ptr}};
  host.ports = {open_port(22, "s/s,h\n")};
  EXPECT_EQ(host_text(host, nmap_options()),
            "Host: 198.18.0.2 (a)\\x09Status: Down\\x0AHost: 1.1.1.1 ()\tStatus: Up\n"
            "Host: 198.18.0.2 (a)\\x09Status: Down\\x0AHost: 1.1.1.1 ()\tPorts: 22/open/tcp//s|s;h\\x0A///\n");
}

}  // namespace
}  // namespace portolan::report
