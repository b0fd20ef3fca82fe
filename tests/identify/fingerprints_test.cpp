// Rules in Recog's schema, our own and other people's.
#include "identify/fingerprints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <sstream>

#include "../places.h"
#include "identify/cpe.h"
#include "identify/refine.h"
#include "replayed.h"

namespace portolan::identify {
namespace {

using ::testing::HasSubstr;

std::vector<std::filesystem::path> shipped() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator{test::source_directory() + "/data/fingerprints"}) {
    all.push_back(entry.path());
  }
  return all;
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

Fingerprints ours() {
  Fingerprints rules;
  for (const auto& path : shipped()) EXPECT_TRUE(rules.add(text_of(path), path.string(), true));
  return rules;
}

std::string rule(std::string_view pattern, std::string_view inside, std::string_view flags = "") {
  return "<fingerprints matches=\"ssh.banner\">\n<fingerprint pattern=\"" + std::string{pattern} + "\" flags=\"" +
         std::string{flags} + "\">\n" + std::string{inside} + "</fingerprint>\n</fingerprints>\n";
}

std::string error_of(std::string_view text) {
  Fingerprints rules;
  const auto added = rules.add(text, "dir/x.xml", false);
  EXPECT_EQ(rules.rules(), 0U);
  return added ? "" : added.error().message;
}

FingerprintValues values_for(std::string_view text, std::string_view said) {
  Fingerprints rules;
  const auto added = rules.add(text, "x.xml", false);
  EXPECT_TRUE(added) << added.error().message;
  auto matches = rules.match("ssh.banner", said);
  return matches.empty() ? FingerprintValues{} : matches.front().values;
}

// ---- ours ---------------------------------------------------------------------------------------

TEST(OurFingerprints, AreAboutFieldsThatServicesSayAndFitTheirExamples) {
  EXPECT_GE(shipped().size(), 10U);
  for (const auto& path : shipped()) {
    SCOPED_TRACE(path.filename().string());
    Fingerprints rules;
    const auto added = rules.add(text_of(path), path.string(), false);
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_GT(rules.rules(), 0U);
    for (const std::string_view field : rules.fields()) EXPECT_TRUE(is_field(field)) << field;
  }
}

// An example of one rule that a rule before it fits would be no example of it.
TEST(OurFingerprints, HaveExamplesEachThatNoRuleBeforeThemTakes) {
  for (const auto& path : shipped()) {
    SCOPED_TRACE(path.filename().string());
    const std::string text = text_of(path);
    Fingerprints rules;
    ASSERT_TRUE(rules.add(text, path.string(), true));
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(text.c_str()));
    for (const pugi::xml_node node : document.document_element().children("fingerprint")) {
      SCOPED_TRACE(node.attribute("pattern").value());
      EXPECT_FALSE(std::string_view{node.child_value("description")}.empty());
      EXPECT_TRUE(node.child("example"));
      for (const pugi::xml_node example : node.children("example")) {
        const auto matches = rules.match(rules.fields().front(), example.child_value());
        ASSERT_EQ(matches.size(), 1U) << example.child_value();
        for (const pugi::xml_node param : node.children("param")) {
          const std::string_view name = param.attribute("name").value();
          const std::string_view value = param.attribute("value").value();
          if (value.empty() || value.contains('{')) continue;
          EXPECT_EQ(matches.front().values[name], value) << example.child_value();
        }
      }
    }
  }
}

TEST(OurFingerprints, SayCpesThatAreOnes) {
  for (const auto& path : shipped()) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_file(path.c_str()));
    for (const pugi::xml_node node : document.document_element().children("fingerprint")) {
      for (const pugi::xml_node param : node.children("param")) {
        const std::string_view name = param.attribute("name").value();
        if (!name.ends_with(".cpe23")) continue;
        EXPECT_TRUE(read_cpe(param.attribute("value").value())) << param.attribute("value").value();
      }
    }
  }
}

TEST(OurFingerprints, SayMoreOfWhoAnswers) {
  const Fingerprints rules = ours();
  const auto found = replay("< \"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\\r\\n\"\n", 22, {.fingerprints = &rules}).found;
  EXPECT_EQ(found.product, "OpenSSH");
  EXPECT_EQ(found.version, "9.2p1");
  EXPECT_EQ(found.cpes, (std::vector<std::string>{"cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*",
                                                  "cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*",
                                                  "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"}));
  const auto router = replay("< \"SSH-2.0-ROSSSH\\r\\n\"\n", 22, {.fingerprints = &rules}).found;
  EXPECT_EQ(router.product, "MikroTik RouterOS sshd");
  EXPECT_EQ(router.system, "RouterOS");
  EXPECT_EQ(router.device, "router");
}

// ---- anybody's ----------------------------------------------------------------------------------

TEST(Fingerprints, TheFirstRuleThatFitsSaysIt) {
  const std::string text =
      "<fingerprints matches=\"ssh.banner\">"
      "<fingerprint pattern=\"^Foo_(\\d+)\"><param pos=\"1\" name=\"service.version\"/>"
      "<param pos=\"0\" name=\"service.product\" value=\"Foo\"/>"
      "<param pos=\"0\" name=\"service.cpe23\" value=\"cpe:/a:foo:foo:{service.version}\"/></fingerprint>"
      "<fingerprint pattern=\"^Foo\"><param pos=\"0\" name=\"service.product\" value=\"Other\"/></fingerprint>"
      "</fingerprints>";
  const auto first = values_for(text, "Foo_12 bar");
  EXPECT_EQ(first["service.product"], "Foo");
  EXPECT_EQ(first["service.version"], "12");
  EXPECT_EQ(first["service.cpe23"], "cpe:/a:foo:foo:12");
  EXPECT_EQ(values_for(text, "Foo")["service.product"], "Other");
  EXPECT_TRUE(values_for(text, "bar").all().empty());
}

TEST(Fingerprints, FlagsSayWhatLettersAndPointsFit) {
  const std::string param = "<param pos=\"0\" name=\"a\" value=\"b\"/>";
  EXPECT_EQ(values_for(rule("^foo.bar", param), "FOO\nbar")["a"], "");
  EXPECT_EQ(values_for(rule("^foo.bar", param, "REG_ICASE,REG_DOT_NEWLINE"), "FOO\nbar")["a"], "b");
  EXPECT_EQ(values_for(rule("^bar$", param), "FOO\nbar\nx")["a"], "b");
}

TEST(Fingerprints, WhatIsWrongIsSaidWithItsLine) {
  const std::string param = "<param pos=\"0\" name=\"a\" value=\"b\"/>";
  EXPECT_THAT(error_of("<fingerprints>\n<fingerprint"), HasSubstr("dir/x.xml:2: it is no XML"));
  EXPECT_THAT(error_of("<rules/>"), HasSubstr("dir/x.xml:1: "));
  EXPECT_THAT(error_of(rule("(", param)), HasSubstr("dir/x.xml:2: the pattern does not compile: "));
  EXPECT_THAT(error_of(rule("x", "<param pos=\"1\" name=\"a\"/>")), HasSubstr("dir/x.xml:3: param 'a' wants group 1"));
  EXPECT_THAT(error_of(rule("x", "<param pos=\"y\" name=\"a\"/>")), HasSubstr("is no number"));
  EXPECT_THAT(error_of(rule("x", "<param pos=\"0\" name=\"a\"/>")), HasSubstr("needs a value"));
  EXPECT_THAT(error_of(rule("x", "<param pos=\"0\"/>")), HasSubstr("a param needs a name"));
  EXPECT_THAT(error_of(rule("x", "<rule/>")), HasSubstr("no element 'rule'"));
  EXPECT_THAT(error_of(rule("x", param, "REG_FAST")), HasSubstr("unknown flag 'REG_FAST'"));
  EXPECT_THAT(error_of(rule("^x", param + "\n<example>y</example>")),
              HasSubstr("dir/x.xml:4: the pattern does not fit its example 'y'"));
  EXPECT_THAT(error_of(rule("^x", param + "<example a=\"c\">x</example>")), HasSubstr("is 'b', not 'c'"));
  EXPECT_THAT(error_of(rule("^x", param + "<example _encoding=\"base64\">!</example>")), HasSubstr("base64"));
  EXPECT_EQ(error_of(rule("x", param, "\x1b")).find('\x1b'), std::string::npos);
}

TEST(Fingerprints, APatternThatNeverEndsIsGivenUp) {
  const std::string text = rule("^(a+)+$", "<param pos=\"0\" name=\"a\" value=\"b\"/>");
  EXPECT_TRUE(values_for(text, std::string(2'000, 'a') + "!").all().empty());
  EXPECT_EQ(values_for(text, "aaa")["a"], "b");
}

TEST(Fingerprints, OthersFillWhatOursLeaveEmpty) {
  Fingerprints rules;
  ASSERT_TRUE(rules.add(rule("^Foo", "<param pos=\"0\" name=\"service.product\" value=\"Ours\"/>"), "a.xml", true));
  Fingerprints others;
  ASSERT_TRUE(others.add(rule("^Foo",
                              "<param pos=\"0\" name=\"service.product\" value=\"Theirs\"/>"
                              "<param pos=\"0\" name=\"hw.device\" value=\"Router\"/>"
                              "<param pos=\"0\" name=\"os.family\" value=\"Foos\"/>"),
                         "a.xml", false));
  rules.add(std::move(others));
  const auto found = replay("< \"SSH-2.0-Foo\\r\\n\"\n", 22, {.fingerprints = &rules}).found;
  EXPECT_EQ(found.product, "Ours");
  EXPECT_EQ(found.device, "router");
  EXPECT_EQ(found.system, "Foos");
}

}  // namespace
}  // namespace portolan::identify
