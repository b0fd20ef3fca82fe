#include "cli/help.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/message.h"
#include "base/version.h"

namespace portolan::cli {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t column = 28;  // where the sentences of options begin

// "-sn, -sP", "-p <ports>", "-PS[<ports>]", "--max-rate <number>".
std::string form(const OptionSpec& option) {
  std::string text;
  for (const std::string_view spelling : option.spellings) {
    if (!spelling.empty()) text += fmt::format("{}{}", text.empty() ? "" : ", ", spelling);
  }
  switch (option.argument) {
    case Argument::none:
      break;
    case Argument::required:
      text += fmt::format(" {}", option.value);
      break;
    case Argument::attached:
      text += fmt::format("[{}]", option.value);
      break;
  }
  return text;
}

// The groups of a table in the order of their first entries, with what belongs into them.
struct Group {
  std::string_view title;
  std::vector<const OptionSpec*> options;
};
std::vector<Group> groups_of(const HelpPage& page) {
  std::vector<Group> groups;
  for (const OptionSpec* option : page.options) {
    if (option->support != Support::built) continue;
    auto group = std::ranges::find(groups, option->group, &Group::title);
    if (group == groups.end()) group = groups.insert(groups.end(), Group{option->group, {}});
    group->options.push_back(option);
  }
  return groups;
}

std::string join(const HelpPage& page, Support support) {
  std::string text;
  for (const OptionSpec* option : page.options) {
    if (option->support == support) text += fmt::format("{}{}", text.empty() ? "" : ", ", option->spellings.front());
  }
  return text;
}

std::string option_lines(const OptionSpec& option) {
  std::string line = "  " + form(option);
  if (line.size() + 2 > column) {
    line += '\n';
    line.append(column, ' ');
  } else {
    line.append(column - line.size(), ' ');
  }
  return line + wrap(translated(option.summary), width - column, column) + "\n";
}

// Everything on a page that is translated, in the order in which it is shown.
std::vector<std::string_view> messages_of(const HelpPage& page) {
  std::vector<std::string_view> messages{page.summary};
  messages.insert(messages.end(), page.about.begin(), page.about.end());
  for (const Group& group : groups_of(page)) {
    messages.push_back(group.title);
    for (const OptionSpec* option : group.options) messages.push_back(option->summary);
  }
  for (const Example& example : page.examples) messages.push_back(example.says);
  return messages;
}

// A string of a catalogue, which has C's escapes.
std::string quoted(std::string_view text) {
  std::string result{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// Text for the man macros: no line may begin with a control character, and a plain "-" would be
// set as a hyphen that cannot be copied into a shell.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) {
      result += "\\&";
      result += c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string manual_options(const HelpPage& page) {
  std::string text;
  for (const Group& group : groups_of(page)) {
    text += fmt::format(".SS \"{}\"\n", roff(group.title));
    for (const OptionSpec* option : group.options) {
      text += fmt::format(".TP\n.B {}\n{}.\n", roff(form(*option)), roff(option->summary));
    }
  }
  if (const std::string ignored = join(page, Support::ignored); !ignored.empty()) {
    text += fmt::format(".SS \"Options of nmap that are taken and change nothing\"\n{}\n", roff(ignored));
  }
  if (const std::string missing = join(page, Support::missing); !missing.empty()) {
    text += fmt::format(".SS \"Options of {} that are not built\"\n{}\n", page.missing_of, roff(missing));
  }
  if (const std::string declined = join(page, Support::declined); !declined.empty()) {
    text += fmt::format(".SS \"Options of nmap that are declined\"\n{}\n", roff(declined));
  }
  if (const std::string hiding = join(page, Support::hiding); !hiding.empty()) {
    text += fmt::format(".SS \"Options of nmap that never will be\"\n{}\n.PP\nportolan does not hide who scans.\n",
                        roff(hiding));
  }
  return text;
}

// What docs/scan.md, docs/sockets.md, docs/ports.md and docs/netstat.md say.
struct Status {
  std::string_view numbers;
  std::string_view meaning;
};
constexpr std::array statuses{
    Status{"0", "The work was done, or what is missing was said."},
    Status{
        "1",
        "It failed in the middle, as by a full disk. Of a scan also: this machine would not send all that was to be "
        "asked, or hosts were given up that stopped answering or limit their answers too much. Of talk: there was no "
        "connection, or it was lost. Of who: nobody listens there. Of netstat: a family or a view that this system "
        "does not have."},
    Status{"2",
           "The command line or something it names is wrong, or standard output is closed; nothing was sent, nothing "
           "was listed."},
    Status{"129, 130, 143",
           "Stopped by SIGHUP, SIGINT or SIGTERM; the reports of a scan are complete documents of what was known."},
    Status{"141", "Whoever read standard output went away, as head does. A scan goes on for reports in files."},
};

std::string manual_statuses() {
  std::string text = ".SH \"EXIT STATUS\"\n";
  for (const Status& status : statuses) text += fmt::format(".TP\n.B {}\n{}\n", status.numbers, status.meaning);
  return text +
         ".PP\nUnder the name nmap the statuses are nmap's: 255 for a line that cannot be taken apart, 1 for every "
         "other "
         "error. Under the name netstat they are net-tools': 3 for a line that is not understood.\n";
}

}  // namespace

std::string help_text(const HelpPage& page) {
  std::string text = said("usage: {}", page.usage) + "\n\n";
  for (const std::string_view paragraph : page.about) text += wrap(translated(paragraph), width, 0) + "\n\n";
  for (const Group& group : groups_of(page)) {
    text += said("{}:", translated(group.title)) + "\n";
    for (const OptionSpec* option : group.options) text += option_lines(*option);
    text += '\n';
  }
  if (!page.examples.empty()) {
    text += std::string{translated("Examples:")} + "\n";
    for (const Example& example : page.examples) {
      text += fmt::format("  {}\n      {}\n", example.line, wrap(translated(example.says), width - 6, 6));
    }
    text += '\n';
  }
  text.pop_back();
  return text;
}

std::string message_template(std::span<const HelpPage> pages) {
  std::string text = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n";
  std::set<std::string_view> told;
  for (const HelpPage& page : pages) {
    for (const std::string_view message : messages_of(page)) {
      if (!told.insert(message).second) continue;
      text += fmt::format("\n#. portolan help {}\nmsgid {}\nmsgstr \"\"\n", page.name, quoted(message));
    }
  }
  return text;
}

std::string manual_page(std::span<const HelpPage> pages) {
  std::string text = fmt::format(
      ".\\\" Made by `portolan help --man`; change the option tables in src/cli instead.\n"
      ".TH PORTOLAN 1 \"\" \"portolan {}\" \"User Commands\"\n"
      ".SH NAME\nportolan \\- chart the open ports of the machines you own\n.SH SYNOPSIS\n",
      program_version);
  for (const HelpPage& page : pages) text += fmt::format(".B {}\n.br\n", roff(page.usage));
  for (const HelpPage& page : pages) {
    text += fmt::format(".SH \"{}\"\n", roff(page.usage.substr(0, page.usage.find(" ["))));
    for (const std::string_view paragraph : page.about) text += fmt::format("{}\n.PP\n", roff(paragraph));
    text += manual_options(page);
    if (page.examples.empty()) continue;
    text += ".SS Examples\n";
    for (const Example& example : page.examples) {
      text += fmt::format(".TP\n.B {}\n{}.\n", roff(example.line), roff(example.says));
    }
  }
  return text + manual_statuses() +
         ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nSet to anything: no colour, even on a terminal.\n"
         ".TP\n.B LC_ALL, LC_MESSAGES, LANG, LANGUAGE\nThe language of help, and of what explain, ports and who say: "
         "English or French. What programs read is the same in both.\n";
}

std::string bash_completion(std::span<const HelpPage> pages) {
  std::string commands;
  std::string cases;
  for (const HelpPage& page : pages) {
    commands += fmt::format("{}{}", commands.empty() ? "" : " ", page.name);
    std::string words;
    std::string files;
    for (const OptionSpec* option : page.options) {
      if (option->support != Support::built) continue;
      for (const std::string_view spelling : option->spellings) {
        if (!spelling.starts_with('-')) continue;
        words += fmt::format("{}{}", words.empty() ? "" : " ", spelling);
        if (option->value == "<file>" || option->value == "<base>") {
          files += fmt::format("{}{}", files.empty() ? "" : "|", spelling);
        }
      }
    }
    if (!words.empty()) cases += fmt::format("    {}) words=\"{}\"; files=\"{}\" ;;\n", page.name, words, files);
  }
  return fmt::format(
      "# Completion for bash, made by `portolan help --completion`.\n"
      "_portolan() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words= files=\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"{}\" -- \"$current\")\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n"
      "{}"
      "  esac\n"
      "  if [[ -n $files && \"|$files|\" == *\"|$previous|\"* ]]; then\n"
      "    compopt -o filenames\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "  elif [[ $current == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -A hostname -- \"$current\")\n"
      "  fi\n"
      "}}\n"
      "complete -F _portolan portolan\n",
      commands, cases);
}

}  // namespace portolan::cli
