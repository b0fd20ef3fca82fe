// What docs/learn.md shows is what the program prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "explain/page.h"
#include "tests/explain/recorded_connection.h"
#include "tests/places.h"
#include "tests/report/tools.h"

namespace portolan::explain {
namespace {

constexpr std::string_view begins = "```text\n$ portolan explain --offline ";
constexpr std::string_view ends = "```\n";

std::string path() { return test::source_directory() + "/docs/learn.md"; }

std::string published() {
  std::stringstream text;
  text << std::ifstream{path()}.rdbuf();
  return text.str();
}

// The document with what the program prints behind each such command; `count` of them.
std::string printed_anew(const std::string& document, int& count) {
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const std::size_t block = document.find(begins, at);
    if (block == std::string::npos) return result + document.substr(at);
    const std::size_t command = block + std::string_view{"```text\n$ portolan "}.size();
    const std::size_t line_end = document.find('\n', command);
    const std::size_t end = document.find(ends, line_end);
    if (end == std::string::npos) return result;
    const auto outcome =
        report::testing::run("'" + test::program() + "' " + document.substr(command, line_end - command));
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    result += document.substr(at, line_end + 1 - at) + outcome.output;
    at = end;
    ++count;
  }
}

// What the program prints of a connection differs each time, so what the document shows is one that was recorded.
std::string with_recorded_connection(const std::string& document) {
  constexpr std::string_view command = "```text\n$ portolan explain --connect 198.18.0.2:22\n";
  const std::size_t block = document.find(command);
  EXPECT_NE(block, std::string::npos);
  if (block == std::string::npos) return document;
  const std::size_t page = block + command.size();
  const Facts facts{.service = "ssh", .description = "The Secure Shell (SSH) Protocol"};
  return document.substr(0, page) + page_of(testing::recorded_story(), facts) +
         document.substr(document.find(ends, page));
}

TEST(Learn, ShowsWhatTheProgramPrints) {
  if (test::program().empty()) GTEST_SKIP() << "the program is not part of this build";
  const std::string document = published();
  int count = 0;
  const std::string anew = with_recorded_connection(printed_anew(document, count));
  EXPECT_GE(count, 7) << "a handshake, a refusal, a DNS answer, a port unreachable, a ping, and two tables of states";
  // Written anew with PORTOLAN_WRITE_DOCS in the environment.
  if (std::getenv("PORTOLAN_WRITE_DOCS") != nullptr) std::ofstream{path()} << anew;
  EXPECT_TRUE(document == anew) << "write docs/learn.md anew with PORTOLAN_WRITE_DOCS=1";
}

}  // namespace
}  // namespace portolan::explain
