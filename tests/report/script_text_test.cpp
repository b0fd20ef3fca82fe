// What services tell beside product and version, in the words of nmap's scripts.
#include "report/scan/script_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/scan/xml.h"
#include "tests/report/records.h"
#include "tests/report/tools.h"

namespace portolan::report {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::ServiceRecord mail() {
  model::ServiceRecord service;
  service.name = "smtp";
  service.details = {{"smtp-commands", "", "PIPELINING, 8BITMIME"},
                     {"http-title", "title", "A & <b>"},
                     {"http-title", "redirect_url", "https://x/"},
                     {"smb2-security-mode", "dialect", "SMB 3.1.1"},
                     {"smb2-security-mode", "signing", "required"}};
  return service;
}

model::TlsRecord certificate() {
  model::TlsRecord tls;
  tls.version = "TLSv1.3";
  tls.subject = R"(CN=mail.example,O=Foo\, Inc.,1.2.3=\C3\A9\=)";
  tls.issuer = "C=DE+ST=Bayern,CN=CA";
  tls.names = {"mail.example", "198.18.0.2", "2001:db8::1"};
  tls.not_before = model::WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}} + 3s;
  tls.not_after = model::WallTime{std::chrono::sys_days{std::chrono::year{2027} / 1 / 2}} + 250ms;
  tls.key = "RSA 2048";
  tls.fingerprint = "abcd";
  return tls;
}

const std::vector<std::string> all{"smtp-commands", "http-title", "smb2-security-mode", "ssl-cert"};

TEST(ScriptText, LinesAreNmaps) {
  EXPECT_THAT(script_lines(mail(), all),
              ElementsAre("|_smtp-commands: PIPELINING, 8BITMIME", "| http-title: A & <b>", "|_Leads on to https://x/",
                          "| smb2-security-mode:", "|   dialect: SMB 3.1.1", "|_  signing: required"));
}

TEST(ScriptText, OnlyWhatIsWantedIsShown) {
  const std::vector<std::string> one{"smb2-security-mode"};
  EXPECT_THAT(script_lines(mail(), one),
              ElementsAre("| smb2-security-mode:", "|   dialect: SMB 3.1.1", "|_  signing: required"));
  EXPECT_THAT(script_lines(mail(), {}), IsEmpty());
  EXPECT_EQ(script_elements(mail(), {}), "");
}

TEST(ScriptText, ElementsHaveTheTextAndTheParts) {
  const std::vector<std::string> some{"smtp-commands", "smb2-security-mode"};
  EXPECT_EQ(script_elements(mail(), some),
            "<script id=\"smtp-commands\" output=\"PIPELINING, 8BITMIME\"><elem>PIPELINING, 8BITMIME</elem>\n</script>"
            "<script id=\"smb2-security-mode\" output=\"&#10;  dialect: SMB 3.1.1&#10;  signing: required\">"
            "<elem key=\"dialect\">SMB 3.1.1</elem>\n<elem key=\"signing\">required</elem>\n</script>");
}

TEST(ScriptText, ACertificateIsTakenApart) {
  model::ServiceRecord service;
  service.tls = certificate();
  EXPECT_THAT(script_lines(service, all),
              ElementsAre("| ssl-cert: Subject: commonName=mail.example/organizationName=Foo, Inc./1_2_3=é=",
                          "| Subject Alternative Name: DNS:mail.example, IP Address:198.18.0.2, IP Address:2001:db8::1",
                          "| Issuer: commonName=CA/stateOrProvinceName=Bayern/countryName=DE", "| Public Key type: rsa",
                          "| Public Key bits: 2048", "| Not valid before: 2026-01-02T00:00:03",
                          "| Not valid after:  2027-01-02T00:00:00", "|_SHA-256: abcd"));
  const std::string xml = script_elements(service, all);
  EXPECT_THAT(xml,
              HasSubstr("<table key=\"subject\">\n<elem key=\"commonName\">mail.example</elem>\n"
                        "<elem key=\"organizationName\">Foo, Inc.</elem>\n<elem key=\"1_2_3\">é=</elem>\n</table>\n"
                        "<table key=\"issuer\">\n"));
  EXPECT_THAT(xml, HasSubstr("<table key=\"extensions\">\n<table>\n<elem key=\"name\">X509v3 Subject Alternative Name"
                             "</elem>\n<elem key=\"value\">DNS:mail.example, IP Address:198.18.0.2, "));
  EXPECT_THAT(xml, HasSubstr("</table>\n</table>\n<table key=\"validity\">\n<elem key=\"notBefore\">"
                             "2026-01-02T00:00:03</elem>\n<elem key=\"notAfter\">2027-01-02T00:00:00</elem>\n"
                             "</table>\n<elem key=\"sha256\">abcd</elem>\n</script>"));
}

TEST(ScriptText, WithoutACertificateNoneIsShown) {
  model::ServiceRecord service;
  service.tls.emplace().version = "TLSv1.2";
  EXPECT_THAT(script_lines(service, all), IsEmpty());
}

TEST(ScriptText, NothingThatIsSaidMovesTheCursorOrEndsAnElement) {
  model::ServiceRecord service;
  service.details = {{"http-title", "title", "\x1b[2J\n|_forged: yes"}, {"smtp-commands", "a\"><x", "]]></elem>\x80"}};
  service.tls = certificate();
  service.tls->subject = "CN=\\0A|_forged,\x1b=x\\";
  std::string lines;
  for (const std::string& line : script_lines(service, all)) {
    EXPECT_EQ(line.find_first_of("\x1b\n\x80"), std::string::npos) << line;
    EXPECT_FALSE(line.starts_with("|_forged")) << line;
  }
  const std::string xml = script_elements(service, all);
  EXPECT_EQ(xml.find_first_of("\x1b\x80"), std::string::npos);
  EXPECT_THAT(xml, HasSubstr("<elem key=\"a&quot;&gt;&lt;x\">]]&gt;&lt;/elem&gt;\\x80</elem>"));
}

TEST(ScriptText, KeysOpenAndCloseTheirTables) {
  model::ServiceRecord service;
  service.details = {{"x", "a.b.c", "1"}, {"x", "a.b.d", "2"}, {"x", "a.e", "3"},
                     {"x", "f", "4"},     {"x", "", "5"},      {"x", "a.b.c.d.e.f", "6"}};
  const std::vector<std::string> x{"x"};
  EXPECT_THAT(script_lines(service, x),
              ElementsAre("| x:", "|   a:", "|     b:", "|       c: 1", "|       d: 2", "|     e: 3", "|   f: 4",
                          "|   5", "|   a:", "|     b:", "|       c:", "|_        d.e.f: 6"));
  EXPECT_THAT(script_elements(service, x),
              HasSubstr("<table key=\"a\">\n<table key=\"b\">\n<elem key=\"c\">1</elem>\n<elem key=\"d\">2</elem>\n"
                        "</table>\n<elem key=\"e\">3</elem>\n</table>\n<elem key=\"f\">4</elem>\n<elem>5</elem>\n"
                        "<table key=\"a\">\n<table key=\"b\">\n<table key=\"c\">\n<elem key=\"d.e.f\">6</elem>\n"
                        "</table>\n</table>\n</table>\n</script>"));
}

// ---- other people's programs -------------------------------------------------------------------------

std::string document(const std::vector<std::string>& topics = all) {
  ReportOptions options;
  options.dialect = Dialect::nmap;
  options.topics = topics;
  MemoryOutput output;
  XmlReport report{output, options};
  EXPECT_TRUE(report.on(started({"nmap", "-A"})));
  model::HostRecord host = host_on_link();
  host.ports[0].identified = mail();
  host.ports[0].identified->tls = certificate();
  host.ports[1].identified.emplace().details = {{"http-title", "title", "\x1b<&>\"'\n]]>"},
                                                {"smb2-security-mode", "a\n.\"b", "\xff"}};
  EXPECT_TRUE(report.on(host));
  EXPECT_TRUE(report.on(finished(1, 1)));
  return output.text;
}

TEST(ScriptText, IsValidByNmapsDtd) {
  const std::string dtd = "/usr/share/nmap/nmap.dtd";
  if (!has_program("xmllint") || !std::filesystem::exists(dtd)) GTEST_SKIP() << "xmllint or nmap.dtd is not installed";
  const Folder folder;
  const Outcome outcome = run("xmllint --noout --dtdvalid " + dtd + " " + folder.write("report.xml", document()));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(ScriptText, NmapsStylesheetAndNdiffShowIt) {
  const std::string sheet = "/usr/share/nmap/nmap.xsl";
  const Folder folder;
  const std::string file = folder.write("report.xml", document());
  if (!has_program("xsltproc") || !std::filesystem::exists(sheet)) GTEST_SKIP() << "xsltproc or nmap.xsl is missing";
  EXPECT_THAT(run("xsltproc --nonet " + sheet + " " + file).output, HasSubstr("Subject: commonName=mail.example"));
  if (!has_program("ndiff")) GTEST_SKIP() << "ndiff is not installed";
  // Several scripts at one port, and scripts that differ, end ndiff 7.93 under Python 3, whoever wrote them.
  const std::vector<std::string> one{"smtp-commands"};
  const std::string simple = folder.write("one.xml", document(one));
  const Outcome same = run("ndiff " + simple + " " + simple);
  EXPECT_EQ(same.status, 0) << same.output;
  // -v shows what is the same, too, and says 1 as soon as a script is among it, whoever wrote that.
  EXPECT_THAT(run("ndiff -v " + simple + " " + simple).output, HasSubstr("smtp-commands: PIPELINING, 8BITMIME"));
}

TEST(ScriptText, LibnmapFindsThePartsOfACertificate) {
  if (!has_python_module("libnmap")) GTEST_SKIP() << "python3-libnmap is not installed";
  const Folder folder;
  const std::string script = folder.write("read.py", R"(
import sys
from libnmap.parser import NmapParser
host = NmapParser.parse_fromfile(sys.argv[1]).hosts[0]
found = {script['id']: script for script in host.get_service(22).scripts_results}
parts = found['ssl-cert']['elements']
assert parts['subject'] == {'commonName': 'mail.example', 'organizationName': 'Foo, Inc.', '1_2_3': 'é='}, parts
assert parts['issuer']['countryName'] == 'DE' and parts['issuer']['commonName'] == 'CA', parts
assert parts['pubkey'] == {'type': 'rsa', 'bits': '2048'}, parts
assert parts['validity'] == {'notBefore': '2026-01-02T00:00:03', 'notAfter': '2027-01-02T00:00:00'}, parts
assert parts['extensions'][None]['name'] == 'X509v3 Subject Alternative Name', parts
assert found['ssl-cert']['output'].split('\n')[0] == 'Subject: commonName=mail.example/organizationName=Foo, Inc./1_2_3=é='
assert found['http-title']['elements'] == {'title': 'A & <b>', 'redirect_url': 'https://x/'}, found
assert found['smtp-commands']['elements'] == {None: 'PIPELINING, 8BITMIME'}, found
hostile = {script['id']: script for script in host.get_service(80).scripts_results}
assert hostile['http-title']['elements'] == {'title': '\\x1B<&>"\'\n]]>'}, hostile
)");
  const Outcome outcome = run(std::string{python} + " " + script + " " + folder.write("report.xml", document()));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

}  // namespace
}  // namespace portolan::report
