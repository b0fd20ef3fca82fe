// -sC, --script and -A.
#include "cli/scan/script_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "identify/details.h"

namespace portolan::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

WantedTopics wanted(const std::vector<std::string>& line, Dialect dialect = Dialect::portolan) {
  const auto options = parse_scan_options(line);
  EXPECT_TRUE(options) << (options ? "" : options.error().message);
  return options ? wanted_topics(*options, dialect) : WantedTopics{};
}

TEST(ScriptOptions, DefaultIsWhatNmapsDefaultScriptsTell) {
  for (const char* option : {"-sC", "--script=default", "-A", "--script=+default"}) {
    const auto topics = wanted({option});
    EXPECT_THAT(topics.names, Contains("http-title")) << option;
    EXPECT_THAT(topics.names, Contains("ssl-cert")) << option;
    EXPECT_THAT(topics.names, Not(Contains("http-headers"))) << option;
    EXPECT_THAT(topics.unknown, IsEmpty()) << option;
  }
}

TEST(ScriptOptions, TheyAskAsVersionsAreAsked) {
  for (const char* option : {"-sC", "--script=ssl-cert", "-A", "-sV"}) {
    const auto options = parse_scan_options(std::vector<std::string>{option, "-sV"});
    ASSERT_TRUE(options);
    EXPECT_TRUE(options->identify);
    EXPECT_THAT(std::string{option}, StartsWith(options->identified_by));
  }
  EXPECT_FALSE(parse_scan_options(std::vector<std::string>{"-sS"})->identify);
}

// These, and all that nmap shows for its -sV, in the order of their names.
std::vector<std::string> of_version(std::vector<std::string> names) {
  for (const identify::Topic& topic : identify::topics()) {
    if (topic.of_version) names.emplace_back(topic.name);
  }
  std::ranges::sort(names);
  return names;
}

TEST(ScriptOptions, NothingIsShownWhereNothingWasWanted) {
  EXPECT_THAT(wanted({"-sV"}).names, IsEmpty());
  EXPECT_THAT(wanted({"-sS"}, Dialect::nmap).names, IsEmpty());
  EXPECT_THAT(wanted({"-sV"}, Dialect::nmap).names, ElementsAreArray(of_version({})));
}

TEST(ScriptOptions, CategoriesAndPatternsAreJoinedAsByNmap) {
  for (const char* every : {"all", "safe", "discovery", "not intrusive", "default or not default"}) {
    EXPECT_EQ(wanted({"--script", every}).names.size(), identify::topics().size()) << every;
  }
  const auto names = [](const char* expression) { return wanted({"--script", expression}).names; };
  EXPECT_THAT(names("pop3-*,imap-*"), ElementsAreArray(of_version({"pop3-capabilities", "imap-capabilities"})));
  EXPECT_THAT(names("(default or http-headers) and http-*"),
              ElementsAreArray(of_version({"http-auth", "http-generator", "http-headers", "http-title"})));
  EXPECT_THAT(names("default and not http-*"), Not(Contains("http-title")));
  EXPECT_THAT(names("default and not http-*"), Contains("ssl-cert"));
  EXPECT_THAT(names("version"), ElementsAreArray(of_version({})));
  EXPECT_THAT(names("version"), IsSupersetOf({"http-server-header", "jdwp-version", "snmp-info"}));
}

TEST(ScriptOptions, WhatThereIsNotIsNamed) {
  EXPECT_THAT(wanted({"--script", "vuln,http-title,/tmp/x.nse"}).unknown, ElementsAre("vuln", "/tmp/x.nse"));
  for (const char* wrong : {"((((", "not", "and", "()", " ", "and or not ("}) {
    EXPECT_LE(wanted({"--script", wrong}).names.size(), identify::topics().size()) << wrong;
  }
  const std::string deep(100'000, '(');
  EXPECT_THAT(wanted({"--script", deep}).names, IsEmpty());
}

TEST(ScriptOptions, HelpSaysWhatIsShown) {
  EXPECT_THAT(topics_text("ssl-*"), StartsWith("ssl-cert: "));
  EXPECT_THAT(topics_text("vuln\x1b"), HasSubstr("vuln\\x1B: no script is run here"));
}

TEST(ScriptOptions, WhatScriptsAreGivenChangesNothing) {
  EXPECT_TRUE(parse_scan_options(std::vector<std::string>{"--script-args", "user=x", "--script-timeout", "5m",
                                                          "--script-args-file=f", "--script-updatedb"}));
}

}  // namespace
}  // namespace portolan::cli
