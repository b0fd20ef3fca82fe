#include "cli/scan/scan_options.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/arguments.h"
#include "probe/registry.h"
#include "report/scan/registry.h"

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

ScanOptions words(const Words& line) {
  const auto result = parse_scan_options(line);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result.value_or(ScanOptions{});
}

std::string error_of(const Words& line) {
  const auto result = parse_scan_options(line);
  return result ? "no error" : result.error().message;
}

// A value that the option takes, to be able to try each.
std::string sample(const OptionSpec& option) {
  if (option.value == "<time>") return "1s";
  if (option.value == "<bytes>") return "16";
  if (option.value == "<ratio>") return "0.1";
  if (option.value == "<number>" || option.value == "<0-5>" || option.value == "<0-9>" || option.value == "<level>")
    return "3";
  return "80";
}

TEST(ScanOptions, EverySpellingOfTheTableIsUnderstood) {
  for (const auto& option : scan_option_table()) {
    for (const std::string_view spelling : option.spellings) {
      if (spelling.empty()) continue;
      Words line{std::string{spelling}};
      if (option.argument == Argument::required) line.push_back(sample(option));
      const auto result = parse_scan_options(line);
      const bool refused = option.support == Support::missing || option.support == Support::declined ||
                           option.support == Support::hiding;
      EXPECT_EQ(result.has_value(), !refused) << spelling;
      if (result) continue;
      EXPECT_EQ(result.error().code, Errc::unsupported) << result.error().message;
      EXPECT_THAT(
          result.error().message,
          testing::StartsWith(fmt::format("{} {}", spelling, option.support == Support::declined ? "is not" : "(")));
    }
  }
}

TEST(ScanOptions, AttachedValuesAreUnderstood) {
  for (const auto& option : scan_option_table()) {
    if (option.argument != Argument::attached || option.support != Support::built) continue;
    const std::string glued = fmt::format("{}{}", option.spellings.front(), sample(option));
    EXPECT_TRUE(parse_scan_options(Words{glued})) << glued;
  }
}

TEST(ScanOptions, NoSpellingStandsTwice) {
  std::set<std::string_view> seen;
  for (const auto& option : scan_option_table()) {
    for (const std::string_view spelling : option.spellings) {
      EXPECT_TRUE(spelling.empty() || seen.insert(spelling).second) << spelling;
    }
  }
}

TEST(ScanOptions, EveryEntryIsComplete) {
  for (const auto& option : scan_option_table()) {
    const std::string_view name = option.spellings.front();
    EXPECT_TRUE(name.starts_with("-") && name.size() > 1);
    EXPECT_NE(option.apply, nullptr) << name;
    if (option.support == Support::unlisted) continue;
    EXPECT_FALSE(option.summary.empty()) << name;
    EXPECT_FALSE(option.summary.ends_with('.')) << name;
    if (option.support != Support::built) continue;
    EXPECT_FALSE(option.group.empty()) << name;
    EXPECT_EQ(option.value.empty(), option.argument == Argument::none) << name;
  }
}

TEST(ScanOptions, HoldWhatWasSaid) {
  const ScanOptions given = words({"-sS", "-p", "22,80", "--max-rate", "100", "-T4", "host", "-oX", "-",
                                   "--exclude=a,b", "-PS22", "-n", "--seed", "7", "10.0.0.0/24"});
  EXPECT_EQ(given.techniques, std::vector{&probe::tcp_syn});
  EXPECT_EQ(given.ports, "22,80");
  EXPECT_EQ(given.max_rate, 100.0);
  EXPECT_EQ(given.timing_level, 4);
  EXPECT_EQ(given.targets, (Words{"host", "10.0.0.0/24"}));
  ASSERT_EQ(given.outputs.size(), 1U);
  EXPECT_EQ(given.outputs[0].format, &report::xml_format);
  EXPECT_EQ(given.outputs[0].path, "-");
  EXPECT_EQ(given.excluded, (Words{"a,b"}));
  ASSERT_EQ(given.discovery.size(), 1U);
  EXPECT_EQ(given.discovery[0].probe, &probe::tcp_syn);
  EXPECT_EQ(given.discovery[0].ports, "22");
  EXPECT_TRUE(given.never_names);
  EXPECT_EQ(given.seed, 7U);
}

TEST(ScanOptions, VerbosityIsCountedOrStated) {
  EXPECT_EQ(words({"-v"}).verbosity, 1);
  EXPECT_EQ(words({"-vv"}).verbosity, 2);
  EXPECT_EQ(words({"-v", "-vv"}).verbosity, 3);
  EXPECT_EQ(words({"-v4"}).verbosity, 4);
  EXPECT_EQ(words({"--verbose"}).verbosity, 1);
  EXPECT_TRUE(words({"-v0"}).quiet);
  EXPECT_FALSE(words({"-v"}).quiet);
}

TEST(ScanOptions, DebuggingMakesVerboseAndGivesReasons) {
  const ScanOptions given = words({"-d2"});
  EXPECT_EQ(given.debugging, 2);
  EXPECT_EQ(given.verbosity, 2);
  EXPECT_TRUE(given.show_reason);
}

TEST(ScanOptions, EveryFormatHasItsOption) {
  for (const report::Format* format : report::formats) {
    const ScanOptions given = words({std::string{format->option}, "out"});
    ASSERT_EQ(given.outputs.size(), 1U) << format->name;
    EXPECT_EQ(given.outputs[0].format, format);
  }
  EXPECT_EQ(words({"-oA", "out"}).outputs.at(0).format, nullptr);
  EXPECT_EQ(words({"-oM", "out"}).outputs.at(0).format, &report::grepable_format);
}

TEST(ScanOptions, HelpAndVersionWinOverWhatStandsBehind) {
  EXPECT_TRUE(words({"-h", "-O"}).help);
  EXPECT_TRUE(words({"-V", "-p", "80", "-p", "81"}).version);
}

TEST(ScanOptions, WhatIsDoneAnywayMayBeAskedFor) {
  EXPECT_EQ(error_of({"--unique", "198.18.0.1"}), error_of({"198.18.0.1"}));
}

TEST(ScanOptions, NamesThatNmapHadOnceAreUnderstood) {
  EXPECT_EQ(words({"-PI"}).discovery.at(0).probe, &probe::icmp_echo);
  const ScanOptions by_ack = words({"-PT80"});
  ASSERT_EQ(by_ack.discovery.size(), 1U);
  EXPECT_EQ(by_ack.discovery[0].probe, &probe::tcp_ack);
  EXPECT_EQ(by_ack.discovery[0].ports, "80");
  const ScanOptions by_both = words({"-PB"});
  ASSERT_EQ(by_both.discovery.size(), 2U);
  EXPECT_EQ(by_both.discovery[0].probe, &probe::icmp_echo);
  EXPECT_EQ(by_both.discovery[1].probe, &probe::tcp_ack);
  EXPECT_EQ(words({"-m", "out"}).outputs.at(0).format, &report::grepable_format);
}

TEST(ScanOptions, ARatioOfPortsMeansSoManyOfTheMostCommon) {
  EXPECT_EQ(words({"--port-ratio", "0.01"}).top_ports, 100U);
  EXPECT_EQ(words({"--port-ratio=0.001"}).top_ports, 1000U);
  EXPECT_EQ(words({"--port-ratio", "0.9"}).top_ports, 1U);
  EXPECT_EQ(words({"--port-ratio", "0"}).top_ports, 65'536U);
  EXPECT_EQ(words({"--port-ratio", "1e-300"}).top_ports, 65'536U);
  for (const char* wrong : {"1", "-0.1", "nan", "0.1x", "1/10"}) {
    EXPECT_THAT(error_of({"--port-ratio", wrong}), testing::HasSubstr("is no share")) << wrong;
  }
}

TEST(ScanOptions, ErrorsAreClear) {
  EXPECT_THAT(error_of({"--max-os-tries=0"}), testing::HasSubstr("--max-os-tries"));
  EXPECT_THAT(error_of({"--max-os-tries=51"}), testing::HasSubstr("--max-os-tries"));
  EXPECT_THAT(error_of({"-O1"}), testing::HasSubstr("unknown option '-O1'"));
  EXPECT_EQ(error_of({"-D", "10.0.0.1"}), "-D (decoys) is not there: portolan does not hide who scans");
  EXPECT_EQ(error_of({"-sI", "zombie"}),
            "-sI (scanning through an idle third machine) is not there: portolan does not hide who scans");
  EXPECT_EQ(error_of({"-iR", "10"}),
            "-iR is not offered: random targets are nobody's own; name those that you answer for");
  EXPECT_EQ(error_of({"--pcap", "a", "--pcap", "b"}),
            "--pcap 'a' and --pcap 'b': one capture holds every packet, so name one file");
  EXPECT_EQ(error_of({"-p1", "-p2"}), "-p is given twice; put all ports into one, with commas");
  EXPECT_EQ(error_of({"-T9"}),
            "-T: '9' is no timing; write 0 to 5, or paranoid, sneaky, polite, normal, aggressive or insane");
  EXPECT_THAT(error_of({"--timing", "9"}), testing::StartsWith("--timing: '9' is no timing"));
  EXPECT_EQ(error_of({"-vx"}), "-v: 'x' is not a whole number from 0 to 10");
  EXPECT_EQ(error_of({"--verbose=x"}), "--verbose: 'x' is not a whole number from 0 to 10");
  EXPECT_EQ(error_of({"--debug=v"}), "--debug: 'v' is not a whole number from 0 to 10");
  EXPECT_EQ(error_of({"--max-rtt-timeout", "1ms"}), "--max-rtt-timeout: '1ms' is too short; the least is 5ms");
  EXPECT_EQ(error_of({"--top-ports", "0"}), "--top-ports: '0' is not a whole number from 1 to 65536");
  EXPECT_THAT(error_of({"-oA", "-"}),
              testing::StartsWith(
                  "-oA: standard output cannot hold all formats at once; name a file, or use one of -oN, -oX, -oG"));
}

TEST(ScanOptions, AForgottenSpaceBehindAnOutputOptionWritesNoFile) {
  EXPECT_EQ(error_of({"-oXfile"}), "'-oXfile' is easily misunderstood; write -oX file (with a space), or -oN Xfile");
  EXPECT_EQ(words({"-o", "plain"}).outputs.at(0).format, &report::normal_format);
  EXPECT_FALSE(parse_scan_options(Words{"-o", ""}));
}

TEST(ScanOptions, AnOptionInThePlaceOfAFileNameWritesNoFile) {
  for (const char* option : {"-oX", "-oN", "-oG", "-oJ", "-oL", "-oA", "-o"}) {
    EXPECT_EQ(error_of({option, "-sn", "198.18.0.1"}),
              fmt::format("{0}: '-sn' looks like an option, not like the name of a file; write {0} ./-sn if it is one",
                          option));
  }
  EXPECT_EQ(error_of({"-oX", "--open"}),
            "-oX: '--open' looks like an option, not like the name of a file; write -oX ./--open if it is one");
  EXPECT_EQ(error_of({"-oX", "-", "-oG", "./-sn"}), "no error");
}

TEST(ScanOptions, ABlankInsideAListIsNoticed) {
  EXPECT_EQ(
      error_of({"198.18.0.0/24", "--exclude", "198.18.0.1,", "198.18.0.2"}),
      "--exclude: with a blank at the comma, '198.18.0.2' is no part of the list '198.18.0.1,' but a target of its "
      "own; write the list without blanks");
  for (const Words& line :
       {Words{"--exclude", "a", ",b"}, Words{"--exclude=a,", "b"}, Words{"--dns-servers", "a,", "b"},
        Words{"-p", "22,", "80", "a"}, Words{"-p22,", "80-90", "a"}, Words{"-PS22,", "80"},
        Words{"--exclude-ports", "22", ",80"}, Words{"-np", "22,", "80"}}) {
    EXPECT_THAT(error_of(line), testing::HasSubstr("write the list without blanks")) << line.front();
  }
  for (const Words& line :
       {Words{"--exclude", "a,b", "c"}, Words{"c", "--exclude", "a,"}, Words{"--exclude", "a, b", "c"},
        Words{"--exclude", "a,", "-n", "c"}, Words{"-p", "22,", "198.18.0.1"}, Words{"-oN", "a,", "b"}}) {
    EXPECT_EQ(error_of(line), "no error") << line[1];
  }
}

TEST(ScanOptions, TheLeastWaitMayBeNone) {
  EXPECT_EQ(words({"--min-rtt-timeout", "0ms"}).min_rtt_timeout, Duration{std::chrono::milliseconds{5}});
  EXPECT_EQ(words({"--min-rtt-timeout", "7ms"}).min_rtt_timeout, Duration{std::chrono::milliseconds{7}});
  EXPECT_FALSE(parse_scan_options(Words{"--min-rtt-timeout", "-1"}));
  EXPECT_FALSE(parse_scan_options(Words{"--initial-rtt-timeout", "0"}));
}

TEST(ScanOptions, AStatusEveryZeroSecondsIsNone) {
  EXPECT_EQ(words({"--stats-every", "30s"}).stats_every, Duration{std::chrono::seconds{30}});
  EXPECT_EQ(words({"--stats-every", "0"}).stats_every, std::nullopt);
  EXPECT_EQ(words({"--stats-every", "30s", "--stats-every", "0ms"}).stats_every, std::nullopt);
  EXPECT_FALSE(parse_scan_options(Words{"--stats-every", "-1"}));
}

TEST(ScanOptions, EmptyArgumentsAreRefused) {
  for (const char* option : {"-e", "-oX", "-oN", "-oA", "-o", "--exclude", "--excludefile", "-iL"}) {
    const Words line{option, ""};
    EXPECT_THAT(error_of(line), testing::EndsWith(": its argument is empty")) << option;
  }
  EXPECT_EQ(error_of({"--dns-servers", ""}), "--dns-servers: it names no server");
  EXPECT_EQ(error_of({"--dns-servers", ","}), "--dns-servers: it names no server");
}

TEST(ScanOptions, UnderNmapsNameValuesThatMeanNothingAreTakenAsNmapTakesThem) {
  const auto as_nmap = [](const Words& line) {
    const auto result = parse_scan_options(line, Dialect::nmap);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result.value_or(ScanOptions{});
  };
  EXPECT_EQ(as_nmap({"-v99"}).verbosity, 10);
  EXPECT_EQ(as_nmap({"-d20"}).debugging, 10);
  EXPECT_EQ(as_nmap({"-v2x"}).verbosity, 2);
  EXPECT_TRUE(as_nmap({"-v0"}).quiet);
  EXPECT_EQ(as_nmap({"-P"}).discovery.at(0).probe, &probe::icmp_echo);
  EXPECT_TRUE(as_nmap({"-PN0"}).skip_discovery);
  EXPECT_EQ(as_nmap({"-PE0"}).discovery.at(0).probe, &probe::icmp_echo);
  EXPECT_EQ(as_nmap({"--scanflags", ""}).dress.tcp_flags, 0);
  EXPECT_TRUE(as_nmap({"--data-string", "", "--data-length", ""}).dress.data.empty());
  EXPECT_TRUE(as_nmap({"--ip-options", ""}).dress.ip_options.empty());
  for (const char* servers : {"", ","}) {
    EXPECT_TRUE(as_nmap({"--dns-servers", servers, "198.18.0.1"}).never_names);
    EXPECT_TRUE(as_nmap({"--dns-servers", servers}).dns_servers.empty());
  }
}

TEST(ScanOptions, UnderNmapsNameAPingThatThereIsNotIsNmapsOwnError) {
  EXPECT_EQ(parse_scan_options(Words{"-PX"}, Dialect::nmap).error().code, Errc::usage);
  EXPECT_EQ(parse_scan_options(Words{"-PX"}).error().code, Errc::parse);
  EXPECT_EQ(parse_scan_options(Words{"-sQ"}, Dialect::nmap).error().code, Errc::parse);
}

TEST(ScanOptions, StandardInputIsReadOnce) {
  constexpr auto* sentence =
      "standard input can be read only once, so only one of -iL and --excludefile can have -, and once";
  EXPECT_EQ(error_of({"-iL", "-", "--excludefile", "-"}), sentence);
  EXPECT_EQ(error_of({"-iL", "-", "-iL", "-"}), sentence);
  EXPECT_EQ(error_of({"-iL", "-", "--excludefile", "file"}), "no error");
}

}  // namespace
}  // namespace portolan::cli
