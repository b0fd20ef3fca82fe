// Who answers, in the reports.
#include "report/scan/service_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/scan/grepable.h"
#include "report/scan/normal.h"
#include "report/scan/xml.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

model::PortRecord identified(std::uint16_t number, const char* registered, model::ServiceRecord service) {
  model::PortRecord port = open_port(number, registered);
  port.identified = std::move(service);
  return port;
}

model::ServiceRecord nginx() {
  model::ServiceRecord service;
  service.name = "http";
  service.product = "nginx";
  service.version = "1.22.1";
  service.extra = "title: <hi>";
  service.system = "Linux";
  service.cpes = {"cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"};
  service.confidence = 100;
  return service;
}

model::HostRecord host_of(std::vector<model::PortRecord> ports) {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.port_scanned = true;
  host.ports = std::move(ports);
  return host;
}

template <class Report>
std::string text_of(const model::HostRecord& host, Dialect dialect, bool reasons = false) {
  ReportOptions options;
  options.dialect = dialect;
  options.audience = Audience::file;
  options.reason = reasons;
  MemoryOutput output;
  Report report{output, options};
  EXPECT_TRUE(report.on(host));
  return output.text;
}

model::HostRecord busy_host() {
  model::ServiceRecord tls = nginx();
  tls.tls.emplace().version = "TLSv1.3";
  model::ServiceRecord wrapped;
  wrapped.wrapped = true;
  model::ServiceRecord unknown;
  unknown.words = "READY 3 \x1b[2J";
  model::ServiceRecord printer;
  printer.untouched = true;
  return host_of({identified(80, "http", nginx()), identified(443, "https", tls), identified(3000, "ppp", unknown),
                  identified(6000, "x11", wrapped), identified(9100, "jetdirect", printer)});
}

TEST(ServiceText, TheTableHasAColumnOfVersions) {
  EXPECT_THAT(text_of<NormalReport>(busy_host(), Dialect::portolan),
              HasSubstr("PORT     STATE SERVICE    VERSION\n"
                        "80/tcp   open  http       nginx 1.22.1 (title: <hi>)\n"
                        "443/tcp  open  ssl/http   nginx 1.22.1 (title: <hi>)\n"
                        "3000/tcp open  ppp?\n"
                        "6000/tcp open  tcpwrapped\n"
                        "9100/tcp open  jetdirect\n"
                        "  3000 says \"READY 3 \\x1B[2J\"\n"
                        "  9100 was not talked to: printers print what they are told there (--allports asks it)\n"
                        "Service Info: OS: Linux; CPE: cpe:/o:linux:linux_kernel\n"));
}

TEST(ServiceText, ReasonsStandBeforeVersions) {
  const auto host = host_of({identified(80, "http", nginx())});
  EXPECT_THAT(
      text_of<NormalReport>(host, Dialect::portolan, true),
      ContainsRegex("PORT   STATE SERVICE REASON +VERSION\n80/tcp open  http    syn-ack ttl [0-9]+ nginx 1.22.1"));
}

TEST(ServiceText, WithoutTheQuestionNothingChanges) {
  EXPECT_THAT(text_of<NormalReport>(host_of({open_port(80, "http")}), Dialect::portolan),
              HasSubstr("PORT   STATE SERVICE\n80/tcp open  http\n"));
}

TEST(ServiceText, XmlHasNmapsAttributesInItsOrder) {
  const std::string xml = text_of<XmlReport>(busy_host(), Dialect::nmap);
  EXPECT_THAT(xml,
              HasSubstr("<service name=\"http\" product=\"nginx\" version=\"1.22.1\" extrainfo=\"title: &lt;hi&gt;\" "
                        "ostype=\"Linux\" method=\"probed\" conf=\"10\"><cpe>cpe:/a:f5:nginx:1.22.1</cpe>"
                        "<cpe>cpe:/o:linux:linux_kernel</cpe></service>"));
  EXPECT_THAT(xml, HasSubstr("ostype=\"Linux\" tunnel=\"ssl\" method=\"probed\""));
  EXPECT_THAT(xml, HasSubstr("<service name=\"ppp\" method=\"table\" conf=\"3\"/>"));
  EXPECT_THAT(xml, HasSubstr("<service name=\"tcpwrapped\" method=\"probed\" conf=\"8\"/>"));
  EXPECT_THAT(xml, HasSubstr("<service name=\"jetdirect\" method=\"table\" conf=\"3\"/>"));
}

TEST(ServiceText, GrepableLinesHaveTheVersionInItsField) {
  model::ServiceRecord slashed = nginx();
  slashed.extra = "a/b, c";
  const std::string line = text_of<GrepableReport>(host_of({identified(443, "https", slashed)}), Dialect::nmap);
  EXPECT_THAT(line, HasSubstr("443/open/tcp//http//nginx 1.22.1 (a|b; c)/"));
}

TEST(ServiceText, CpesBecomeUrisAsTheirSpecificationSays) {
  EXPECT_EQ(cpe_uri("cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*"), "cpe:/a:openbsd:openssh:9.2:p1");
  EXPECT_EQ(cpe_uri("cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*"), "cpe:/o:debian:debian_linux:12");
  EXPECT_EQ(cpe_uri("cpe:2.3:a:x\\/y:z\\:1:1\\.0:*:*:*:*:*:*:*"), "cpe:/a:x%2fy:z%3a1:1.0");
  EXPECT_EQ(cpe_uri("nonsense"), "");
}

}  // namespace
}  // namespace portolan::report
