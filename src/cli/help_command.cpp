#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/escape.h"
#include "base/message.h"
#include "cli/commands.h"
#include "cli/suggest.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 2> about{
    "Says what commands there are, or what one command does and which options it takes.",
    "--man prints the manual page, --completion a completion script for bash."};

HelpPage page() {
  return {.name = "help",
          .summary = "say what commands there are, or more about one",
          .usage = "portolan help [<command>]",
          .about = about,
          .options = {},
          .examples = {}};
}

std::vector<HelpPage> pages() {
  std::vector<HelpPage> result;
  for (const Command* command : commands()) result.push_back(command->page());
  return result;
}

int run(const Invocation& invocation) {
  if (invocation.words.empty()) return print(overview());
  const std::string& word = invocation.words.front();
  if (word == "-h" || word == "--help") return print(help_text(page()));
  if (invocation.words.size() > 1) {
    complain(said("help is asked about one command, but '{}' is given, too", escape_terminal(invocation.words[1])));
    return status_refused;
  }
  if (word == "--man") return print(manual_page(pages()));
  if (word == "--completion") return print(bash_completion(pages()));
  if (word == "--messages") return print(message_template(pages()));  // for tools/messages, not for users
  std::vector<std::string_view> known;
  for (const Command* command : commands()) {
    if (command->name == word) return print(help_text(command->page()));
    known.push_back(command->name);
  }
  const auto best = closest(word, known);
  complain(best ? said("there is no command '{0}'; did you mean '{1}'?", escape_terminal(word), *best)
                : said("there is no command '{}'; portolan help lists them", escape_terminal(word)));
  return status_refused;
}

}  // namespace

const Command help_command{"help", page, run};

}  // namespace portolan::cli
