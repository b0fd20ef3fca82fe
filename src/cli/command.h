// The subcommands of portolan. One file each; commands.cpp lists them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "cli/help.h"

namespace portolan::cli {

// Exit statuses under the program's own name.
inline constexpr int status_done = 0;
inline constexpr int status_failed = 1;   // in the middle: disk full, link gone
inline constexpr int status_refused = 2;  // bad input; nothing was sent
// Whoever read standard output has gone away, as `head` does: as if SIGPIPE had ended the program, and without a word.
inline constexpr int status_reader_gone = 128 + 13;

struct Invocation {
  std::vector<std::string> line;   // argv as typed
  std::vector<std::string> words;  // what stands behind the command's name
  Dialect dialect = Dialect::portolan;
};

struct Command {
  std::string_view name;
  HelpPage (*page)() = nullptr;
  int (*run)(const Invocation&) = nullptr;  // gives the exit status
  bool looks_only = false;                  // needs no right but to look at this machine
};

// In the order of help.
std::span<const Command* const> commands();

// The whole program: `line` is argv. Called nmap (by a link, or as `portolan nmap`) it takes nmap's
// command line.
int run_program(std::vector<std::string> line);

// What `body` gives; status_failed, and one sentence, where it throws (memory ran out).
int run_guarded(const std::function<int()>& body);

// Page of `portolan` itself: what commands there are.
std::string overview();

// Writes text to standard output; the status to end with.
int print(std::string_view text);
// Text to standard error. What cannot be said there cannot be said at all: errors are swallowed, and
// the exit status stays what it was to be.
void tell(std::string_view text);
// One line to standard error: "portolan: SENTENCE".
void complain(std::string_view sentence);
// Complains of what ended a command; the status to end with.
int end_with(const Error& error);

// "portolan 0.1.0", or what nmap -V begins with and a line that tells who answers.
std::string version_text(Dialect dialect);

}  // namespace portolan::cli
