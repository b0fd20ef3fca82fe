#include "cli/arguments.h"

#include <getopt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "cli/scan/scan_options.h"

namespace portolan::cli {
namespace {

using Words = std::vector<std::string>;

Result<Arguments> parse(const Words& words) { return parse_arguments(specs_of(scan_option_table()), words); }

// "-p=80" for an option with a value, "--open" for one without, "host" for an operand.
Words told(const Arguments& arguments) {
  Words result;
  for (const Given& given : arguments.options)
    result.push_back(given.spelling + (given.value ? "=" + *given.value : ""));
  for (const std::string& operand : arguments.operands) result.push_back(operand);
  return result;
}

Words parsed(const Words& words) {
  const auto arguments = parse(words);
  return arguments ? told(*arguments) : Words{"error: " + arguments.error().message};
}

std::string error_of(const Words& words) {
  const auto arguments = parse(words);
  return arguments ? "no error" : arguments.error().message;
}

TEST(Arguments, NmapsHabitsAreUnderstood) {
  EXPECT_EQ(parsed({"-sS", "-p80", "host"}), (Words{"-sS", "-p=80", "host"}));
  EXPECT_EQ(parsed({"-p", "80"}), (Words{"-p=80"}));
  EXPECT_EQ(parsed({"-p-"}), (Words{"-p=-"}));
  EXPECT_EQ(parsed({"-p", "-100"}), (Words{"-p=-100"}));
  EXPECT_EQ(parsed({"-oX", "-", "-oG=file", "--oA", "base"}), (Words{"-oX=-", "-oG=file", "-oA=base"}));
  EXPECT_EQ(parsed({"-T4", "-T", "aggressive"}), (Words{"-T=4", "-T=aggressive"}));
  EXPECT_EQ(parsed({"-PS22,80", "-PA", "-PE", "-Pn"}), (Words{"-PS=22,80", "-PA", "-PE", "-Pn"}));
  EXPECT_EQ(parsed({"-v", "-vv", "-v2", "-d"}), (Words{"-v", "-v=v", "-v=2", "-d"}));
  EXPECT_EQ(parsed({"-iL", "f", "-4", "-6", "-e", "eth0"}), (Words{"-iL=f", "-4", "-6", "-e=eth0"}));
  EXPECT_EQ(parsed({"-nr"}), (Words{"-n", "-r"}));
}

TEST(Arguments, LongNamesTakeTheirValueEitherWay) {
  EXPECT_EQ(parsed({"--max-rate", "5", "--min-rate=3"}), (Words{"--max-rate=5", "--min-rate=3"}));
  EXPECT_EQ(parsed({"--exclude", "--open"}), (Words{"--exclude=--open"}));
}

TEST(Arguments, LongNamesStandBehindOneDashToo) {
  EXPECT_EQ(parsed({"-reason", "-open"}), (Words{"--reason", "--open"}));
}

TEST(Arguments, AnUnambiguousBeginningWillDo) {
  EXPECT_EQ(parsed({"--rea", "--host", "5s"}), (Words{"--reason", "--host-timeout=5s"}));
  EXPECT_EQ(parsed({"--exclude", "a"}), (Words{"--exclude=a"}));  // whole, though also the beginning of others
}

TEST(Arguments, LettersOfTheScanFamilyCombine) {
  EXPECT_EQ(parsed({"-sST"}), (Words{"-sS", "-sT"}));
  EXPECT_EQ(parsed({"-s", "S"}), (Words{"-sS"}));
}

TEST(Arguments, NetstatAndSsHaveLettersOnlyBehindOneDash) {
  constexpr std::array<OptionSpec, 4> table{{{.spellings = {"-s", "--summary"}},
                                             {.spellings = {"-a", "--all"}},
                                             {.spellings = {"-n", "--numeric"}},
                                             {.spellings = {"-A", "--query"}, .argument = Argument::required}}};
  std::vector<const OptionSpec*> specs;
  for (const OptionSpec& option : table) specs.push_back(&option);
  const auto take = [&specs](const Words& words) {
    const auto arguments = parse_arguments(specs, words, Dashes::two);
    return arguments ? told(*arguments) : Words{"error: " + arguments.error().message};
  };
  EXPECT_EQ(take({"-san", "--num"}), (Words{"-s", "-a", "-n", "--numeric"}));
  EXPECT_EQ(take({"-naAinet", "x"}), (Words{"-n", "-a", "-A=inet", "x"}));
  EXPECT_EQ(take({"-all"}), (Words{"error: unknown option '-l'; --help lists all options"}));
}

TEST(Arguments, OperandsStandAnywhereAndDoubleDashEndsOptions) {
  EXPECT_EQ(parsed({"a", "-n", "b", "--", "-n", "-"}), (Words{"-n", "a", "b", "-n", "-"}));
  EXPECT_EQ(parsed({"-"}), (Words{"-"}));
}

TEST(Arguments, ErrorsAreOneSentenceThatQuotesTheWord) {
  EXPECT_EQ(error_of({"--bogus"}), "unknown option '--bogus'; --help lists all options");
  EXPECT_EQ(error_of({"--top-port", "--opne"}), "no error");  // the value of --top-ports
  EXPECT_EQ(error_of({"--opne"}), "unknown option '--opne'; did you mean --open?");
  EXPECT_EQ(error_of({"--max-rtae=5"}), "unknown option '--max-rtae'; did you mean --max-rate?");
  EXPECT_EQ(error_of({"-p"}), "option -p needs an argument: -p <ports>");
  EXPECT_EQ(error_of({"-oX"}), "option -oX needs an argument: -oX <file>");
  EXPECT_EQ(error_of({"--open=3"}), "option --open takes no argument, but '3' is given to it");
  EXPECT_EQ(error_of({"--min-r", "3"}), "option '--min-r' is ambiguous, it may be --min-rate or --min-rtt-timeout");
  EXPECT_EQ(error_of({"-PE80"}),
            "option -PE takes no argument, but '80' is given to it; write every -P option as a word of its own");
  EXPECT_THAT(error_of({"-s"}), testing::StartsWith("-s needs a letter: -sL, -sn, -sS, -sT"));
  for (const Words& words : {Words{"-s", "-v"}, Words{"-s", "--open"}, Words{"-s", "-"}, Words{"-s", ""},
                             Words{"-s", "198.18.0.2"}, Words{"-Fs", "-sS"}, Words{"host", "-s"}}) {
    EXPECT_THAT(error_of(words), testing::StartsWith("-s needs a letter: -sL, -sn, -sS, -sT"));
  }
  EXPECT_THAT(error_of({"-s", "SQ"}), testing::StartsWith("unknown option '-sQ'"));
  EXPECT_THAT(error_of({"-P"}), testing::StartsWith("-P needs a letter: -Pn, -PS, -PA, -PU, -PY, -PO, -PE, -PP"));
  EXPECT_THAT(error_of({"-sQ"}), testing::StartsWith("unknown option '-sQ'"));
}

TEST(Arguments, HostileWordsAreQuotedHarmlessly) {
  EXPECT_THAT(error_of({"--\x1b[2J"}), testing::Not(testing::HasSubstr("\x1b")));
}

// The oracle: glibc's getopt_long_only over tables made from ours.
class Glibc {
 public:
  Glibc() {
    const auto table = scan_option_table();
    letters_ = "s:P::";
    for (std::size_t i = 0; i < table.size(); ++i) {
      for (const std::string_view spelling : table[i].spellings) {
        if (!spelling.empty()) learn(table[i], spelling);
      }
    }
    for (const std::string& name : names_) {
      const OptionSpec& option = *owners_[static_cast<std::size_t>(&name - names_.data())];
      const int kind = option.argument == Argument::none       ? no_argument
                       : option.argument == Argument::required ? required_argument
                                                               : optional_argument;
      long_.push_back({name.c_str(), kind, nullptr, 0});
    }
    long_.push_back({nullptr, 0, nullptr, 0});
  }

  // nullopt: an error.
  [[nodiscard]] std::optional<Words> parse(const Words& words) const {
    Words copies = words;
    copies.insert(copies.begin(), "scan");
    std::vector<char*> argv;
    for (std::string& copy : copies) argv.push_back(copy.data());
    argv.push_back(nullptr);
    opterr = 0;
    optind = 0;
    Words result;
    int index = 0;
    int found = 0;
    const int count = static_cast<int>(copies.size());
    while ((found = getopt_long_only(count, argv.data(), letters_.c_str(), long_.data(), &index)) != -1) {
      const std::string value = optarg != nullptr ? optarg : "";
      if (found == '?' || found == ':') return std::nullopt;
      if (found == 's' || found == 'P') {
        if (!expand(static_cast<char>(found), value, result)) return std::nullopt;
      } else if (found == 0) {
        result.push_back(spellings_[static_cast<std::size_t>(index)] + (optarg != nullptr ? "=" + value : ""));
      } else {
        result.push_back(std::string{'-', static_cast<char>(found)} + (optarg != nullptr ? "=" + value : ""));
      }
    }
    for (int i = optind; i < count; ++i) result.emplace_back(argv[static_cast<std::size_t>(i)]);
    return result;
  }

 private:
  void learn(const OptionSpec& option, std::string_view spelling) {
    switch (form_of(option, spelling)) {
      case Form::family:
        families_.emplace_back(&option, spelling);
        break;
      case Form::letter:
        letters_ += spelling[1];
        letters_ += option.argument == Argument::none ? "" : option.argument == Argument::required ? ":" : "::";
        break;
      case Form::name:
        names_.emplace_back(spelling.substr(spelling.starts_with("--") ? 2 : 1));
        spellings_.emplace_back(spelling);
        owners_.push_back(&option);
    }
  }

  bool expand(char family, const std::string& value, Words& result) const {
    if (value.empty()) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string spelling{'-', family, value[i]};
      const auto known =
          std::find_if(families_.begin(), families_.end(), [&](const auto& entry) { return entry.second == spelling; });
      if (known == families_.end()) return false;
      const std::string rest = value.substr(i + 1);
      if (family == 's' || rest.empty()) {
        result.push_back(spelling);
        continue;
      }
      if (known->first->argument == Argument::none) return false;
      result.push_back(spelling + "=" + rest);
      return true;
    }
    return true;
  }

  std::string letters_;
  Words names_;
  Words spellings_;
  std::vector<const OptionSpec*> owners_;
  std::vector<std::pair<const OptionSpec*, std::string_view>> families_;
  std::vector<option> long_;
};

rc::Gen<std::string> word() {
  std::vector<std::string> pieces{"-", "--", "80",   "host", "-80",  "S",    "4",
                                  "=", "=x", "-sST", "-nr",  "-nF4", "-Pn1", ""};
  for (const auto& entry : scan_option_table()) {
    for (const std::string_view spelling : entry.spellings) {
      if (!spelling.empty()) pieces.emplace_back(spelling);
    }
  }
  const auto piece = rc::gen::elementOf(pieces);
  const auto cut = rc::gen::map(rc::gen::pair(piece, rc::gen::inRange<std::size_t>(0, 24)), [](const auto& pair) {
    return pair.first.substr(0, pair.second);  // beginnings of names
  });
  const auto glued = rc::gen::map(rc::gen::pair(cut, piece), [](const auto& pair) { return pair.first + pair.second; });
  const auto single_dash =
      rc::gen::map(cut, [](std::string text) { return text.starts_with("--") ? text.substr(1) : text; });
  return rc::gen::oneOf(piece, cut, glued, single_dash);
}

TEST(Arguments, DashesThatOnlyLookLikeThoseOfOptionsAreRefused) {
  for (const char* word :
       {"\u2013sS", "\u2014open", "\u2212\u2212open", "\u2010p22", "\uff0dn", "\u2013-open", "\u20136"}) {
    for (const Words& words : {Words{word}, Words{"host", word}, Words{"-n", word, "host"}}) {
      const auto got = parse(words);
      ASSERT_FALSE(got) << word;
      EXPECT_EQ(got.error().code, Errc::parse);
      EXPECT_TRUE(got.error().message.starts_with("'" + std::string{word} + "' begins with a")) << got.error().message;
    }
  }
  EXPECT_EQ(
      parse({"\u2014-open"}).error().message,
      "'\u2014-open' begins with an em dash (U+2014), which is not the '-' of options: type -open or --open on the "
      "keyboard");
  EXPECT_EQ(parse({"\u2013"}).error().message, "'\u2013' is an en dash (U+2013), not the '-' of the keyboard");
}

TEST(Arguments, OddDashesStandBehindTwoUsualOnesAndInValues) {
  EXPECT_EQ(parse({"--", "\u2013x"})->operands, Words{"\u2013x"});
  EXPECT_EQ(parse({"-oN", "\u2013x"})->options.front().value, "\u2013x");
  EXPECT_EQ(parse({"a\u2013x"})->operands, Words{"a\u2013x"});
}

RC_GTEST_PROP(Arguments, AgreeWithGlibc, ()) {
  static const Glibc glibc;
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  const auto words = *rc::gen::container<Words>(count, word());
  const auto expected = glibc.parse(words);
  const auto got = parse(words);
  RC_TAG(expected ? "parsed" : "refused");
  RC_ASSERT(got.has_value() == expected.has_value());
  if (got) RC_ASSERT(told(*got) == *expected);
}

}  // namespace
}  // namespace portolan::cli
