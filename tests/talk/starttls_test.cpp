#include "talk/starttls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::talk {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

const DialogueEnds ends{.host = "server.example", .own_address = "198.18.0.1"};

// What we say until TLS begins, pieces divided by "|"; or "error: WHY", or "waits" behind it. `cut`: all that is heard
// comes byte by byte.
std::string talked(std::string_view protocol, const std::vector<std::string>& heard, bool cut = false) {
  Upgrade upgrade{*starttls_named(protocol), ends};
  std::string said = upgrade.opening();
  for (const std::string& piece : heard) {
    const std::size_t size = cut ? 1 : piece.size();
    for (std::size_t at = 0; at < piece.size(); at += size) {
      const auto step = upgrade.hear(std::string_view{piece}.substr(at, size));
      if (!step) return said + "error: " + step.error().message;
      if (!step->say.empty()) said += "|" + step->say;
      if (step->upgrade) return said + "|TLS";
    }
  }
  return said + "|waits";
}

struct Course {
  std::string_view protocol;
  std::vector<std::string> heard;
  std::string said;
};

const std::string ldap_request =
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
    "1.3.6.1.4.1.1466.20037"s;
// Result 0 without words; result 52 (unavailable) with some, its length in the long form.
const std::string ldap_yes = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"s;
const std::string ldap_no = "\x30\x81\x0f\x02\x01\x01\x78\x0a\x0a\x01\x34\x04\x00\x04\x03no\x1b"s;

std::string mysql_packet(const std::string& payload) {
  return std::string{static_cast<char>(payload.size())} + "\0\0\0"s + payload;
}
std::string mysql_hello(std::uint8_t capabilities) {
  return mysql_packet(
      "\x0a"
      "8.0.36\0"s +
      "\x07\x00\x00\x00"s + "abcdefgh\0"s + "\xff" + static_cast<char>(capabilities) + "\x2d\x02\x00rest"s);
}
const std::string mysql_request = "\x20\x00\x00\x01\x00\x8a\x00\x00\x00\x00\x00\x01\x2d"s + std::string(23, '\0');

const std::vector<Course>& courses() {
  static const std::vector<Course> all{
      {"smtp",
       {"220-mail.example\r\n220 ESMTP\r\n", "250-mail.example\r\n250-SIZE 10\r\n250-starttls\r\n250 HELP\r\n",
        "220 go\r\n"},
       "|EHLO [198.18.0.1]\r\n|STARTTLS\r\n|TLS"},
      {"imap",
       {"* OK [CAPABILITY IMAP4rev2 STARTTLS] ready\r\n", "* CAPABILITY IMAP4rev2\r\na OK begin\r\n"},
       "|a STARTTLS\r\n|TLS"},
      {"pop3", {"+OK ready\r\n", "+OK begin\r\n"}, "|STLS\r\n|TLS"},
      {"ftp", {"120 soon\r\n", "220-hello\r\n   230 no answer\r\n220 now\r\n", "234 begin\r\n"}, "|AUTH TLS\r\n|TLS"},
      {"xmpp",
       {"<?xml version='1.0'?><stream:stream id='1' from='server.example'><stream:features><starttls "
        "xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>",
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
       "<?xml version='1.0'?><stream:stream to='server.example' version='1.0' xmlns='jabber:client' "
       "xmlns:stream='http://etherx.jabber.org/streams'>|<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>|TLS"},
      {"ldap", {ldap_yes}, ldap_request + "|TLS"},
      {"postgres", {"S"}, "\x00\x00\x00\x08\x04\xd2\x16\x2f|TLS"s},
      {"mysql", {mysql_hello(0x0a)}, "|" + mysql_request + "|TLS"},
  };
  return all;
}

TEST(StartTls, EveryProtocolComesToTls) {
  for (const StartTls& protocol : starttls_protocols()) {
    std::size_t tried = 0;
    for (const Course& course : courses()) {
      if (course.protocol != protocol.name) continue;
      ++tried;
      EXPECT_EQ(talked(course.protocol, course.heard), course.said) << protocol.name;
      EXPECT_EQ(talked(course.protocol, course.heard, true), course.said) << protocol.name;
    }
    EXPECT_EQ(tried, 1U) << protocol.name;
    EXPECT_NE(protocol.rule, "");
  }
}

TEST(StartTls, ARefusalIsToldInItsWords) {
  EXPECT_THAT(talked("smtp", {"554 go away\r\n"}), HasSubstr("error: it answers '554 go away'"));
  EXPECT_THAT(talked("smtp", {"220 hi\r\n", "250-a\r\n250 HELP\r\n"}), HasSubstr("error: it does not offer STARTTLS"));
  EXPECT_THAT(talked("smtp", {"220 hi\r\n", "250 STARTTLS\r\n", "454 not now\x1b\r\n"}),
              HasSubstr("error: it answers '454 not now\\x1B'"));
  EXPECT_THAT(talked("imap", {"* PREAUTH you are in\r\n"}), HasSubstr("error: it answers '* PREAUTH you are in'"));
  EXPECT_THAT(talked("imap", {"* BYE\r\n"}), HasSubstr("error: it answers '* BYE'"));
  EXPECT_THAT(talked("imap", {"* OK\r\n", "a BAD what\r\n"}), HasSubstr("error: it answers 'a BAD what'"));
  EXPECT_THAT(talked("pop3", {"+OK\r\n", "-ERR no\r\n"}), HasSubstr("error: it answers '-ERR no'"));
  EXPECT_THAT(talked("ftp", {"220 hi\r\n", "502 no\r\n"}), HasSubstr("error: it answers '502 no'"));
  EXPECT_THAT(talked("xmpp", {"<stream:stream><stream:features/>"}), HasSubstr("error: it does not offer STARTTLS"));
  EXPECT_THAT(talked("xmpp", {"<stream:features><starttls/></stream:features>", "<failure/>"}),
              HasSubstr("error: it refuses STARTTLS"));
  EXPECT_THAT(talked("ldap", {ldap_no}), HasSubstr("error: it refuses StartTLS: result 52, no\\x1B"));
  EXPECT_THAT(talked("postgres", {"N"}), HasSubstr("error: it answers that it has no TLS"));
  EXPECT_THAT(talked("mysql", {mysql_hello(0)}), HasSubstr("error: its greeting does not offer TLS"));
  EXPECT_THAT(talked("mysql", {mysql_packet("\xff\x15\x04Host 'a' is blocked"s)}),
              HasSubstr("error: it refuses: Host 'a' is blocked"));
}

TEST(StartTls, ALongRefusalIsToldByItsBeginning) {
  const std::string long_line(60'000, 'x');
  EXPECT_THAT(talked("pop3", {"-ERR " + long_line + "\r\n"}),
              HasSubstr("error: it answers '-ERR " + std::string(195, 'x') + "...'"));
}

TEST(StartTls, OtherProtocolsAreRecognisedAsSuch) {
  EXPECT_THAT(talked("ldap", {"220 mail.example\r\n"}), HasSubstr("error: what it answers is no answer of LDAP"));
  EXPECT_THAT(talked("ldap", {"\x30\x84\xff\xff\xff\xff"}), HasSubstr("error: what it answers is no answer of LDAP"));
  EXPECT_THAT(talked("postgres", {"EFATAL"}), HasSubstr("error: what it answers is no answer of PostgreSQL"));
  EXPECT_THAT(talked("mysql", {mysql_packet("\x09")}), HasSubstr("error: what it greets with is no greeting of MySQL"));
}

TEST(StartTls, WhatStandsBetweenConsentAndTlsIsRefused) {
  for (const Course& course : courses()) {
    std::vector<std::string> heard = course.heard;
    heard.back() += "250 injected\r\n";
    EXPECT_THAT(talked(course.protocol, heard), HasSubstr("error: it says something between its consent and TLS"))
        << course.protocol;
  }
}

TEST(StartTls, WhoNeverComesToAnEndIsLeft) {
  const std::vector<std::string> lines(4096, "220-and so on, and so on\r\n");
  EXPECT_THAT(talked("smtp", lines), HasSubstr("error: it says more than 65536 bytes and no end"));
  const std::vector<std::string> one_line(4096, "and so on, and so on, and so on");
  for (const char* protocol : {"smtp", "imap", "pop3", "ftp", "xmpp"}) {
    EXPECT_THAT(talked(protocol, one_line), HasSubstr("error: it says more than 65536 bytes and no end")) << protocol;
  }
}

TEST(StartTls, AnAddressOfIpv6IsWrittenAsMailWantsIt) {
  Upgrade upgrade{*starttls_named("smtp"), {.host = "a", .own_address = "fe80::1%eth0"}};
  EXPECT_EQ(upgrade.hear("220 hi\r\n")->say, "EHLO [IPv6:fe80::1]\r\n");
}

TEST(StartTls, AHostCannotEndItsAttribute) {
  Upgrade upgrade{*starttls_named("xmpp"), {.host = "a'><b", .own_address = ""}};
  EXPECT_THAT(upgrade.opening(), HasSubstr("to='a&apos;&gt;&lt;b' "));
}

RC_GTEST_PROP(StartTls, AnyBytesAreAnswered, (const std::string& bytes)) {
  for (const StartTls& protocol : starttls_protocols()) (void)talked(protocol.name, {bytes});
}

}  // namespace
}  // namespace portolan::talk
