// What docs/learn.md and docs/learn.fr.md show is what the program prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "base/message.h"
#include "explain/page.h"
#include "os/terminal/language.h"
#include "tests/explain/recorded_connection.h"
#include "tests/places.h"
#include "tests/report/tools.h"

namespace portolan::explain {
namespace {

constexpr std::string_view begins = "```text\n$ portolan explain --offline ";
constexpr std::string_view ends = "```\n";

struct Document {
  std::string name;
  std::string locale;  // whose language the program is to speak
};

std::string path_of(const Document& document) { return test::source_directory() + "/docs/" + document.name; }

std::string published(const Document& document) {
  std::stringstream text;
  text << std::ifstream{path_of(document)}.rdbuf();
  return text.str();
}

// This process speaks that language as long as it lives.
class Speaking {
 public:
  explicit Speaking(const std::string& locale) {
    ::setenv("LC_ALL", locale.c_str(), 1);
    ::unsetenv("LANGUAGE");
    os::speak_language_of_user();
  }
  ~Speaking() {
    speak_by(nullptr);
    ::unsetenv("LC_ALL");
    ::unsetenv("LANGUAGE");
  }
  Speaking(const Speaking&) = delete;
  Speaking(Speaking&&) = delete;
  Speaking& operator=(const Speaking&) = delete;
  Speaking& operator=(Speaking&&) = delete;
};

// The document with what the program prints behind each such command; `count` of them.
std::string printed_anew(const std::string& document, const std::string& locale, int& count) {
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const std::size_t block = document.find(begins, at);
    if (block == std::string::npos) return result + document.substr(at);
    const std::size_t command = block + std::string_view{"```text\n$ portolan "}.size();
    const std::size_t line_end = document.find('\n', command);
    const std::size_t end = document.find(ends, line_end);
    if (end == std::string::npos) return result;
    const auto outcome = report::testing::run("LC_ALL=" + locale + " '" + test::program() + "' " +
                                              document.substr(command, line_end - command));
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    result += document.substr(at, line_end + 1 - at) + outcome.output;
    at = end;
    ++count;
  }
}

// What the program prints of a connection differs each time, so what the document shows is one that was recorded.
std::string with_recorded_connection(const std::string& document, const std::string& locale) {
  constexpr std::string_view command = "```text\n$ portolan explain --connect 198.18.0.2:22\n";
  const std::size_t block = document.find(command);
  EXPECT_NE(block, std::string::npos);
  if (block == std::string::npos) return document;
  const std::size_t page = block + command.size();
  const Speaking speaking{locale};
  const Facts facts{.service = "ssh", .description = "The Secure Shell (SSH) Protocol"};
  return document.substr(0, page) + page_of(testing::recorded_story(), facts) +
         document.substr(document.find(ends, page));
}

void expect_printed(const Document& document) {
  const std::string now = published(document);
  int count = 0;
  const std::string anew = with_recorded_connection(printed_anew(now, document.locale, count), document.locale);
  EXPECT_GE(count, 7) << "a handshake, a refusal, a DNS answer, a port unreachable, a ping, and two tables of states";
  // Written anew with PORTOLAN_WRITE_DOCS in the environment.
  if (std::getenv("PORTOLAN_WRITE_DOCS") != nullptr) std::ofstream{path_of(document)} << anew;
  EXPECT_TRUE(now == anew) << "write docs/" << document.name << " anew with PORTOLAN_WRITE_DOCS=1";
}

TEST(Learn, ShowsWhatTheProgramPrints) {
  if (test::program().empty()) GTEST_SKIP() << "the program is not part of this build";
  expect_printed({"learn.md", "C.UTF-8"});
}

TEST(Learn, ShowsInFrenchWhatTheProgramPrintsInFrench) {
  if (test::program().empty()) GTEST_SKIP() << "the program is not part of this build";
  expect_printed({"learn.fr.md", "fr_FR.UTF-8"});
}

}  // namespace
}  // namespace portolan::explain
