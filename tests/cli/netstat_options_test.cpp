#include "cli/netstat/netstat_options.h"

#include <getopt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "cli/arguments.h"

namespace portolan::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NetstatOptions words_of(const std::vector<std::string>& line) {
  auto words = parse_netstat_options(line);
  EXPECT_TRUE(words) << (words ? "" : words.error().message);
  return words.value_or(NetstatOptions{});
}

Error error_of(const std::vector<std::string>& line) {
  const auto words = parse_netstat_options(line);
  return words ? Error{Errc::io, "no error"} : words.error();
}

TEST(NetstatOptions, LettersStandTogetherAndRepeat) {
  const NetstatOptions words = words_of({"-anpe", "-ee"});
  EXPECT_TRUE(words.all && words.numeric && words.programs);
  EXPECT_EQ(words.extended, 3);
  // nmap's families (-sT) are nothing here.
  const NetstatOptions others = words_of({"-sunt"});
  EXPECT_TRUE(others.statistics && others.udp && others.numeric && others.tcp);
}

TEST(NetstatOptions, ALongNameNeedsTwoDashes) {
  const NetstatOptions words = words_of({"-tcp"});  // -t -c -p, as getopt_long takes it
  EXPECT_TRUE(words.tcp && words.continuous && words.programs);
  EXPECT_TRUE(words_of({"--tcp"}).tcp);
}

TEST(NetstatOptions, AnUnambiguousBeginningWillDo) {
  EXPECT_EQ(words_of({"--ext"}).extended, 1);
  EXPECT_TRUE(words_of({"--prog"}).programs);
  EXPECT_TRUE(words_of({"--inet"}).inet);  // whole, though --inet6 begins with it
  EXPECT_EQ(error_of({"--num"}).code, Errc::parse);
  EXPECT_THAT(error_of({"--num"}).message, HasSubstr("ambiguous"));
}

TEST(NetstatOptions, FamiliesAreAListOrOptionsOfTheirOwn) {
  const NetstatOptions words = words_of({"-A", "inet,unix"});
  EXPECT_TRUE(words.inet && words.unix_domain);
  EXPECT_FALSE(words.inet6);
  EXPECT_TRUE(words_of({"--protocol=inet6"}).inet6);
  EXPECT_TRUE(words_of({"--ip"}).inet);
  EXPECT_TRUE(words_of({"-6"}).inet6);
  EXPECT_TRUE(words_of({"-4x"}).unix_domain);
}

TEST(NetstatOptions, FamiliesThatTheKernelLostAreRemembered) {
  EXPECT_THAT(words_of({"--ax25", "--ipx", "-A", "ax25,rose"}).missing, ElementsAre("AX25", "IPX", "ROSE"));
  EXPECT_THAT(words_of({"-2f"}).missing, ElementsAre("BLUETOOTH"));
  EXPECT_THAT(words_of({"-t"}).missing, IsEmpty());
}

TEST(NetstatOptions, AnUnknownFamilyIsQuoted) {
  EXPECT_EQ(error_of({"-A", "inet,bogus"}).message, "unknown address family 'bogus'; there are inet, inet6 and unix");
  EXPECT_EQ(error_of({"-A", ""}).code, Errc::unsupported);
  EXPECT_EQ(error_of({"-A", "INET"}).code, Errc::unsupported);
}

TEST(NetstatOptions, ErrorsAreOneSentence) {
  EXPECT_EQ(error_of({"-anQ"}).code, Errc::parse);
  EXPECT_THAT(error_of({"-anQ"}).message, HasSubstr("'-Q'"));
  EXPECT_THAT(error_of({"--lisening"}).message, HasSubstr("did you mean --listening?"));
  EXPECT_EQ(error_of({"-A"}).message, "option -A needs an argument: -A <families>");
  EXPECT_THAT(error_of({"--numeric=3"}).message, HasSubstr("takes no argument"));
}

TEST(NetstatOptions, ViewsExcludeEachOtherExceptGroups) {
  EXPECT_EQ(error_of({"-ri"}).code, Errc::usage);
  EXPECT_EQ(error_of({"-sM"}).code, Errc::usage);
  EXPECT_TRUE(words_of({"-rg"}).routes);
  EXPECT_TRUE(words_of({"-s"}).statistics);
  EXPECT_TRUE(words_of({"-st"}).tcp);
}

TEST(NetstatOptions, ContinuousTakesNoArgument) {
  const NetstatOptions words = words_of({"-c", "5"});
  EXPECT_TRUE(words.continuous);
  EXPECT_THAT(words.operands, ElementsAre("5"));
}

TEST(NetstatOptions, HelpAndVersionEndTheLine) {
  EXPECT_TRUE(words_of({"--help", "-i", "-r"}).help);
  EXPECT_TRUE(words_of({"-V", "-A", "bogus"}).version);
}

// --- glibc's getopt_long takes the same lines apart in the same way

struct Table {
  std::string letters;
  std::vector<option> names;
};

// From our own table: what is compared is how lines are taken apart.
Table glibc_table() {
  Table table;
  int number = 1000;
  for (const OptionSpec& spec : netstat_option_table()) {
    ++number;
    for (const std::string_view spelling : spec.spellings) {
      if (spelling.starts_with("--")) {
        table.names.push_back(
            {spelling.data() + 2, spec.argument == Argument::none ? no_argument : required_argument, nullptr, number});
      } else if (spelling.size() == 2 && spelling != "-?") {
        table.letters += spelling[1];
        if (spec.argument == Argument::required) table.letters += ':';
      }
    }
  }
  table.names.push_back({});
  return table;
}

// Whether glibc takes the line, and how many options it sees.
std::optional<std::size_t> glibc_options(std::vector<std::string> line) {
  static const Table table = glibc_table();
  line.insert(line.begin(), "netstat");
  std::vector<char*> words;
  for (std::string& word : line) words.push_back(word.data());
  words.push_back(nullptr);
  optind = 0;
  opterr = 0;
  std::size_t count = 0;
  for (;;) {
    const int found =
        getopt_long(static_cast<int>(line.size()), words.data(), table.letters.c_str(), table.names.data(), nullptr);
    if (found == -1) return count;
    if (found == '?') return std::nullopt;
    ++count;
  }
}

TEST(NetstatOptions, LinesAreTakenApartAsGlibcDoes) {
  std::vector<const OptionSpec*> specs = specs_of(netstat_option_table());
  const std::vector<std::vector<std::string>> lines{{"-anpe"},
                                                    {"-tcp"},
                                                    {"--tcp"},
                                                    {"--tc"},
                                                    {"-Ainet"},
                                                    {"-A", "inet", "-t"},
                                                    {"-nA", "unix"},
                                                    {"-A"},
                                                    {"--protocol=inet"},
                                                    {"--protocol", "inet", "x"},
                                                    {"--prot", "inet"},
                                                    {"-t", "foo", "-u"},
                                                    {"-t", "--", "-u"},
                                                    {"-t", "-", "-u"},
                                                    {"-Q"},
                                                    {"-tQ"},
                                                    {"--nothing"},
                                                    {"--numeric-h"},
                                                    {"--numeric-"},
                                                    {"--all=1"},
                                                    {"-sPn"},
                                                    {"-rinse"}};
  for (const auto& line : lines) {
    const auto ours = parse_arguments(specs, line, Dashes::two);
    const auto theirs = glibc_options(line);
    EXPECT_EQ(ours.has_value(), theirs.has_value()) << line.front();
    if (ours && theirs) {
      EXPECT_EQ(ours->options.size(), *theirs) << line.front();
    }
  }
}

}  // namespace
}  // namespace portolan::cli
