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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

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
  service.extra = "Debian <hi>";
  service.details = {{"http-title", "title", "Hi \x1b[2J"}};
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
                        "80/tcp   open  http       nginx 1.22.1 (Debian <hi>)\n"
                        "  title: Hi \\x1B[2J\n"
                        "443/tcp  open  ssl/http   nginx 1.22.1 (Debian <hi>)\n"
                        "  title: Hi \\x1B[2J\n"
                        "3000/tcp open  ppp?\n"
                        "  says \"READY 3 \\x1B[2J\"\n"
                        "6000/tcp open  tcpwrapped\n"
                        "9100/tcp open  jetdirect\n"
                        "  was not talked to: printers print what they are told there (--allports asks it)\n"
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
              HasSubstr("<service name=\"http\" product=\"nginx\" version=\"1.22.1\" extrainfo=\"Debian &lt;hi&gt;\" "
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

model::WallTime day(int year, unsigned month, unsigned number) {
  return model::WallTime{
      std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(number)}};
}

std::vector<std::string> notes_about(std::optional<model::WallTime> begin, std::optional<model::WallTime> end,
                                     bool self_signed, const ReportOptions& options = {}) {
  model::ServiceRecord service;
  service.name = "http";
  model::TlsRecord& tls = service.tls.emplace();
  tls.not_before = begin;
  tls.not_after = end;
  tls.self_signed = self_signed;
  return port_notes(identified(443, "https", service), day(2026, 11, 21), options);
}

TEST(ServiceText, ACertificateIsToldWhereItIsWorthAWord) {
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2027, 1, 1), false), IsEmpty());
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2026, 11, 20), true),
              ElementsAre("certificate: ended on 2026-11-20; self-signed"));
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2026, 11, 22), false),
              ElementsAre("certificate: ends on 2026-11-22, in 1 day"));
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2026, 12, 20), false),
              ElementsAre("certificate: ends on 2026-12-20, in 29 days"));
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2026, 12, 21), false), IsEmpty());
  EXPECT_THAT(notes_about(day(2026, 12, 1), day(2027, 12, 1), false), ElementsAre("certificate: begins on 2026-12-01"));
  EXPECT_THAT(notes_about(day(2026, 11, 22), day(2027, 12, 1), false), IsEmpty()) << "made since the scan began";
  ReportOptions scripts;
  scripts.topics = {"ssl-cert"};
  EXPECT_THAT(notes_about(day(2026, 1, 1), day(2026, 11, 20), true, scripts), IsEmpty());
}

// As nmap has it: a tunnel is what nothing is said outside of.
TEST(ServiceText, TlsBehindWordsInTheClearIsNoTunnel) {
  model::ServiceRecord service;
  service.name = "smtp";
  model::TlsRecord& tls = service.tls.emplace();
  tls.version = "TLSv1.3";
  tls.self_signed = true;
  EXPECT_EQ(service_name(identified(25, "smtp", service), Dialect::nmap), "ssl/smtp");
  tls.starttls = true;
  EXPECT_EQ(service_name(identified(25, "smtp", service), Dialect::nmap), "smtp");
  EXPECT_THAT(text_of<XmlReport>(host_of({identified(25, "smtp", service)}), Dialect::nmap), Not(HasSubstr("tunnel=")));
  EXPECT_THAT(port_notes(identified(25, "smtp", service), noon(), {}), ElementsAre("certificate: self-signed"));
}

TEST(ServiceText, UnderVerboseTheEvidenceIsToldInert) {
  model::ServiceRecord service = nginx();
  service.asked = "GET / \x1b" + std::string(200, 'x');
  service.answered = "HTTP/1.1 200 OK\r\n\xe2\x80\xae";
  ReportOptions options;
  options.topics = {"http-title"};
  EXPECT_THAT(port_notes(identified(80, "http", service), noon(), options), IsEmpty());
  options.verbosity = 1;
  const auto notes = port_notes(identified(80, "http", service), noon(), options);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_THAT(notes[0], StartsWith("> \"GET / \\x1bxxx"));
  EXPECT_LE(notes[0].size(), 103U);
  EXPECT_EQ(notes[1], "< \"HTTP/1.1 200 OK\\r\\n\\xe2\\x80\\xae\"");
}

TEST(ServiceText, UnderNmapsNamePortsHaveTheNamesThatItsUsersKnow) {
  const auto host = host_of({open_port(111, "sunrpc"), open_port(5900, "rfb"), open_port(22, "ssh")});
  EXPECT_THAT(text_of<NormalReport>(host, Dialect::nmap), HasSubstr("111/tcp  open  rpcbind\n"));
  EXPECT_THAT(text_of<NormalReport>(host, Dialect::nmap), HasSubstr("22/tcp   open  ssh\n"));
  EXPECT_THAT(text_of<GrepableReport>(host, Dialect::nmap), HasSubstr("5900/open/tcp//vnc///"));
  EXPECT_THAT(text_of<XmlReport>(host, Dialect::nmap), HasSubstr("<service name=\"rpcbind\" method=\"table\""));
  EXPECT_THAT(text_of<NormalReport>(host, Dialect::portolan), HasSubstr("111/tcp  open  sunrpc\n"));
  EXPECT_THAT(text_of<XmlReport>(host, Dialect::portolan), HasSubstr("<service name=\"sunrpc\" method=\"table\""));
}

TEST(ServiceText, CpesBecomeUrisAsTheirSpecificationSays) {
  EXPECT_EQ(cpe_uri("cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*"), "cpe:/a:openbsd:openssh:9.2:p1");
  EXPECT_EQ(cpe_uri("cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*"), "cpe:/o:debian:debian_linux:12");
  EXPECT_EQ(cpe_uri("cpe:2.3:a:x\\/y:z\\:1:1\\.0:*:*:*:*:*:*:*"), "cpe:/a:x%2fy:z%3a1:1.0");
  EXPECT_EQ(cpe_uri("nonsense"), "");
}

TEST(ServiceText, UrisHoldVersionAndUpdateAsTheServiceSaysThem) {
  constexpr std::string_view openssh = "cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*";
  EXPECT_EQ(cpe_uri(openssh, "9.2p1"), "cpe:/a:openbsd:openssh:9.2p1");
  EXPECT_EQ(cpe_uri(openssh, "9.2P1"), "cpe:/a:openbsd:openssh:9.2p1");
  EXPECT_EQ(cpe_uri(openssh, "9.2-p1"), "cpe:/a:openbsd:openssh:9.2:p1");
  EXPECT_EQ(cpe_uri("cpe:2.3:a:microsoft:sql_server:2008:r2:*:*:*:*:*:*", "10.50.1600.00"),
            "cpe:/a:microsoft:sql_server:2008:r2");
  EXPECT_EQ(cpe_uri("cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*", "1.22.1"), "cpe:/a:f5:nginx:1.22.1");
}

}  // namespace
}  // namespace portolan::report
