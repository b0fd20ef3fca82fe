// What the other side says, made inert for a terminal as it comes. Pure.
#pragma once

#include <string>
#include <string_view>

namespace portolan::talk {

// Tabs and line ends (LF, and CR LF as one) stay, all else is shown as escape_terminal shows it: a terminal is told to
// do nothing, and telnet's commands (IAC, byte FF) are seen and not obeyed. A character that is cut in two between
// pieces is put together.
class Inert {
 public:
  std::string show(std::string_view bytes);
  // What was kept back for bytes that do not come any more.
  std::string rest();

 private:
  std::string kept_;  // the beginning of a character, or a CR; at most 3 bytes
};

// The same in a sentence of ours: on one line, and of many bytes only the first.
std::string told(std::string_view says);

}  // namespace portolan::talk
