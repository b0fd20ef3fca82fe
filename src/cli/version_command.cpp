#include <fmt/core.h>

#include <array>

#include "base/escape.h"
#include "base/message.h"
#include "base/version.h"
#include "cli/commands.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 1> about{"Prints the version of portolan."};

HelpPage page() {
  return {.name = "version",
          .summary = "print the version",
          .usage = "portolan version",
          .about = about,
          .options = {},
          .examples = {}};
}

int run(const Invocation& invocation) {
  if (invocation.words.empty()) return print(version_text(invocation.dialect));
  const std::string& word = invocation.words.front();
  if (word == "-h" || word == "--help") return print(help_text(page()));
  complain(said("version takes no arguments, but '{}' is given", escape_terminal(word)));
  return status_refused;
}

}  // namespace

const Command version_command{"version", page, run};

std::string version_text(Dialect dialect) {
  if (dialect == Dialect::portolan) return fmt::format("portolan {}\n", program_version);
  // Callers read the first line to learn which options there are; people read the second.
  return fmt::format("Nmap version {} ( {} )\nProvided by portolan {}, which takes nmap's command line.\n",
                     nmap_version, nmap_url, program_version);
}

}  // namespace portolan::cli
