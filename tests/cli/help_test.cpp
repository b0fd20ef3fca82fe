#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/scan/scan_options.h"
#include "tests/places.h"

namespace portolan::cli {
namespace {

std::vector<HelpPage> pages() {
  std::vector<HelpPage> result;
  for (const Command* command : commands()) result.push_back(command->page());
  return result;
}

HelpPage page_of(std::string_view name) {
  for (const HelpPage& page : pages()) {
    if (page.name == name) return page;
  }
  return {};
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_EQ(wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrap("unbreakable", 3, 0), "unbreakable");
  EXPECT_EQ(wrap("", 3, 0), "");
  EXPECT_EQ(wrap("\u00e9t\u00e9 \u00e9t\u00e9", 7, 0), "\u00e9t\u00e9 \u00e9t\u00e9");
}

TEST(Wrap, KeepsAFrenchSignWithItsWord) {
  EXPECT_EQ(wrap("deux mots : trois", 9, 0), "deux\nmots :\ntrois");
  EXPECT_EQ(wrap("le \u00ab mot \u00bb, oui ?", 9, 0), "le\n\u00ab mot \u00bb,\noui ?");
  EXPECT_EQ(wrap("sport = :22", 7, 0), "sport =\n:22");
}

TEST(Help, ShowsEveryBuiltOptionAndNoOther) {
  const HelpPage scan = page_of("scan");
  const std::string text = help_text(scan);
  ASSERT_FALSE(scan.options.empty());
  for (const OptionSpec* option : scan.options) {
    const std::string line = "\n  " + std::string{option->spellings.front()};
    const bool shown = testing::Value(text, testing::ContainsRegex(line + "[ ,[\n]"));
    EXPECT_EQ(shown, option->support == Support::built) << option->spellings.front();
  }
}

TEST(Help, FitsATerminal) {
  for (const HelpPage& page : pages()) {
    std::istringstream lines{help_text(page)};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Help, EveryExampleIsUnderstood) {
  for (const Example& example : page_of("scan").examples) {
    std::istringstream words{std::string{example.line}};
    std::vector<std::string> line;
    for (std::string word; words >> word;) line.push_back(word);
    ASSERT_GT(line.size(), 2U) << example.line;
    const auto result = parse_scan_options(std::vector(line.begin() + 2, line.end()));
    EXPECT_TRUE(result) << example.line;
  }
}

std::string file(const std::string& path) {
  std::ifstream stream{test::source_directory() + "/" + path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

TEST(ManualPage, NamesEveryOption) {
  const std::string text = manual_page(pages());
  for (const OptionSpec* option : page_of("scan").options) {
    if (option->support == Support::unlisted) continue;
    std::string name;
    for (const char c : option->spellings.front()) name += c == '-' ? "\\-" : std::string{c};
    EXPECT_THAT(text, testing::HasSubstr(name)) << name;
  }
}

TEST(ManualPage, TellsEveryExitStatus) {
  const std::string text = manual_page(pages());
  for (const int status : {status_done, status_failed, status_refused, 129, 130, 143, status_reader_gone})
    EXPECT_THAT(text, testing::ContainsRegex("\n.B ([0-9]+, )*" + std::to_string(status) + "[,\n]")) << status;
  EXPECT_THAT(text, testing::HasSubstr("Of who: nobody listens there."));
  EXPECT_THAT(text, testing::HasSubstr("Under the name netstat they are net-tools': 3 "));
}

TEST(Completion, KnowsEveryCommandAndEveryBuiltOption) {
  const std::string text = bash_completion(pages());
  for (const HelpPage& page : pages()) {
    EXPECT_THAT(text, testing::HasSubstr(std::string{page.name})) << page.name;
    for (const OptionSpec* option : page.options) {
      // Columns of a table stand among the options of a page too.
      if (option->support != Support::built || !option->spellings.front().starts_with('-')) continue;
      EXPECT_THAT(text, testing::HasSubstr(std::string{option->spellings.front()})) << option->spellings.front();
    }
  }
}

TEST(Documentation, NamesEveryBuiltOption) {
  const std::string text = file("docs/scan.md");
  for (const OptionSpec* option : page_of("scan").options) {
    if (option->support != Support::built) continue;
    EXPECT_THAT(text, testing::HasSubstr("`" + std::string{option->spellings.front()})) << option->spellings.front();
  }
}

// A row of docs/options.md: "| `-f`, `--ff` | not yet | |".
struct Row {
  std::vector<std::string> spellings;
  std::string here;
};
std::vector<Row> rows_of(const std::string& text) {
  std::vector<Row> rows;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    Row row;
    const std::size_t end = line.find(" | ");
    for (std::size_t at = line.find('`'); at < end; at = line.find('`', at)) {
      const std::size_t close = line.find('`', at + 1);
      row.spellings.push_back(line.substr(at + 1, close - at - 1));
      at = close + 1;
    }
    row.here = line.substr(end + 3, line.find(" |", end + 3) - end - 3);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> words_for(Support support) {
  switch (support) {
    case Support::ignored:
      return {"no effect"};
    case Support::missing:
      return {"not yet"};
    case Support::declined:
    case Support::hiding:
      return {"not offered"};
    case Support::built:
    case Support::unlisted:
      break;
  }
  return {"same", "better"};
}

TEST(Documentation, SaysOfEveryOptionOfNmapWhatItDoesHere) {
  std::map<std::string, std::string> told;
  for (const Row& row : rows_of(file("docs/options.md"))) {
    for (const std::string& spelling : row.spellings) {
      EXPECT_TRUE(told.emplace(spelling, row.here).second) << spelling << " stands there twice";
    }
  }
  const std::set<std::string_view> ours{"--threads",
                                        "--seed",
                                        "-oJ",
                                        "-oL",
                                        "--pcap",
                                        "--discover-link",
                                        "--max-connections-per-host",
                                        "--save-unknown",
                                        "--fingerprints",
                                        "--ask-industrial",
                                        "--from",
                                        "--firewall"};
  for (const OptionSpec* option : page_of("scan").options) {
    if (ours.contains(option->spellings.front())) continue;
    const auto row = told.find(std::string{option->spellings.front()});
    if (row == told.end() && option->support == Support::unlisted) continue;
    ASSERT_NE(row, told.end()) << option->spellings.front();
    EXPECT_THAT(words_for(option->support), testing::Contains(row->second)) << row->first;
    for (const std::string_view spelling : option->spellings) told.erase(std::string{spelling});
  }
  EXPECT_TRUE(told.empty()) << told.begin()->first << " is no option";
}

// The code spans of a line, each taken apart at its blanks; "" is an empty word.
std::vector<std::vector<std::string>> lines_in(std::string_view cell) {
  std::vector<std::vector<std::string>> lines;
  for (std::size_t at = cell.find('`'); at != std::string_view::npos; at = cell.find('`', at + 1)) {
    const std::size_t close = cell.find('`', at + 1);
    std::istringstream words{std::string{cell.substr(at + 1, close - at - 1)}};
    std::vector<std::string>& line = lines.emplace_back();
    for (std::string word; words >> word;) line.push_back(word == "\"\"" ? "" : word);
    at = close;
  }
  return lines;
}

// The text of the row that tells of the option of a line: "-v99" is one of -v.
std::string row_about(const std::string& text, const std::string& word) {
  std::istringstream lines{text};
  std::string best;
  std::size_t length = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const auto rows = rows_of(line);
    for (const std::string& spelling : rows.front().spellings) {
      if (!word.starts_with(spelling) || spelling.size() <= length) continue;
      best = line;
      length = spelling.size();
    }
  }
  return best;
}

TEST(Documentation, TellsWhichValuesOfNmapAreRefusedAndWhichAreTakenUnderItsName) {
  const std::string text = file("docs/options.md");
  constexpr std::string_view refused = "| refused | ";
  constexpr std::string_view taken = "| taken under the name nmap | ";
  std::istringstream lines{text};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool is_refused = line.starts_with(refused);
    if (!is_refused && !line.starts_with(taken)) continue;
    const std::size_t begin = (is_refused ? refused : taken).size();
    for (const auto& words : lines_in(line.substr(begin, line.find(" |", begin) - begin))) {
      EXPECT_EQ(parse_scan_options(words, Dialect::nmap).has_value(), !is_refused) << line;
      EXPECT_FALSE(parse_scan_options(words, Dialect::portolan)) << line;
      if (words.front() != "-P") {
        EXPECT_THAT(row_about(text, words.front()), testing::HasSubstr("(#values)")) << line;
      }
      ++count;
    }
  }
  EXPECT_GT(count, 40U);
}

}  // namespace
}  // namespace portolan::cli
