// Help, the manual page and shell completion, all made from the option tables. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "cli/option.h"

namespace portolan::cli {

struct Example {
  std::string_view line;
  std::string_view says;
};

// What a command says about itself.
struct HelpPage {
  std::string_view name;                    // "scan"
  std::string_view summary;                 // half a sentence
  std::string_view usage;                   // "portolan scan [options] <target>..."
  std::span<const std::string_view> about;  // paragraphs
  std::vector<const OptionSpec*> options;   // may be empty
  std::span<const Example> examples;
  std::string_view missing_of = "nmap";  // whose options are those that are not built
};

// For a terminal of 80 columns, in the user's language. All else is English.
std::string help_text(const HelpPage& page);

// What help_text() translates, as a template of gettext's (.pot) for tools/messages.
std::string message_template(std::span<const HelpPage> pages);

// portolan.1, in the man macros.
std::string manual_page(std::span<const HelpPage> pages);

// A completion script for bash.
std::string bash_completion(std::span<const HelpPage> pages);

using portolan::wrap;

}  // namespace portolan::cli
