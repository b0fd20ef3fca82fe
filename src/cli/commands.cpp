#include "cli/commands.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/suggest.h"
#include "os/files.h"
#include "os/privileges.h"
#include "os/standard_streams.h"
#include "os/system_error.h"
#include "os/terminal/language.h"

namespace portolan::cli {
namespace {

constexpr std::array registry{&scan_command, &explain_command,  &talk_command,  &sockets_command,
                              &who_command,  &services_command, &ports_command, &netstat_command,
                              &help_command, &version_command,  &nmap_command};

int unknown_command(std::string_view word) {
  if (const auto complaint = odd_dash_complaint(word)) {
    complain(*complaint);
    return status_refused;
  }
  std::vector<std::string_view> known;
  for (const Command* command : registry) known.push_back(command->name);
  const auto best = closest(word, known);
  const std::string shown = escape_terminal(word);
  complain(best ? said("unknown command '{0}'; did you mean `portolan {1}`?", shown, *best)
                : said("unknown command '{0}'; to scan a host of that name: portolan scan {0}", shown));
  return status_refused;
}

int unknown_option(std::string_view word) {
  const std::string shown = escape_terminal(word);
  constexpr std::size_t longest_short = 4;  // -sS, -PS22; a long one may be of any command, or of none
  complain(
      word.size() <= longest_short
          ? said("options stand behind a command, as in `portolan scan {0}`, so '{0}' is unknown here; portolan help "
                 "lists the commands",
                 shown)
          : said("options stand behind a command, so '{}' is unknown here; portolan help lists the commands", shown));
  return status_refused;
}

int start(const Command& command, const Invocation& invocation) {
  if (command.looks_only) os::keep_rights_to_look();
  return command.run(invocation);
}

}  // namespace

std::span<const Command* const> commands() { return registry; }

int run_program(std::vector<std::string> line) {
  const std::string_view path = line.empty() ? std::string_view{"portolan"} : std::string_view{line.front()};
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "nmap") {
    std::vector<std::string> words{line.begin() + 1, line.end()};
    return nmap_command.run({std::move(line), std::move(words), Dialect::nmap});
  }
  if (name == "netstat") {
    std::vector<std::string> words{line.begin() + 1, line.end()};
    return start(netstat_command, {std::move(line), std::move(words)});
  }
  // Not before: programs read what stands under those names.
  os::speak_language_of_user();
  if (line.size() < 2) {
    tell(overview());
    return status_refused;
  }
  const std::string word = line[1];
  std::vector<std::string> words{line.begin() + 2, line.end()};
  if (word == "-h" || word == "--help") return print(overview());
  if (word == "-V" || word == "--version") return print(version_text(Dialect::portolan));
  for (const Command* command : registry) {
    if (word == command->name) return start(*command, {std::move(line), std::move(words), Dialect::portolan});
  }
  return word.starts_with('-') ? unknown_option(word) : unknown_command(word);
}

std::string overview() {
  std::string text = said("usage: {}", "portolan <command> [options]");
  append(text, "\n\n{}\n\n{}\n", translated("portolan charts the ports of the machines you own."),
         translated("Commands:"));
  for (const Command* command : registry) {
    append(text, "  {:10}{}\n", command->name, translated(command->page().summary));
  }
  append(text, "\n{}\n", translated("`portolan help <command>` tells more, as does `portolan <command> --help`."));
  return text;
}

int print(std::string_view text) {
  if (!os::has_standard_output()) {
    complain(translated("cannot write to standard output: it is closed"));
    return status_refused;
  }
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return status_done;
  const int error = errno;
  if (error == EPIPE) return status_reader_gone;
  complain(said("cannot write to standard output: {}", os::error_text(error)));
  return status_failed;
}

void tell(std::string_view text) { os::write_standard_error(text); }

void complain(std::string_view sentence) { tell(fmt::format("portolan: {}\n", sentence)); }

int end_with(const Error& error) {
  if (error.code == Errc::reader_gone) return status_reader_gone;
  complain(error.message);
  return error.code == Errc::usage || error.code == Errc::parse ? status_refused : status_failed;
}

int run_guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    tell("portolan: there is not enough memory for this\n");  // without needing any
  } catch (const std::exception& error) {
    tell("portolan: ");
    tell(error.what());
    tell("\n");
  }
  return status_failed;
}

}  // namespace portolan::cli
