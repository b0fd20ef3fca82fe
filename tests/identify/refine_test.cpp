#include "identify/refine.h"

#include <gtest/gtest.h>

namespace portolan::identify {
namespace {

model::ServiceRecord refined(const char* product, const char* version, const char* extra = "",
                             const char* system = "") {
  model::ServiceRecord record;
  record.product = product;
  record.version = version;
  record.extra = extra;
  record.system = system;
  refine(record, {}, nullptr);
  return record;
}

TEST(Refine, WhatADistributionAddedStandsApart) {
  const auto bind = refined("ISC BIND", "9.18.49-1~deb12u3-Debian", "recursive");
  EXPECT_EQ(bind.version, "9.18.49");
  EXPECT_EQ(bind.extra, "1~deb12u3-Debian; recursive");
  EXPECT_EQ(bind.system, "Linux");
  const auto known = refined("x", "1.2-Debian", "of Debian", "Hurd");
  EXPECT_EQ(known.version, "1.2");
  EXPECT_EQ(known.extra, "of Debian");
  EXPECT_EQ(known.system, "Hurd");
}

TEST(Refine, OtherVersionsStayAsTheyAreSaid) {
  EXPECT_EQ(refined("OpenSSH", "9.2p1").version, "9.2p1");
  EXPECT_EQ(refined("x", "2-4").version, "2-4");
  EXPECT_EQ(refined("x", "3.6-1.3").version, "3.6-1.3");
}

TEST(Refine, TheProductsCpeStandsBeforeTheSystems) {
  const auto record = refined("OpenSSH", "9.2p1", "", "Linux");
  EXPECT_EQ(record.cpes, (std::vector<std::string>{"cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*",
                                                   "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"}));
  EXPECT_TRUE(refined("Somebody's own", "1.2").cpes.empty());
}

// A file of one rule about a field.
Fingerprints saying(const char* field, const char* params, bool is_ours = true) {
  Fingerprints rules;
  const std::string text = "<fingerprints matches=\"" + std::string{field} + "\"><fingerprint pattern=\"^\">" + params +
                           "</fingerprint></fingerprints>";
  EXPECT_TRUE(rules.add(text, "x.xml", is_ours));
  return rules;
}

model::ServiceRecord refined_by(const Fingerprints& rules, const char* field, const char* said, const char* product,
                                const char* version) {
  model::ServiceRecord record;
  record.product = product;
  record.version = version;
  const std::vector<SaidField> fields{{field, said}};
  refine(record, fields, &rules);
  return record;
}

constexpr const char* bar_2 =
    "<param pos=\"0\" name=\"service.product\" value=\"Bar\"/><param pos=\"0\" name=\"service.version\" value=\"2\"/>";

TEST(Refine, WhatIsReadIsStrongerThanARule) {
  const Fingerprints title = saying("html_title", bar_2);
  const auto record = refined_by(title, "html_title", "Bar", "nginx", "1.22.1");
  EXPECT_EQ(record.product, "nginx");
  EXPECT_EQ(record.version, "1.22.1");
  EXPECT_EQ(record.extra, "Bar 2");
  EXPECT_EQ(refined_by(title, "html_title", "Bar", "bar", "1").version, "1");
  EXPECT_EQ(refined_by(title, "html_title", "Bar", "bar", "").version, "2");
  const auto empty = refined_by(title, "html_title", "Bar", "", "");
  EXPECT_EQ(empty.product, "Bar");
  EXPECT_EQ(empty.version, "2");
}

TEST(Refine, AProductGetsItsUsualNameByRulesOfOursOnly) {
  const auto ours = refined_by(saying("ssh.banner", bar_2), "ssh.banner", "barsrv_2", "barsrv", "2x");
  EXPECT_EQ(ours.product, "Bar");
  EXPECT_EQ(ours.version, "2");
  EXPECT_EQ(refined_by(saying("ssh.banner", bar_2, false), "ssh.banner", "barsrv_2", "barsrv", "2x").product, "barsrv");
  // It was read from somewhere else.
  EXPECT_EQ(refined_by(saying("ssh.banner", bar_2), "ssh.banner", "other", "barsrv", "2x").product, "barsrv");
}

TEST(Refine, HardwareIsMentionedAndItsCpeTold) {
  const auto record = refined_by(saying("html_title",
                                        "<param pos=\"0\" name=\"hw.vendor\" value=\"HP\"/>"
                                        "<param pos=\"0\" name=\"hw.product\" value=\"LaserJet 4\"/>"
                                        "<param pos=\"0\" name=\"hw.device\" value=\"printer\"/>"
                                        "<param pos=\"0\" name=\"hw.cpe23\" value=\"cpe:/h:hp:laserjet_4\"/>"),
                                 "html_title", "x", "nginx", "1.2");
  EXPECT_EQ(record.extra, "HP LaserJet 4");
  EXPECT_EQ(record.device, "printer");
  EXPECT_EQ(record.cpes, (std::vector<std::string>{"cpe:2.3:a:f5:nginx:1.2:*:*:*:*:*:*:*",
                                                   "cpe:2.3:h:hp:laserjet_4:*:*:*:*:*:*:*:*"}));
}

std::string field(const std::vector<SaidField>& fields, std::string_view name) {
  for (const SaidField& one : fields) {
    if (one.name == name) return one.value;
  }
  return "none";
}

std::string said_by(const char* reader, const char* heard, const char* name) {
  const std::vector<Turn> turns{{"", heard}};
  return field(fields_said(reader, {.turns = turns, .host = {}}, {}), name);
}

TEST(Fields, AreCutOutOfWhatIsSaid) {
  EXPECT_EQ(said_by("ssh", "hello\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "ssh.banner"), "OpenSSH_9.2p1 Debian-2");
  EXPECT_EQ(said_by("smtp", "220-a\r\n220 b\r\n", "smtp.banner"), "a\nb");
  EXPECT_EQ(said_by("pop3", "+OK ready\r\n", "pop3.banner"), "ready");
  EXPECT_EQ(said_by("imap", "* OK ready\r\n", "imap4.banner"), "ready");
  EXPECT_EQ(said_by("imap", "* BYE no\r\n", "imap4.banner"), "none");
  EXPECT_EQ(said_by("sip", "SIP/2.0 200 OK\r\nserver:  Foo 1\r\n\r\nServer: Bar\r\n", "sip_header.server"), "Foo 1");
  EXPECT_EQ(said_by("telnet", "\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0 log\xff\xffin: ", "telnet.banner"), "log\xffin:");
  EXPECT_EQ(said_by("telnet", "\xff", "telnet.banner"), "\xff");
  EXPECT_EQ(said_by("telnet", "a\xff\xfa\x18", "telnet.banner"), "a");
}

TEST(Fields, AreMadeOfDetails) {
  model::ServiceRecord record;
  record.details = {{"http-headers", "set-cookie", "a=1"},
                    {"http-headers", "server", "nginx"},
                    {"http-title", "title", "Hello"},
                    {"snmp-sysdescr", "", "RouterOS"}};
  record.tls.emplace().subject = "CN=x";
  const auto fields = fields_told(record);
  EXPECT_EQ(field(fields, "http_header.cookie"), "a=1");
  EXPECT_EQ(field(fields, "http_header.server"), "nginx");
  EXPECT_EQ(field(fields, "html_title"), "Hello");
  EXPECT_EQ(field(fields, "snmp.sys_description"), "RouterOS");
  EXPECT_EQ(field(fields, "x509.subject"), "CN=x");
  for (const SaidField& one : fields) EXPECT_TRUE(is_field(one.name)) << one.name;
  EXPECT_FALSE(is_field("smpt.banner"));
}

}  // namespace
}  // namespace portolan::identify
